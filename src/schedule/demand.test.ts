// How often schedules want a backup, on a clock that knows no zones.
import { expect, it } from 'vitest';
import { END_TYPE, REPEAT, type Schedule } from '../model/scheduled-action.ts';
import { demandedSec, type NextOccurrence } from './demand.ts';
import { Demands } from './demands.ts';

const HOUR = 3600;
const DAY = 24 * HOUR;
/** A Sunday. */
const START = 3 * DAY;
const NOW = START + 1000 * 7 * DAY;

const schedule = (change: Partial<Schedule>): Schedule => ({
  timeSec: START,
  anchorSec: START,
  repeat: REPEAT.WEEKLY,
  days: [0],
  endType: END_TYPE.NEVER,
  endValue: -1,
  ...change,
});

/** Days of a week, of a month of 30 days, of a year of 365; all as they are counted from the anchor. */
const next: NextOccurrence = ({ anchorSec, repeat, days, endType, endValue }, afterSec) => {
  if (repeat === REPEAT.NONE) return anchorSec > afterSec ? anchorSec : undefined;
  const [length, unit, at] =
    repeat === REPEAT.HOURLY
      ? [days[0] ?? 1, HOUR, [0]]
      : [{ [REPEAT.WEEKLY]: 7, [REPEAT.MONTHLY]: 30, [REPEAT.YEARLY]: 365 }[repeat], DAY, days];
  const round = Math.max(0, Math.floor((afterSec - anchorSec) / (length * unit)));
  const times = [round, round + 1]
    .flatMap((number) => at.map((day) => anchorSec + (number * length + day) * unit))
    .filter((time) => time > afterSec);
  const time = Math.min(...times);
  return endType === END_TYPE.DATE && time > endValue ? undefined : time;
};

const demand = (...schedules: Schedule[]): number | undefined => demandedSec(schedules, NOW, 'UTC', next);

it.each<[what: string, schedules: Array<Partial<Schedule>>, seconds: number | undefined]>([
  ['nothing', [], undefined],
  ['once', [{ repeat: REPEAT.NONE, days: [], anchorSec: NOW + 5 }], undefined],
  ['every Sunday', [{}], 7 * DAY],
  ['every day', [{ days: [0, 1, 2, 3, 4, 5, 6] }], DAY],
  ['Monday to Friday', [{ days: [1, 2, 3, 4, 5] }], 3 * DAY],
  ['every 6 hours', [{ repeat: REPEAT.HOURLY, days: [6] }], 6 * HOUR],
  ['every 168 hours', [{ repeat: REPEAT.HOURLY, days: [168] }], 168 * HOUR],
  ['twice a month', [{ repeat: REPEAT.MONTHLY, days: [1, 11] }], 20 * DAY],
  ['once a year', [{ repeat: REPEAT.YEARLY, days: [100] }], 365 * DAY],
  ['Sundays and, by another schedule, Wednesdays', [{}, { days: [3] }], 4 * DAY],
  ['Sundays, and every 5 hours', [{}, { repeat: REPEAT.HOURLY, days: [5] }], 5 * HOUR],
  ['Sundays, and twice a month', [{}, { repeat: REPEAT.MONTHLY, days: [1, 11] }], 7 * DAY],
  ['an ended daily one, and a monthly one', [ended(), { repeat: REPEAT.MONTHLY, days: [1] }], 30 * DAY],
  ['a daily one that begins later, and a monthly one', [later(), { repeat: REPEAT.MONTHLY, days: [1] }], 30 * DAY],
  ['a daily one that is used up', [{ days: [0, 1, 2], endType: END_TYPE.TIMES, endValue: 0 }], undefined],
  ['a daily one with one time left', [{ days: [0, 1, 2], endType: END_TYPE.TIMES, endValue: 1 }], undefined],
  ['Sundays and Mondays, two times', [{ days: [0, 1], endType: END_TYPE.TIMES, endValue: 2 }], 6 * DAY],
])('%s', (_what, schedules, seconds) => {
  expect(demand(...schedules.map(schedule))).toBe(seconds);
});

function ended(): Partial<Schedule> {
  return { days: [0, 1, 2, 3, 4, 5, 6], endType: END_TYPE.DATE, endValue: NOW - 1 };
}

function later(): Partial<Schedule> {
  return { days: [0, 1, 2, 3, 4, 5, 6], anchorSec: NOW + 90 * DAY };
}

it('is found out once a day for schedules that are alike', () => {
  let asked = 0;
  const demands = new Demands('UTC', (...args) => {
    asked += 1;
    return next(...args);
  });
  expect(demands.of([schedule({})], NOW)).toBe(7 * DAY);
  const once = asked;
  expect(once).toBeGreaterThan(0);
  expect(demands.of([schedule({ timeSec: NOW + 7 * DAY })], NOW + HOUR)).toBe(7 * DAY);
  expect(demands.of([schedule({ anchorSec: START + HOUR })], NOW)).toBe(7 * DAY);
  expect(demands.of([], NOW)).toBeUndefined();
  expect(asked).toBe(once);
  expect(demands.of([schedule({ days: [1, 2, 3, 4, 5] })], NOW + HOUR)).toBe(3 * DAY);
  expect(demands.of([schedule({ anchorSec: NOW + 90 * DAY })], NOW)).toBeUndefined();
  expect(demands.of([schedule({}), schedule({ anchorSec: START + HOUR })], NOW)).toBe(7 * DAY - HOUR);
  expect(demands.of([schedule({})], NOW + 2 * DAY)).toBe(7 * DAY);
  expect(asked).toBeGreaterThan(2 * once);
});
