import { expect, it } from 'vitest';
import { progressOf } from './progress.ts';

const disks = [
  { diskId: 0, bytesDone: 512, bytesTotal: 1024 },
  { diskId: 1, bytesDone: 0, bytesTotal: 1024 },
];

it('says how far, how fast and how long', () => {
  expect(progressOf({ phase: 'copying', disks, pace: { bytesPerSec: 1024, leftSec: 90 } })).toEqual({
    share: 0.25,
    words: 'copying · 25 % · 512 B / 2 KiB · 1 KiB/s · 1 min 30 s left',
  });
});

it('says what a run waits for, and that it is being cancelled', () => {
  expect(progressOf({ phase: 'waiting', waits: 'for a free place', disks: [] })).toEqual({
    share: undefined,
    words: 'for a free place',
  });
  expect(progressOf({ phase: 'copying', cancelling: true, disks }).words).toBe('being cancelled');
});

it('says the phase alone before it is known how much there is', () => {
  expect(progressOf({ phase: 'starting', disks: [] }).words).toBe('starting');
});
