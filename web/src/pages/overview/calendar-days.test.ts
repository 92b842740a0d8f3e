import { expect, it } from 'vitest';
import { threeWeeks, weeksOf } from './calendar-days.ts';

it('begins on the Monday a week before this one and ends on the Sunday of the next week', () => {
  for (const day of [23, 24, 29]) {
    // 23 November 2026 is a Monday
    const { from, to } = threeWeeks(new Date(2026, 10, day));
    expect(new Date(from * 1000)).toEqual(new Date(2026, 10, 16));
    expect(new Date((to + 1) * 1000)).toEqual(new Date(2026, 11, 7));
  }
});

it('has a row for each week', () => {
  const day = (date: number) => ({ TIME: new Date(2026, 10, date).getTime() / 1000 });
  const weeks = weeksOf([day(25), day(26), day(27), day(28), day(29), day(30)]);
  expect(weeks).toHaveLength(2);
  expect(weeks[0]).toEqual([undefined, undefined, day(25), day(26), day(27), day(28), day(29)]);
  expect(weeks[1]?.[0]).toEqual(day(30));
  expect(weeksOf([])).toEqual([]);
});
