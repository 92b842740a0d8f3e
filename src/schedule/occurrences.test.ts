import { expect, it } from 'vitest';
import { END_TYPE, REPEAT, type Schedule } from '../model/scheduled-action.ts';
import { nextMoments, occurrencesIn } from './occurrences.ts';

const DAY = 86_400;
/** A Thursday, midnight. */
const T = 0;
const never = { endType: END_TYPE.NEVER, endValue: -1 } as const;
const daily = (hour: number): Schedule => ({
  ...{ timeSec: T + hour * 3600, anchorSec: T + hour * 3600, repeat: REPEAT.WEEKLY, days: [0, 1, 2, 3, 4, 5, 6] },
  ...never,
});

it('lists what happens in a stretch of time', () => {
  const week = { afterSec: T + 2 * DAY, untilSec: T + 4 * DAY, most: 10 };
  expect(occurrencesIn(daily(5), week, 'UTC')).toEqual([2, 3].map((day) => T + day * DAY + 5 * 3600));
  expect(occurrencesIn(daily(5), { ...week, most: 1 }, 'UTC')).toHaveLength(1);
});

it('counts TIMES from the next one on, and heeds the last date', () => {
  const twice: Schedule = { ...daily(5), endType: END_TYPE.TIMES, endValue: 2 };
  const all = { afterSec: T - 1, untilSec: T + 90 * DAY, most: 10 };
  expect(occurrencesIn(twice, all, 'UTC')).toHaveLength(2);
  expect(occurrencesIn(twice, { ...all, afterSec: T + DAY }, 'UTC')).toEqual([T + DAY + 5 * 3600]);
  const dated: Schedule = { ...daily(5), endType: END_TYPE.DATE, endValue: T + 3 * DAY };
  expect(occurrencesIn(dated, all, 'UTC')).toHaveLength(3);
});

it('takes what happens once while it is still to come', () => {
  const once: Schedule = {
    ...{ timeSec: 500, anchorSec: 500, repeat: REPEAT.NONE, days: [] },
    endType: -1,
    endValue: -1,
  };
  expect(nextMoments([once], 500, 10, 'UTC')).toEqual([{ atSec: 500, index: 0 }]);
  expect(nextMoments([once], 501, 10, 'UTC')).toEqual([]);
});

it('tells the next moments of several together', () => {
  const found = nextMoments([daily(12), daily(3)], T + 4 * 3600, 3, 'UTC');
  expect(found.map(({ index }) => index)).toEqual([0, 1, 0]);
});

it('keeps the time of the day when the clock changes', () => {
  const zone = 'Europe/Berlin';
  const start = Date.UTC(2026, 2, 27, 1) / 1000; // 02:00 in Berlin
  const nightly: Schedule = { ...daily(0), timeSec: start, anchorSec: start };
  const [first = 0, second = 0, third = 0, fourth = 0] = nextMoments([nightly], start, 4, zone).map(
    ({ atSec }) => atSec,
  );
  expect([second - first, third - second, fourth - third]).toEqual([DAY, DAY, DAY - 3600]);
});
