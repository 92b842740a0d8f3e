import { expect, it } from 'vitest';
import type { Run } from '../api/documents.ts';
import { figuresOf, throughput, workedSec } from './run-figures.ts';

const run = (change: Partial<Run>): Run =>
  ({ KIND: 'backup', RESULT: 'done', BEGIN: 100, END: 110, BYTES_READ: 1000, BYTES_STORED: 10, ...change }) as Run;

it('counts the work and not what a run waited', () => {
  expect(workedSec(run({}), 500)).toBe(10);
  expect(workedSec(run({ END: 0 }), 500)).toBe(400);
  expect(workedSec(run({ BEGIN: 0 }), 500)).toBeUndefined();
});

it('has a throughput only where there was one', () => {
  expect(throughput(run({}))).toBe(100);
  expect(throughput(run({ END: 100 }))).toBe(1000);
  expect(throughput(run({ RESULT: 'failed' }))).toBeUndefined();
  expect(throughput(run({ BYTES_READ: 0 }))).toBeUndefined();
});

it('shows backups that ended well, the oldest first', () => {
  const figures = figuresOf([run({ END: 200 }), run({}), run({ RESULT: 'failed' }), run({ KIND: 'restore' })]);
  expect(figures.seconds).toEqual([
    { at: 110, value: 10 },
    { at: 200, value: 100 },
  ]);
  expect(figures.stored).toHaveLength(2);
});
