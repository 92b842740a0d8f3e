// The grid against an oracle that shares nothing with it: another implementation of Temporal, and a walk through every single day.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Temporal } from '@js-temporal/polyfill';
import { END_TYPE, REPEAT, type Repeat, type Schedule } from '../model/scheduled-action.ts';
import { nextOccurrence } from './due.ts';
import { gridAfter } from './grid.ts';

const ZONES = [
  ...['Europe/Berlin', 'America/New_York', 'Australia/Lord_Howe', 'Asia/Kolkata', 'Pacific/Apia', 'America/Sao_Paulo'],
  ...['America/St_Johns', 'Africa/Casablanca', 'UTC'],
];
const DAY_SEC = 86_400;
const seconds = (wall: string): number => Date.parse(`${wall}Z`) / 1000;

/** Changes of clocks are seldom, so most first times lie shortly before one. */
const CHANGES = [
  ...['2026-03-29T01:00', '2026-10-25T01:00', '2026-03-08T07:00', '2026-11-01T06:00', '2026-10-03T15:30'],
  ...['2026-04-04T15:00', '2011-12-30T10:00', '2018-11-04T03:00', '2018-02-18T02:00', '2011-03-13T03:31'],
].map(seconds);

const anchors = fc.oneof(
  fc.tuple(fc.constantFrom(...CHANGES), fc.integer({ min: -6 * DAY_SEC, max: 2 * DAY_SEC })).map(([at, by]) => at + by),
  fc.integer({ min: seconds('1999-12-01T00:00'), max: seconds('2037-01-01T00:00') }),
);
const listOf = (min: number, max: number, maxLength = 4): fc.Arbitrary<number[]> =>
  fc.uniqueArray(fc.integer({ min, max }), { minLength: 1, maxLength }).map((days) => days.sort((a, b) => a - b));
const repetitions: fc.Arbitrary<Pick<Schedule, 'repeat' | 'days'>> = fc.oneof(
  fc.record({ repeat: fc.constant<Repeat>(REPEAT.WEEKLY), days: listOf(0, 6, 7) }),
  fc.record({ repeat: fc.constant<Repeat>(REPEAT.MONTHLY), days: fc.oneof(listOf(1, 31), listOf(28, 31)) }),
  fc.record({ repeat: fc.constant<Repeat>(REPEAT.YEARLY), days: fc.oneof(listOf(0, 365), listOf(360, 365)) }),
);

it('is what a walk through every day finds', () => {
  const zones = fc.constantFrom(...ZONES);
  const after = fc.oneof(fc.integer({ min: -DAY_SEC, max: 8 * DAY_SEC }), fc.integer({ min: 0, max: 800 * DAY_SEC }));
  fc.assert(
    fc.property(zones, anchors, repetitions, after, (zone, anchorSec, repetition, by) => {
      const schedule = { timeSec: anchorSec, anchorSec, ...repetition, endType: END_TYPE.NEVER, endValue: -1 };
      expect(nextOccurrence(schedule, anchorSec + by, zone)).toBe(walked(schedule, anchorSec + by, zone));
    }),
    { numRuns: 500 },
  );
}, 60_000);

it('counts hours in time that has passed', () => {
  const after = fc.integer({ min: -DAY_SEC, max: 400 * DAY_SEC });
  fc.assert(
    fc.property(
      fc.constantFrom(...ZONES),
      anchors,
      fc.integer({ min: 1, max: 168 }),
      after,
      (zone, anchorSec, n, by) => {
        const schedule: Schedule = {
          ...{ timeSec: anchorSec, anchorSec, repeat: REPEAT.HOURLY, days: [n], endType: END_TYPE.NEVER, endValue: -1 },
        };
        const next = nextOccurrence(schedule, anchorSec + by, zone) ?? 0;
        expect(Math.abs((next - anchorSec) % (n * 3600))).toBe(0);
        expect(next).toBeGreaterThan(anchorSec + by);
        expect(next).toBeLessThanOrEqual(Math.max(anchorSec, anchorSec + by + n * 3600));
      },
    ),
  );
});

describe('a day that is jumped over', () => {
  // In Apia December 29th 2011 was followed by the 31st.
  const anchorSec = seconds('2011-12-23T20:00');
  const fridays: Schedule = {
    ...{ timeSec: anchorSec, anchorSec, repeat: REPEAT.WEEKLY, days: [5], endType: END_TYPE.NEVER, endValue: -1 },
  };

  it('happens on the next, also when that has begun', () => {
    expect(nextOccurrence(fridays, seconds('2011-12-30T15:00'), 'Pacific/Apia')).toBe(seconds('2011-12-30T20:00'));
  });

  it('happens once with the next', () => {
    const found: number[] = [];
    for (const sec of gridAfter({ ...fridays, days: [4, 5, 6] }, seconds('2011-12-29T00:00'), 'Pacific/Apia')) {
      if (found.push(sec) === 3) break;
    }
    expect(found).toEqual(['2011-12-29T20:00', '2011-12-30T20:00', '2012-01-04T20:00'].map(seconds));
  });
});

/** The first instant after `afterSec` among the first time and those of all days that are listed. */
function walked(schedule: Schedule, afterSec: number, zone: string): number {
  const { anchorSec } = schedule;
  if (anchorSec > afterSec) return anchorSec;
  const plainTime = at(anchorSec, zone).toPlainTime();
  // Two days to and fro, as a day may be jumped over.
  let date = at(afterSec, zone).toPlainDate().subtract({ days: 2 });
  for (let walkedDays = 0; walkedDays < 800; walkedDays++, date = date.add({ days: 1 })) {
    if (!isListed(schedule, date)) continue;
    const sec = date.toZonedDateTime({ timeZone: zone, plainTime }).epochMilliseconds / 1000;
    if (sec > afterSec && sec > anchorSec) return sec;
  }
  throw new Error('nothing in 800 days');
}

function isListed({ repeat, days }: Schedule, date: Temporal.PlainDate): boolean {
  if (repeat === REPEAT.WEEKLY) return days.includes(date.dayOfWeek === 7 ? 0 : date.dayOfWeek);
  if (repeat === REPEAT.MONTHLY) {
    const isLast = date.add({ days: 1 }).month !== date.month;
    return days.includes(date.day) || (isLast && days.some((day) => day > date.day));
  }
  return days.includes(date.dayOfYear - 1) || (date.month === 12 && date.day === 31 && days.includes(365));
}

function at(epochSec: number, zone: string): Temporal.ZonedDateTime {
  return Temporal.Instant.fromEpochMilliseconds(epochSec * 1000).toZonedDateTimeISO(zone);
}
