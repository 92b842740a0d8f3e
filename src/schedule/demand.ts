// How often schedules want a backup: the longest time that passes between two occurrences, all schedules of a VM taken together. Pure:
// `next` says when a schedule happens, and the clock and the zone are arguments.
import { END_TYPE, REPEAT, type Repeat, type Schedule } from '../model/scheduled-action.ts';

/** The first occurrence strictly after a time, in epoch seconds; undefined when there is none. */
export type NextOccurrence = (schedule: Schedule, afterSec: number, zone: string) => number | undefined;

const DAY_SEC = 86_400;
/** In this time what repeats has shown its longest gap, or nearly: an hour more or less of a clock change is left out. */
const HORIZON_SEC: Record<Repeat, (schedule: Schedule) => number> = {
  [REPEAT.NONE]: () => 0,
  [REPEAT.HOURLY]: ({ days: [hours = 1] }) => 3 * hours * 3600,
  [REPEAT.WEEKLY]: () => 16 * DAY_SEC,
  [REPEAT.MONTHLY]: () => 400 * DAY_SEC,
  [REPEAT.YEARLY]: () => 800 * DAY_SEC,
};

/**
 * Seconds; undefined when nothing repeats. The schedule that comes round most quickly says how far is looked ahead: the others only
 * make gaps smaller.
 */
export function demandedSec(
  schedules: readonly Schedule[],
  nowSec: number,
  zone: string,
  next: NextOccurrence,
): number | undefined {
  // what has ended, or begins only later, has no say yet
  const repeating = schedules.filter((schedule) => {
    const first = schedule.repeat === REPEAT.NONE ? undefined : next(schedule, nowSec, zone);
    return first !== undefined && first <= nowSec + horizonSec(schedule);
  });
  if (repeating.length === 0) return undefined;
  const untilSec = nowSec + Math.min(...repeating.map(horizonSec));
  const times = schedules
    .flatMap((schedule) => occurrences(schedule, nowSec, untilSec, zone, next))
    .toSorted(ascending);
  const gaps = times.slice(1).map((time, index) => time - (times[index] ?? time));
  const longest = Math.max(0, ...gaps);
  return longest > 0 ? longest : undefined;
}

function horizonSec(schedule: Schedule): number {
  return HORIZON_SEC[schedule.repeat](schedule);
}

function occurrences(
  schedule: Schedule,
  fromSec: number,
  untilSec: number,
  zone: string,
  next: NextOccurrence,
): number[] {
  const most = schedule.endType === END_TYPE.TIMES ? schedule.endValue : Infinity;
  const times: number[] = [];
  let afterSec = fromSec;
  while (times.length < most) {
    const time = next(schedule, afterSec, zone);
    if (time === undefined || time > untilSec) break;
    times.push(time);
    afterSec = time;
  }
  return times;
}

const ascending = (one: number, other: number): number => one - other;
