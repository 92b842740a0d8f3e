// Many occurrences in a row, late, failed, cancelled and missed at random: each that begins lies on the schedule's grid, none begins
// twice, and the end is kept.
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { Temporal } from '@js-temporal/polyfill';
import { END_TYPE, REPEAT, type Repeat, type ScheduledAction } from '../model/scheduled-action.ts';
import { cancelled, failed, launched, occurrenceAt, skipped, succeeded } from './due.ts';

const HOUR_SEC = 3600;
const DAY_SEC = 24 * HOUR_SEC;
const zones = fc.constantFrom('Europe/Berlin', 'America/New_York', 'Australia/Lord_Howe', 'Pacific/Apia', 'UTC');
const repetitions = fc.constantFrom<[Repeat, number[]]>(
  [REPEAT.WEEKLY, [0, 1, 2, 3, 4, 5, 6]],
  [REPEAT.WEEKLY, [1, 5]],
  [REPEAT.MONTHLY, [1, 15, 31]],
  [REPEAT.YEARLY, [0, 59, 365]],
  [REPEAT.HOURLY, [7]],
);
type Step = { lateSec: number; outcome: 'succeeds' | 'fails' | 'is cancelled'; tookSec: number };
const steps = fc.array(
  fc.record<Step>({
    // Seldom so late that it is missed, or that others are missed meanwhile.
    lateSec: fc.oneof(
      { weight: 6, arbitrary: fc.integer({ min: 0, max: 30 }) },
      { weight: 2, arbitrary: fc.integer({ min: 0, max: 3 * DAY_SEC }) },
      { weight: 1, arbitrary: fc.integer({ min: 0, max: 90 * DAY_SEC }) },
    ),
    outcome: fc.constantFrom('succeeds', 'succeeds', 'succeeds', 'fails', 'is cancelled'),
    tookSec: fc.oneof(fc.integer({ min: 1, max: HOUR_SEC }), fc.integer({ min: 1, max: 9 * DAY_SEC })),
  }),
  { minLength: 150, maxLength: 150 },
);

interface Begun {
  dueSec: number;
  retry: boolean;
}

/** Lives through the steps, one for each thing that happens; what begins is written down. */
function live(action: ScheduledAction, zone: string, given: Step[]): { begun: Begun[]; action: ScheduledAction } {
  const policy = { timeZone: zone, catchUpSec: DAY_SEC, retries: 2, retryDelaySec: 60 };
  const begun: Begun[] = [];
  let nowSec = action.schedule.timeSec - DAY_SEC;
  for (const { lateSec, outcome, tookSec } of given) {
    let due = occurrenceAt(action, nowSec, policy);
    if (due.kind === 'wait') {
      expect(due.untilSec).toBeGreaterThan(nowSec);
      nowSec = due.untilSec + lateSec;
      due = occurrenceAt(action, nowSec, policy);
    }
    if (due.kind === 'finished') break;
    if (due.kind === 'missed') {
      action = skipped(action, due, nowSec, policy);
      continue;
    }
    if (due.kind !== 'run' && due.kind !== 'retry') throw new Error(`${due.kind} at ${nowSec}`);
    expect(due.dueSec).toBeLessThanOrEqual(nowSec);
    begun.push({ dueSec: due.dueSec, retry: due.kind === 'retry' });
    action = launched(action, due.dueSec, nowSec, policy, 'a run');
    expect(occurrenceAt(action, nowSec, policy).kind).toBe('busy');
    nowSec += tookSec;
    if (outcome === 'succeeds') action = succeeded(action, nowSec);
    else if (outcome === 'fails') action = failed(action, 'no', nowSec, policy);
    else action = cancelled(action, nowSec);
  }
  return { begun, action };
}

function scheduled(anchorSec: number, [repeat, days]: [Repeat, number[]], end: [0 | 1 | 2, number]): ScheduledAction {
  const [endType, endValue] = end;
  const schedule = { timeSec: anchorSec, anchorSec, repeat, days, endType, endValue };
  return {
    ...{ id: 0, parent: { type: 'VM', id: 0 }, uid: 0, action: 'backup', args: '', schedule },
    ...{ doneSec: -1, message: '', warning: 0, finished: false },
  };
}

const anchors = fc.integer({ min: Date.UTC(2009, 0) / 1000, max: Date.UTC(2027, 0) / 1000 });

it('keeps to its grid through thousands of occurrences', () => {
  let total = 0;
  fc.assert(
    fc.property(zones, anchors, repetitions, steps, (zone, anchorSec, repetition, given) => {
      const action = scheduled(anchorSec, repetition, [END_TYPE.NEVER, -1]);
      const { begun } = live(action, zone, given);
      for (const { dueSec } of begun) if (!onGrid(dueSec, action, zone)) throw new Error(`${dueSec} is off the grid`);
      const first = begun.filter(({ retry }) => !retry).map(({ dueSec }) => dueSec);
      expect(first.every((dueSec, index) => index === 0 || dueSec > first[index - 1]!)).toBe(true);
      total += begun.length;
    }),
    { numRuns: 100 },
  );
  expect(total).toBeGreaterThan(10_000);
}, 60_000);

it('begins TIMES occurrences, whatever becomes of them, and those that were missed are none of them', () => {
  fc.assert(
    fc.property(
      zones,
      anchors,
      repetitions,
      fc.integer({ min: 1, max: 20 }),
      steps,
      (zone, anchorSec, every, n, given) => {
        const { begun, action } = live(scheduled(anchorSec, every, [END_TYPE.TIMES, n]), zone, given);
        expect(begun.filter(({ retry }) => !retry)).toHaveLength(n);
        expect(action).toMatchObject({ finished: true, schedule: { endValue: 0 } });
      },
    ),
    { numRuns: 100 },
  );
}, 60_000);

it('begins nothing that is due after a DATE', () => {
  fc.assert(
    fc.property(
      zones,
      anchors,
      repetitions,
      fc.integer({ min: 0, max: 60 }),
      steps,
      (zone, anchorSec, every, n, given) => {
        const end = anchorSec + n * DAY_SEC;
        const { begun } = live(scheduled(anchorSec, every, [END_TYPE.DATE, end]), zone, given);
        expect(begun.filter(({ dueSec }) => dueSec > end)).toEqual([]);
      },
    ),
    { numRuns: 100 },
  );
}, 60_000);

function onGrid(dueSec: number, { schedule }: ScheduledAction, zone: string): boolean {
  const { anchorSec, repeat, days } = schedule;
  if (dueSec === anchorSec) return true;
  if (repeat === REPEAT.HOURLY) return (dueSec - anchorSec) % (days[0]! * HOUR_SEC) === 0;
  const plainTime = at(anchorSec, zone).toPlainTime();
  const date = at(dueSec, zone).toPlainDate();
  // Of the day before as well: in Apia a whole day was jumped over.
  return [date, date.subtract({ days: 1 })].some(
    (day) =>
      isListed(repeat, days, day) &&
      day.toZonedDateTime({ timeZone: zone, plainTime }).epochMilliseconds === dueSec * 1000,
  );
}

function isListed(repeat: Repeat, days: number[], date: Temporal.PlainDate): boolean {
  if (repeat === REPEAT.WEEKLY) return days.includes(date.dayOfWeek % 7);
  if (repeat === REPEAT.MONTHLY) return days.includes(date.day) || date.day === date.daysInMonth;
  return days.includes(date.dayOfYear - 1) || date.dayOfYear === date.daysInYear;
}

function at(epochSec: number, zone: string): Temporal.ZonedDateTime {
  return Temporal.Instant.fromEpochMilliseconds(epochSec * 1000).toZonedDateTimeISO(zone);
}
