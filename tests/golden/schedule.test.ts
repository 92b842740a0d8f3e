// Occurrences of schedules in zones whose clocks change, at the ends of months and years, compared with kept ones.
import { expect, it } from 'vitest';
import { Temporal } from '@js-temporal/polyfill';
import { END_TYPE, REPEAT, type Repeat, type Schedule } from '../../src/model/scheduled-action.ts';
import { nextOccurrence } from '../../src/schedule/due.ts';

interface Case {
  title: string;
  zone: string;
  /** The first time, on the wall clock of the zone. */
  first: string;
  repeat: Repeat;
  days: number[];
  /** Epoch seconds are given as wall clock time. */
  until?: string;
  times?: number;
  /** How many are written down; 6 unless said. */
  count?: number;
  /** A run is late by so many hours: the next one is asked for after that. */
  lateHours?: number;
}

const EVERY_DAY = [0, 1, 2, 3, 4, 5, 6];
const daily = { repeat: REPEAT.WEEKLY, days: EVERY_DAY };

const FILES: Record<string, Case[]> = {
  clocks: [
    { title: 'put forward', zone: 'Europe/Berlin', first: '2026-03-27T02:30', ...daily },
    { title: 'put back', zone: 'Europe/Berlin', first: '2026-10-23T02:30', ...daily },
    { title: 'put forward', zone: 'America/New_York', first: '2026-03-06T02:30', ...daily },
    { title: 'put back', zone: 'America/New_York', first: '2026-10-30T01:30', ...daily },
    { title: 'put forward by half an hour', zone: 'Australia/Lord_Howe', first: '2026-10-02T02:15', ...daily },
    { title: 'put back by half an hour', zone: 'Australia/Lord_Howe', first: '2026-04-03T01:45', ...daily },
    { title: 'never changed', zone: 'Asia/Kolkata', first: '2026-03-27T02:30', ...daily },
    { title: 'without December 30th', zone: 'Pacific/Apia', first: '2011-12-28T10:00', ...daily },
    { title: 'Fridays, one of which was not', zone: 'Pacific/Apia', first: '2011-12-23T10:00', repeat: 0, days: [5] },
    { title: 'Fridays and Saturdays', zone: 'Pacific/Apia', first: '2011-12-23T10:00', repeat: 0, days: [5, 6] },
    { title: 'midnight jumped over', zone: 'America/Sao_Paulo', first: '2018-11-02T00:00', ...daily },
    { title: 'the last hour twice', zone: 'America/Sao_Paulo', first: '2018-02-15T23:30', ...daily },
    { title: 'no more changes', zone: 'America/Sao_Paulo', first: '2019-11-01T00:00', ...daily },
    { title: 'never changed', zone: 'UTC', first: '2026-03-27T02:30', ...daily },
  ],
  weeks: [
    { title: 'Mondays and Fridays', zone: 'Europe/Berlin', first: '2026-11-23T02:00', repeat: 0, days: [1, 5] },
    { title: 'first time on no listed day', zone: 'Europe/Berlin', first: '2026-11-26T02:00', repeat: 0, days: [1, 5] },
    { title: 'two days late', zone: 'UTC', first: '2026-11-23T02:00', repeat: 0, days: [1, 5], lateHours: 48 },
    { title: 'over a week late', zone: 'UTC', first: '2026-11-23T02:00', repeat: 0, days: [1, 5], lateHours: 200 },
  ],
  months: [
    { title: 'the 31st', zone: 'UTC', first: '2026-01-31T04:00', repeat: 1, days: [31], count: 14 },
    { title: 'the 30th', zone: 'UTC', first: '2026-01-30T04:00', repeat: 1, days: [30], count: 5 },
    { title: 'the 29th', zone: 'UTC', first: '2027-12-29T04:00', repeat: 1, days: [29], count: 5 },
    { title: 'leap year', zone: 'UTC', first: '2028-01-31T04:00', repeat: 1, days: [29, 30, 31], count: 9 },
    { title: 'common year', zone: 'UTC', first: '2027-01-29T04:00', repeat: 1, days: [29, 30, 31], count: 9 },
    { title: 'the 1st and 30th', zone: 'Asia/Kolkata', first: '2027-01-01T00:15', repeat: 1, days: [1, 30] },
    { title: 'summer', zone: 'Europe/Berlin', first: '2026-01-29T02:30', repeat: 1, days: [29], count: 11 },
    { title: 'three weeks late', zone: 'UTC', first: '2026-01-31T04:00', repeat: 1, days: [31], lateHours: 504 },
  ],
  years: [
    { title: 'January 1st', zone: 'Europe/Berlin', first: '2026-01-01T00:00', repeat: 2, days: [0], count: 3 },
    { title: 'day 59, February 29th of leap years', zone: 'UTC', first: '2026-03-01T12:00', repeat: 2, days: [59] },
    { title: 'day 364', zone: 'UTC', first: '2026-12-31T12:00', repeat: 2, days: [364], count: 4 },
    { title: 'day 365', zone: 'UTC', first: '2026-12-31T12:00', repeat: 2, days: [365], count: 4 },
    { title: 'days 364 and 365', zone: 'UTC', first: '2026-12-31T12:00', repeat: 2, days: [364, 365] },
    { title: 'the day of summer time', zone: 'Europe/Berlin', first: '2026-01-10T02:30', repeat: 2, days: [87, 297] },
  ],
  hours: [
    { title: 'each 6, clock put forward', zone: 'Europe/Berlin', first: '2026-03-28T20:00', repeat: 3, days: [6] },
    { title: 'each 6, clock put back', zone: 'Europe/Berlin', first: '2026-10-24T20:00', repeat: 3, days: [6] },
    { title: 'each, clock put back', zone: 'America/New_York', first: '2026-11-01T00:10', repeat: 3, days: [1] },
    { title: 'each 24', zone: 'Australia/Lord_Howe', first: '2026-10-02T02:15', repeat: 3, days: [24], count: 4 },
    { title: 'each 168', zone: 'Europe/Berlin', first: '2026-10-20T02:00', repeat: 3, days: [168], count: 3 },
    { title: 'each 6, seven late', zone: 'UTC', first: '2026-03-28T20:00', repeat: 3, days: [6], lateHours: 7 },
  ],
  ends: [
    { title: 'on a date', zone: 'UTC', first: '2026-11-23T02:00', ...daily, until: '2026-11-26T02:00' },
    { title: 'a second earlier', zone: 'UTC', first: '2026-11-23T02:00', ...daily, until: '2026-11-26T01:59:59' },
    { title: 'before the first', zone: 'UTC', first: '2026-11-23T02:00', ...daily, until: '2026-11-23T01:00' },
    { title: 'none left', zone: 'UTC', first: '2026-11-23T02:00', ...daily, times: 0 },
    { title: 'never repeated', zone: 'UTC', first: '2026-11-23T02:00', repeat: REPEAT.NONE, days: [] },
  ],
};

it.each(Object.entries(FILES))('%s', async (name, cases) => {
  await expect(`${cases.map(written).join('\n\n')}\n`).toMatchFileSnapshot(`schedule/${name}.txt`);
});

function written(given: Case): string {
  const { title, zone, first, repeat, days, until, times, lateHours = 0 } = given;
  const word = Object.entries(REPEAT).find(([, value]) => value === repeat)?.[0] ?? '';
  const late = lateHours === 0 ? '' : `, ${lateHours} hours late`;
  const end = until === undefined ? '' : `, until ${until}`;
  const left = times === undefined ? '' : `, ${times} times`;
  return [`${zone} ${first} ${word} ${days.join(',')}${late}${end}${left}: ${title}`, ...occurrences(given)].join('\n');
}

function occurrences({ zone, first, repeat, days, until, times, count = 6, lateHours = 0 }: Case): string[] {
  const epoch = (wall: string): number =>
    Temporal.PlainDateTime.from(wall).toZonedDateTime(zone).epochMilliseconds / 1000;
  const anchorSec = epoch(first);
  const end = times !== undefined ? END_TYPE.TIMES : until !== undefined ? END_TYPE.DATE : END_TYPE.NEVER;
  const endValue = times ?? (until === undefined ? -1 : epoch(until));
  const schedule: Schedule = { timeSec: anchorSec, anchorSec, repeat, days, endType: end, endValue };
  const found: string[] = [];
  for (let at: number | undefined = anchorSec - 1; found.length < count;) {
    at = nextOccurrence(schedule, at, zone);
    if (at === undefined) return [...found, '  none'];
    found.push(`  ${shown(at, zone)}`);
    at += lateHours * 3600;
  }
  return found;
}

function shown(atSec: number, zone: string): string {
  const at = Temporal.Instant.fromEpochMilliseconds(atSec * 1000).toZonedDateTimeISO(zone);
  const day = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'][at.dayOfWeek % 7] ?? '';
  return `${day} ${at.toPlainDate().toString()} ${at.toPlainTime().toString()} ${at.offset}`;
}
