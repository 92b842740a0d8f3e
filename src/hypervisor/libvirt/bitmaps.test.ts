import { describe, expect, it } from 'vitest';
import type { TaskDisk } from '../../model/tasks/backup.ts';
import { isTrackerOf, lost, troubleOf, type Bitmap, type Carrier } from './bitmaps.ts';

const carrier = (change: Partial<Carrier> = {}, bitmap: Partial<Bitmap> = {}): Carrier => ({
  format: 'qcow2',
  old: false,
  bitmaps: [{ name: 'one-7-3', recording: true, inconsistent: false, dirtyBytes: 0, ...bitmap }],
  ...change,
});

describe('troubleOf', () => {
  it.each([
    [carrier(), ''],
    [carrier({ format: 'raw' }), 'it is no qcow2'],
    [carrier({ old: true }), 'qemu-img amend -f qcow2 -o compat=1.1 /vms/7/disk.0'],
    [carrier({}, { name: 'one-7-30' }), 'its bitmap one-7-3 is not there'],
    [carrier({}, { inconsistent: true, recording: false }), 'its bitmap one-7-3 is inconsistent: QEMU was killed'],
    [carrier({}, { recording: false }), 'its bitmap one-7-3 was switched off'],
  ])('%#', (given, words) => {
    const trouble = troubleOf(given, '/vms/7/disk.0', 'one-7-3');
    expect([trouble === '', trouble]).toEqual([words === '', expect.stringContaining(words)]);
  });
});

describe('lost', () => {
  const disk = (diskId: number): TaskDisk => ({ diskId, target: '', path: `/d/${diskId}`, format: 'qcow2', file: '' });

  it('is about the first disk in trouble', () => {
    const both = [1, 2].map((diskId) => ({ disk: disk(diskId), trouble: diskId === 2 ? 'it is gone' : '' }));
    expect(lost(both)?.message).toBe('What changed on disk 2 (/d/2) is not known: it is gone.');
    expect(lost(both.slice(0, 1))).toBeNull();
  });
});

it('knows the trackers of a VM by their names alone', () => {
  expect(isTrackerOf(7, 'one-7-0')).toBe(true);
  for (const name of ['one-70-0', 'one-7-', 'one-7-1x', 'xone-7-1', 'one-7', 'backup', 'one-7-1-2', 'ONE-7-1']) {
    expect(isTrackerOf(7, name), name).toBe(false);
  }
});
