import { expect, it } from 'vitest';
import { END_TYPE, REPEAT, type Schedule } from '../model/scheduled-action.ts';
import { Demands } from './demands.ts';
import { nextOccurrence } from './due.ts';

const DAY = 86_400;
const NOW = 1_764_000_000;
const daily = (anchorSec: number): Schedule => ({
  ...{ timeSec: anchorSec, anchorSec, repeat: REPEAT.WEEKLY, days: [0, 1, 2, 3, 4, 5, 6] },
  ...{ endType: END_TYPE.NEVER, endValue: -1 },
});

it('is found out once for all that happen as often, whenever they begin on a day to come', () => {
  let asked = 0;
  const demands = new Demands('UTC', (schedule, afterSec, zone) => {
    asked += 1;
    return nextOccurrence(schedule, afterSec, zone);
  });
  expect(demands.of([daily(NOW + 3600)], NOW)).toBe(DAY);
  const before = asked;
  for (let n = 0; n < 1000; n++) expect(demands.of([daily(NOW + 7200 + n * 60)], NOW)).toBe(DAY);
  expect(asked).toBe(before);
});

it('is its own where several interleave, or where it begins later than anybody looks', () => {
  const demands = new Demands('UTC', nextOccurrence);
  expect(demands.of([daily(NOW), daily(NOW + DAY / 2)], NOW)).toBe(DAY / 2);
  expect(demands.of([daily(NOW), daily(NOW + DAY / 4)], NOW)).toBe((DAY * 3) / 4);
  expect(demands.of([daily(NOW + 400 * DAY)], NOW)).toBeUndefined();
  expect(demands.of([], NOW)).toBeUndefined();
});
