import { expect, it } from 'vitest';
import { NotYet } from '../backup/not-yet.ts';
import { CODE, ConnectionLost, OneError } from '../model/errors.ts';
import { DatabaseFailure } from '../store/postgres-failures.ts';
import { Busy } from './busy.ts';
import { heldAfter } from './held-back.ts';

const NOW = 10_000;
const after = (error: unknown, waitedSec = 0): ReturnType<typeof heldAfter> =>
  heldAfter(error, 7, NOW - waitedSec, NOW);
const slow = new DatabaseFailure('The database gave up.', { lost: false, again: false, retry: true });
const busy = new Busy(CODE.ACTION, 'VM 7 is in state SAVE.', { retry: true });

it('what may go well without help is tried again soon, for half an hour', () => {
  expect(after(slow, 1799)).toEqual({ untilSec: NOW + 10, reason: 'The database gave up.' });
  expect(after(busy, 1799)).toEqual({ untilSec: NOW + 10, reason: 'VM 7 is busy with something else' });
  expect(after(slow, 1800)).toBeUndefined();
  expect(after(busy, 1800)).toBeUndefined();
});

it('a host that is away is waited for as long as it takes, another node for a moment', () => {
  expect(after(new ConnectionLost('host 3 is away'), 9000)).toEqual({ untilSec: NOW + 10, reason: 'host 3 is away' });
  expect(after(new NotYet('there is no room'), 9000)).toEqual({
    untilSec: NOW + 2,
    reason: 'It cannot begin just now: there is no room.',
  });
});

it('everything else has failed', () => {
  expect(after(new OneError(CODE.AUTHORIZATION, 'not allowed'))).toBeUndefined();
  expect(after(new Error('a defect'))).toBeUndefined();
});
