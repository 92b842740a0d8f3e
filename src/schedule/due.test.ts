import { describe, expect, it } from 'vitest';
import { END_TYPE, REPEAT, type Schedule, type ScheduledAction } from '../model/scheduled-action.ts';
import { cancelled, failed, launched, nextOccurrence, occurrenceAt, skipped, succeeded, type Due } from './due.ts';
import { retryDelay } from './retry.ts';

const HOUR = 3600;
const DAY = 24 * HOUR;
/** A Thursday. */
const T = Date.UTC(2026, 10, 26, 2) / 1000;
const policy = { timeZone: 'UTC', catchUpSec: DAY, retries: 5, retryDelaySec: 60 };

function once(over: Partial<ScheduledAction> = {}): ScheduledAction {
  return { ...action({ repeat: REPEAT.NONE, days: [], endType: END_TYPE.NONE }), ...over };
}

/** Every day at T, unless said otherwise. */
function action(schedule: Partial<Schedule> = {}): ScheduledAction {
  const daily: Schedule = {
    ...{ timeSec: T, anchorSec: T, repeat: REPEAT.WEEKLY, days: [0, 1, 2, 3, 4, 5, 6] },
    ...{ endType: END_TYPE.NEVER, endValue: -1 },
  };
  return {
    ...{
      id: 3,
      parent: { type: 'VM', id: 7 },
      uid: 2,
      action: 'backup',
      args: '100',
      schedule: { ...daily, ...schedule },
    },
    ...{ doneSec: -1, message: '', warning: 0, finished: false },
  };
}

const waiting = { dueSec: T, failures: 2, retryAtSec: T + 540 };
const next = (over: object = {}): ScheduledAction => ({ ...action({ timeSec: T + DAY }), ...over });

describe('what is due', () => {
  it.each<[string, ScheduledAction, number, Due]>([
    ['before its time', action(), T - 1, { kind: 'wait', untilSec: T }],
    ['at its time', action(), T, { kind: 'run', dueSec: T }],
    ['late', action(), T + 5 * HOUR, { kind: 'run', dueSec: T }],
    [
      'when others were missed meanwhile, the latest',
      action(),
      T + 10 * DAY + 9,
      { kind: 'run', dueSec: T + 10 * DAY },
    ],
    ['of a one-shot, late', once(), T + DAY, { kind: 'run', dueSec: T }],
    ['a run under way', next({ current: { dueSec: T, failures: 0, retryAtSec: 0 } }), T + 1, { kind: 'busy' }],
    ['a long run', next({ current: { dueSec: T, failures: 0, retryAtSec: 0 } }), T + 3 * DAY, { kind: 'busy' }],
    ['before a retry', next({ current: waiting }), T + 539, { kind: 'wait', untilSec: T + 540 }],
    [
      'before both',
      next({ current: { ...waiting, retryAtSec: T + 2 * DAY } }),
      T + 9,
      { kind: 'wait', untilSec: T + DAY },
    ],
    ['at a retry', next({ current: waiting }), T + 540, { kind: 'retry', dueSec: T, failures: 2 }],
    [
      'a retry of a one-shot',
      once({ current: waiting, finished: true }),
      T + 600,
      { kind: 'retry', dueSec: T, failures: 2 },
    ],
    ['when the next has come as well', next({ current: waiting }), T + DAY, { kind: 'run', dueSec: T + DAY }],
    ['after the last', once({ finished: true }), T + DAY, { kind: 'finished' }],
    [
      'past its end',
      action({ endType: END_TYPE.DATE, endValue: T + 2 * DAY - 1 }),
      T + 2 * DAY,
      { kind: 'run', dueSec: T + DAY },
    ],
  ])('%s', (_, given, nowSec, due) => {
    expect(occurrenceAt(given, nowSec, policy)).toEqual(due);
  });

  it('is missed when it is too late to catch it up', () => {
    const reason =
      'what was due at 2026-11-26 02:00:00 UTC was missed: what is more than 86400 seconds late is not caught up';
    expect(occurrenceAt(once(), T + DAY + 1, policy)).toEqual({ kind: 'missed', dueSec: T, reason });
    const stale = once({ current: waiting, finished: true });
    expect(occurrenceAt(stale, waiting.retryAtSec + DAY + 1, policy)).toEqual({ kind: 'missed', dueSec: T, reason });
  });

  it('was not missed when it is as late as a look at the clock may be', () => {
    const strict = { ...policy, catchUpSec: 0 };
    expect(occurrenceAt(action(), T + 60, strict)).toEqual({ kind: 'run', dueSec: T });
    expect(occurrenceAt(action(), T + 61, strict)).toMatchObject({ kind: 'missed', dueSec: T });
  });

  it.each([
    ['WEEKLY', REPEAT.WEEKLY, [4], Date.UTC(2041, 4, 2, 2)],
    ['MONTHLY', REPEAT.MONTHLY, [31], Date.UTC(2041, 3, 30, 2)],
    ['YEARLY', REPEAT.YEARLY, [329], Date.UTC(2040, 10, 25, 2)],
    ['HOURLY', REPEAT.HOURLY, [168], Date.UTC(2041, 4, 2, 2)],
  ])('is the latest one after an absence of years, %s', (_, repeat, days, dueMs) => {
    const patient = { ...policy, catchUpSec: 366 * DAY };
    const due = occurrenceAt(action({ repeat, days }), Date.UTC(2041, 4, 4) / 1000, patient);
    expect(due).toEqual({ kind: 'run', dueSec: dueMs / 1000 });
  });
});

describe('a launch', () => {
  it('goes on to the next occurrence and says what is under way', () => {
    expect(launched(action(), T, T + 5, policy, 'op')).toEqual(
      next({ current: { dueSec: T, failures: 0, retryAtSec: 0, operationId: 'op' } }),
    );
  });

  it('goes on to the first after now when it is late, at the time of the day that it always had', () => {
    expect(launched(action(), T + 9 * DAY, T + 10 * DAY - 1, policy).schedule.timeSec).toBe(T + 10 * DAY);
    expect(launched(action(), T, T + 10 * DAY, policy).schedule.timeSec).toBe(T + 11 * DAY);
  });

  it('of a one-shot is its last', () => {
    expect(launched(once(), T, T + 5, policy)).toMatchObject({ finished: true, schedule: { timeSec: T } });
  });

  it('keeps the time of the last one when there is none after it', () => {
    const last = launched(action({ endType: END_TYPE.DATE, endValue: T + 3 * DAY }), T + 3 * DAY, T + 3 * DAY, policy);
    expect(last).toMatchObject({ finished: true, schedule: { timeSec: T + 3 * DAY } });
  });

  it('of what waited for its turn, or is tried again, changes nothing but that', () => {
    const queued = launched(action({ endType: END_TYPE.TIMES, endValue: 3 }), T, T + 5, policy);
    const begun = launched(queued, T, T + 900, policy, 'op');
    expect(begun).toEqual({ ...queued, current: { dueSec: T, failures: 0, retryAtSec: 0, operationId: 'op' } });
    const again = launched(failed(begun, 'no', T + 901, policy), T, T + 961, policy, 'op 2');
    expect(again.current).toEqual({ dueSec: T, failures: 1, retryAtSec: 0, operationId: 'op 2' });
    expect(again.schedule).toEqual(queued.schedule);
  });

  it('of the next one takes the place of what waited to be tried again', () => {
    const taken = launched(next({ current: waiting }), T + DAY, T + DAY, policy);
    expect(taken.current).toEqual({ dueSec: T + DAY, failures: 0, retryAtSec: 0 });
  });

  it('is one of the TIMES: 3 are three', () => {
    let given = action({ endType: END_TYPE.TIMES, endValue: 3 });
    const dues: number[] = [];
    for (let nowSec = T; !given.finished; nowSec += DAY) {
      dues.push(nowSec);
      given = succeeded(launched(given, nowSec, nowSec, policy), nowSec + 60);
    }
    expect(dues).toEqual([T, T + DAY, T + 2 * DAY]);
    expect(nextOccurrence(given.schedule, T, 'UTC')).toBeUndefined();
  });

  it('forgets a warning that was for this time', () => {
    expect(launched({ ...action(), warning: T + HOUR }, T, T, policy).warning).toBe(0);
    expect(launched(once({ warning: T + HOUR }), T, T, policy).warning).toBe(T + HOUR);
  });
});

describe('how a run ends', () => {
  const run = { dueSec: T, failures: 0, retryAtSec: 0, operationId: 'op' };

  it('succeeded', () => {
    expect(succeeded(next({ current: run, message: 'it was bad' }), T + 900)).toEqual(next({ doneSec: T + 900 }));
  });

  it('failed, and is tried again', () => {
    expect(failed(next({ current: run }), 'the host is gone', T + 10, policy)).toEqual(
      next({
        current: { dueSec: T, failures: 1, retryAtSec: T + 70 },
        message: '2026-11-26 02:00:10 UTC : the host is gone',
      }),
    );
  });

  it('failed as often as it is tried, and waits for the next occurrence', () => {
    let given = next({ current: run });
    const delays: number[] = [];
    let nowSec = T;
    while (given.current) {
      given = failed(given, 'no', nowSec, policy);
      if (!given.current) break;
      delays.push(given.current.retryAtSec - nowSec);
      nowSec = given.current.retryAtSec;
      given = launched(given, T, nowSec, policy);
    }
    expect(delays).toEqual([60, 180, 540, 1620, 4860]);
    expect(occurrenceAt(given, nowSec, policy)).toEqual({ kind: 'wait', untilSec: T + DAY });
    expect(given.message).toBe('2026-11-26 04:01:00 UTC : no');
  });

  it('failed for good: a one-shot stays not done, and says why', () => {
    const given = failed(once({ current: { ...run, failures: 5 }, finished: true }), 'no', T, policy);
    expect(given).toEqual(once({ finished: true, message: '2026-11-26 02:00:00 UTC : no' }));
    expect(occurrenceAt(given, T + 9, policy)).toEqual({ kind: 'finished' });
  });

  it('failed, and the next occurrence comes before a retry would', () => {
    const hourly = action({ repeat: REPEAT.HOURLY, days: [1], timeSec: T + HOUR });
    const late = { ...hourly, current: { ...run, failures: 3 } };
    expect(failed(late, 'no', T + 1979, policy).current).toEqual({ dueSec: T, failures: 4, retryAtSec: T + 3599 });
    expect(failed(late, 'no', T + 1980, policy).current).toBeUndefined();
  });

  it('failed after the action was changed: nothing is left to be tried again', () => {
    expect(failed(action(), 'no', T, policy)).toEqual({ ...action(), message: '2026-11-26 02:00:00 UTC : no' });
  });

  it('was cancelled: neither tried again nor failed', () => {
    const given = cancelled(next({ current: run }), T + 30);
    expect(given).toEqual(next({ message: '2026-11-26 02:00:30 UTC : it was cancelled' }));
    expect(occurrenceAt(given, T + 31, policy)).toEqual({ kind: 'wait', untilSec: T + DAY });
  });
});

describe('a missed occurrence', () => {
  const missed = { dueSec: T + DAY, reason: 'it was missed' };

  it('is none of the TIMES, and the schedule goes on after now', () => {
    const given = skipped(action({ endType: END_TYPE.TIMES, endValue: 2 }), missed, T + 2 * DAY - 1, policy);
    expect(given.schedule).toMatchObject({ timeSec: T + 2 * DAY, endValue: 2 });
    expect(given).toMatchObject({ finished: false, doneSec: -1, message: '2026-11-28 01:59:59 UTC : it was missed' });
  });

  it('of a one-shot was its only one', () => {
    const given = skipped(once(), { dueSec: T, reason: 'it was missed' }, T + 2 * DAY, policy);
    expect(given).toMatchObject({ finished: true, doneSec: -1, schedule: { timeSec: T } });
  });

  it('that was to be tried again leaves the schedule alone', () => {
    const given = skipped(next({ current: waiting }), { dueSec: T, reason: 'it was missed' }, T + DAY - 1, policy);
    expect(given).toEqual(next({ message: '2026-11-27 01:59:59 UTC : it was missed' }));
  });
});

it.each([
  [1, 60],
  [2, 180],
  [5, 4860],
  [6, 14_580],
  [7, 21_600],
  [40, 21_600],
  [41, undefined],
])('after failure %i waits %s seconds', (failures, delay) => {
  expect(retryDelay(failures, { retries: 40, retryDelaySec: 60 })).toBe(delay);
});
