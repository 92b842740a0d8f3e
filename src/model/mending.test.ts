import { expect, it } from 'vitest';
import { mendingStep } from './mending.ts';
import { OPERATION_KINDS, type Operation } from './operation.ts';

const failed = (given: Partial<Operation>): Operation => ({
  ...{ id: 'a', kind: 'backup', vmId: 3, hostId: 0, datastoreId: 5, imageIds: [8], plan: null, phase: 'failed' },
  ...{ startedAt: 0, endedAt: 1, result: 'failed', reason: 'x', disks: [], figures: null, cleaned: true },
  ...given,
});

it.each([
  [{}, 'onevm backup 3 backs it up now.'],
  [{ asked: { by: 'schedule', uid: 0, actionId: 1 } }, 'Its schedule tries again; onevm backup 3 backs it up now.'],
  [
    { asked: { by: 'job', uid: 0, jobId: 6, runSec: 1 } },
    'onebackupjob retry 6 backs up again what failed in its run.',
  ],
  [{ kind: 'restore', reads: { imageId: 9, datastoreId: 5 } }, /oneimage restore 9 begins anew/],
  [{ kind: 'restore', inPlace: true, reads: { imageId: 9, datastoreId: 5 } }, /onevm restore 3 9 begins anew/],
  [{ kind: 'verify' }, /onevm backup --reset 3/],
  [{ kind: 'drill' }, /oneimage drill 8/],
  [{ kind: 'prune' }, /by itself/],
] as Array<[Partial<Operation>, string | RegExp]>)('says what to do about %o', (given, says) => {
  expect(mendingStep(failed(given))).toMatch(says);
});

it('says nothing of what did not fail, and something of all that did', () => {
  expect(mendingStep(failed({ result: 'done' }))).toBe('');
  expect(mendingStep(failed({ result: 'cancelled' }))).toBe('');
  for (const kind of OPERATION_KINDS) expect(mendingStep(failed({ kind }))).not.toBe('');
});
