import { expect, it } from 'vitest';
import { jobState } from './state.ts';

const job = (updating: number[], waiting: number[], failed: number[]) => ({
  BACKING_UP_VMS: { ID: updating },
  OUTDATED_VMS: { ID: waiting },
  ERROR_VMS: { ID: failed },
});

it('is what the most urgent of its VMs are', () => {
  expect(jobState(job([1], [2], [3])).state).toBe('running');
  expect(jobState(job([], [2], [3])).state).toBe('waiting');
  expect(jobState(job([], [], [3])).state).toBe('failed');
  expect(jobState(job([], [], [])).state).toBe('idle');
});
