import { expect, it } from 'vitest';
import { byDay, dayOf, daysOf, NO_RUNS, PIECE_MS } from './days.ts';

it('begins days where the wall clock does', () => {
  const from = Date.UTC(2026, 9, 24, 10) / 1000;
  const days = daysOf(from, from + 3 * 86_400, 'Europe/Berlin');
  expect(days.map((sec) => new Date(sec * 1000).toISOString())).toEqual([
    '2026-10-23T22:00:00.000Z',
    '2026-10-24T22:00:00.000Z',
    '2026-10-25T23:00:00.000Z',
    '2026-10-26T23:00:00.000Z',
  ]);
  expect(daysOf(0, 86_400, 'UTC')).toEqual([0]);
});

it('finds the day that a time is in', () => {
  const begins = [0, 100, 200];
  expect([0, 99, 100, 199, 200, 9999].map((at) => dayOf(begins, at))).toEqual([0, 0, 1, 1, 2, 2]);
  expect(dayOf([5], 0)).toBe(0);
});

it('counts pieces to their days, and leaves no day out', () => {
  const day = 86_400;
  const one = { ...NO_RUNS, done: 1, tookMs: 10, longestMs: 10 };
  const of = (sec: number): number => (sec * 1000) / PIECE_MS;
  const sums = byDay(
    [0, day, 2 * day],
    new Map([
      [of(0), one],
      [of(day - 900), { ...one, longestMs: 30 }],
      [of(2 * day), one],
    ]),
  );
  expect(sums).toMatchObject([{ done: 2, tookMs: 20, longestMs: 30 }, { done: 0 }, { done: 1 }]);
});
