// At which instants a schedule happens if nothing ever ends it: its first time, then the listed days at the first time's time of the
// day, or every so many hours from it. Each occurrence is reckoned from the first time, never from the one before it, so that neither
// late runs nor changes of the clock move the others. Pure.
//
// - A time that the clock jumps over happens when Temporal's "compatible" says, later by what was jumped over: 02:30 becomes 03:30.
// - A time that comes twice happens once, the first time.
// - MONTHLY 29 to 31 is the last day of a shorter month, once even if several listed days fall on it: no month goes without.
// - YEARLY counts days from January 1st, which is 0; 365 is December 31st in every year.
import { Temporal } from 'temporal-polyfill';
import { REPEAT, type Schedule } from '../model/scheduled-action.ts';

const HOUR_SEC = 3600;

/** Epoch seconds of the occurrences strictly after `afterSec`, ascending, without an end if it repeats. `zone` is an IANA name. */
export function* gridAfter(schedule: Schedule, afterSec: number, zone: string): Generator<number, void> {
  const { anchorSec, repeat, days } = schedule;
  if (afterSec < anchorSec) yield anchorSec;
  if (repeat === REPEAT.NONE || days.length === 0) return;
  let lastSec = Math.max(afterSec, anchorSec);
  if (repeat === REPEAT.HOURLY) {
    yield* everyHours(anchorSec, days[0]! * HOUR_SEC, lastSec);
    return;
  }
  const plainTime = zoned(anchorSec, zone).toPlainTime();
  // The day before: where a whole day is jumped over, what belongs to it happens on the next.
  const from = zoned(lastSec, zone).toPlainDate().subtract({ days: 1 });
  for (const date of DATES[repeat](days, from)) {
    const atSec = Math.floor(date.toZonedDateTime({ timeZone: zone, plainTime }).epochMilliseconds / 1000);
    if (atSec <= lastSec) continue;
    yield atSec;
    lastSec = atSec;
  }
}

/** Hours are counted in time that has passed, whatever the clock on the wall says. */
function* everyHours(anchorSec: number, stepSec: number, afterSec: number): Generator<number, void> {
  for (let k = Math.floor((afterSec - anchorSec) / stepSec) + 1; ; k++) yield anchorSec + k * stepSec;
}

function zoned(epochSec: number, zone: string): Temporal.ZonedDateTime {
  return Temporal.Instant.fromEpochMilliseconds(epochSec * 1000).toZonedDateTimeISO(zone);
}

type Dates = (days: number[], from: Temporal.PlainDate) => Generator<Temporal.PlainDate, void>;

/** Listed dates, ascending, from the day, month or year of `from` on. */
const DATES: Record<0 | 1 | 2, Dates> = {
  *[REPEAT.WEEKLY](days, from) {
    const listed = new Set(days);
    for (let date = from; ; date = date.add({ days: 1 })) if (listed.has(date.dayOfWeek % 7)) yield date;
  },
  *[REPEAT.MONTHLY](days, from) {
    for (let first = from.with({ day: 1 }); ; first = first.add({ months: 1 })) {
      for (const day of upTo(days, first.daysInMonth)) yield first.with({ day });
    }
  },
  *[REPEAT.YEARLY](days, from) {
    for (let first = from.with({ month: 1, day: 1 }); ; first = first.add({ years: 1 })) {
      for (const day of upTo(days, first.daysInYear - 1)) yield first.add({ days: day });
    }
  },
};

/** Ascending days, those past the last one as the last one, each once. */
function upTo(days: number[], last: number): Set<number> {
  return new Set(days.map((day) => Math.min(day, last)));
}
