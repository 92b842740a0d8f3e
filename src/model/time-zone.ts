// Time zones, and the periods of the calendar in them: which day, week, month or year a time falls in, whatever the clocks do. Pure.
import { Temporal } from 'temporal-polyfill';

/** Whether it names a zone that this machine knows, as IANA writes it. */
export function isTimeZone(name: string): boolean {
  try {
    return name !== '' && new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}

export const PERIODS = ['DAY', 'WEEK', 'MONTH', 'YEAR'] as const;
export type Period = (typeof PERIODS)[number];

const UNITS = { DAY: 'days', WEEK: 'weeks', MONTH: 'months', YEAR: 'years' } as const;

/** The day on which the period begins that a time falls in, as 2030-01-31. Weeks begin on Monday. */
export function periodOf(sec: number, zone: string, period: Period): string {
  const date = zoned(sec, zone).toPlainDate();
  if (period === 'WEEK') return date.subtract({ days: date.dayOfWeek - 1 }).toString();
  if (period === 'MONTH') return date.with({ day: 1 }).toString();
  if (period === 'YEAR') return date.with({ day: 1, month: 1 }).toString();
  return date.toString();
}

/** The day on which the period begins that is so many later than the one that begins on `day`. */
export function laterPeriod(day: string, period: Period, count: number): string {
  return Temporal.PlainDate.from(day)
    .add({ [UNITS[period]]: count })
    .toString();
}

/** Epoch seconds on a day, when the clock on the wall shows what it showed at `likeSec`. */
export function sameTimeOn(day: string, likeSec: number, zone: string): number {
  const plainTime = zoned(likeSec, zone).toPlainTime();
  const at = Temporal.PlainDate.from(day).toZonedDateTime({ timeZone: zone, plainTime });
  return Math.floor(at.epochMilliseconds / 1000);
}

function zoned(sec: number, zone: string): Temporal.ZonedDateTime {
  return Temporal.Instant.fromEpochMilliseconds(sec * 1000).toZonedDateTimeISO(zone);
}
