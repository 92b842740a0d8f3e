import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Temporal } from '@js-temporal/polyfill';
import type { BackupWindow } from '../model/backup-window.ts';
import { isOpen, opensAt } from './window.ts';

const sec = (utc: string): number => Date.parse(`${utc}Z`) / 1000;
const utc = (epochSec: number): string => new Date(epochSec * 1000).toISOString().slice(0, 16);
const nights: BackupWindow = { days: [1, 2, 3, 4, 5], fromMin: 22 * 60, toMin: 6 * 60, zone: 'Europe/Berlin' };

describe('a window of week nights in Berlin', () => {
  it.each([
    ['just before it opens', '2026-11-26T20:59:59', false, '2026-11-26T21:00'],
    ['when it opens', '2026-11-26T21:00:00', true, '2026-11-26T21:00'],
    ['over midnight', '2026-11-27T03:00:00', true, '2026-11-27T03:00'],
    ['when it closes', '2026-11-27T05:00:00', false, '2026-11-27T21:00'],
    ['on Saturday morning, which is of Friday', '2026-11-28T04:59:00', true, '2026-11-28T04:59'],
    ['on Saturday', '2026-11-28T05:00:00', false, '2026-11-30T21:00'],
    ['on Monday morning, which is of Sunday', '2026-11-30T04:00:00', false, '2026-11-30T21:00'],
    ['in summer', '2026-07-01T19:59:00', false, '2026-07-01T20:00'],
    ['over the weekend that puts the clock forward', '2026-03-28T12:00:00', false, '2026-03-30T20:00'],
  ])('%s', (_, at, open, opens) => {
    expect([isOpen([nights], sec(at)), utc(opensAt([nights], sec(at)))]).toEqual([open, opens]);
  });
});

const sundays = (fromMin: number, toMin: number, zone = 'Europe/Berlin'): BackupWindow => ({
  ...{ days: [0], fromMin, toMin, zone },
});

it.each([
  ['an hour that is jumped over does not open', sundays(120, 180), '2026-03-28T23:00', '2026-04-05T00:00'],
  ['it opens when the clock jumps into it', sundays(150, 240), '2026-03-28T23:00', '2026-03-29T01:00'],
  ['an hour that comes twice opens twice', sundays(150, 165), '2026-10-25T00:45', '2026-10-25T01:30'],
  ['it opens again when the clock jumps back into it', sundays(90, 150), '2026-10-25T00:45', '2026-10-25T01:00'],
  [
    'a Friday that was not',
    { ...sundays(600, 660, 'Pacific/Apia'), days: [5] },
    '2011-12-24T00:00',
    '2012-01-05T20:00',
  ],
  ['all of a day', { ...sundays(0, 1440), days: [6] }, '2026-11-26T12:00', '2026-11-27T23:00'],
  ['a day and a night from noon', sundays(720, 720), '2026-11-26T12:00', '2026-11-29T11:00'],
])('%s', (_, window, now, opens) => {
  expect(utc(opensAt([window], sec(now)))).toBe(opens);
});

it('is open at any time without windows, and while one of several is', () => {
  const now = sec('2026-11-26T12:00');
  expect([isOpen([], now), opensAt([], now)]).toEqual([true, now]);
  const noon = { ...nights, fromMin: 13 * 60, toMin: 14 * 60 };
  expect(isOpen([nights, noon], now)).toBe(true);
  expect(utc(opensAt([nights, { ...noon, zone: 'UTC' }], now))).toBe('2026-11-26T13:00');
});

/** Times around changes of the clock, in quarters of an hour for a month: what the clock shows at each. */
const QUARTER = 900;
const CHANGES: Array<[zone: string, around: string]> = [
  ...([
    ['Europe/Berlin', '2026-03-29'],
    ['Europe/Berlin', '2026-10-25'],
  ] satisfies Array<[string, string]>),
  ...([
    ['Australia/Lord_Howe', '2026-10-04'],
    ['Australia/Lord_Howe', '2026-04-05'],
  ] satisfies Array<[string, string]>),
  ...([
    ['America/Sao_Paulo', '2018-11-04'],
    ['America/Sao_Paulo', '2018-02-18'],
  ] satisfies Array<[string, string]>),
  ...([
    ['Pacific/Apia', '2011-12-30'],
    ['Asia/Kolkata', '2026-03-29'],
  ] satisfies Array<[string, string]>),
];
const months = CHANGES.map(([zone, around]) => {
  const fromSec = sec(`${around}T00:00`) - 10 * 96 * QUARTER;
  const walls = Array.from({ length: 30 * 96 }, (_, quarter) =>
    Temporal.Instant.fromEpochMilliseconds((fromSec + quarter * QUARTER) * 1000).toZonedDateTimeISO(zone),
  );
  return { zone, fromSec, minutes: walls.map((wall) => minuteOf(wall.toPlainDateTime())) };
});

/** Minutes since 1970 on the wall clock, as if it had never been changed. */
function minuteOf(wall: Temporal.PlainDateTime): number {
  return wall.toZonedDateTime('UTC').epochMilliseconds / 60_000;
}

it('opens when a look at the clock each quarter of an hour says so', () => {
  const windows = fc.record({
    days: fc.subarray([0, 1, 2, 3, 4, 5, 6], { minLength: 1 }),
    fromMin: fc.oneof(fc.integer({ min: 0, max: 95 }), fc.integer({ min: 0, max: 14 })).map((quarter) => quarter * 15),
    toMin: fc.oneof(fc.integer({ min: 0, max: 96 }), fc.integer({ min: 1, max: 15 })).map((quarter) => quarter * 15),
  });
  const nows = fc.tuple(fc.integer({ min: 0, max: 12 * 96 }), fc.integer({ min: 0, max: QUARTER - 1 }));
  fc.assert(
    fc.property(fc.constantFrom(...months), windows, nows, (month, hours, [quarter, within]) => {
      const window = { ...hours, zone: month.zone };
      const open = month.minutes.map((minute) => isIn(window, minute));
      const nowSec = month.fromSec + quarter * QUARTER + within;
      expect(isOpen([window], nowSec)).toBe(open[quarter]);
      const first = open.indexOf(true, quarter);
      expect(opensAt([window], nowSec)).toBe(first === quarter ? nowSec : month.fromSec + first * QUARTER);
    }),
    { numRuns: 1500 },
  );
}, 60_000);

/** Whether it lies in the stretch that begins on one of the dates around it. */
function isIn({ days, fromMin, toMin }: BackupWindow, minute: number): boolean {
  const date = Math.floor(minute / 1440);
  return [date - 1, date].some((day) => {
    const begins = day * 1440 + fromMin;
    const ends = day * 1440 + toMin + (toMin > fromMin ? 0 : 1440);
    // January 1st 1970 was a Thursday.
    return days.includes((day + 4) % 7) && minute >= begins && minute < ends;
  });
}
