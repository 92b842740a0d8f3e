// The moments at which schedules happen, listed: those of one in a stretch of time, and the next few of several together. Pure.
import { END_TYPE, type Schedule } from '../model/scheduled-action.ts';
import { gridAfter } from './grid.ts';

export interface Stretch {
  /** Epoch seconds: after the one, up to the other. */
  afterSec: number;
  untilSec: number;
  /** So many at most. */
  most: number;
}

/** Epoch seconds, ascending. `timeSec` of the schedule is the first that is still to come, and TIMES counts from it. */
export function occurrencesIn(schedule: Schedule, { afterSec, untilSec, most }: Stretch, zone: string): number[] {
  const { timeSec, endType, endValue } = schedule;
  const lastSec = endType === END_TYPE.DATE ? Math.min(untilSec, endValue) : untilSec;
  const times: number[] = [];
  // what is limited to a number of times is counted from the next one on
  const fromSec = endType === END_TYPE.TIMES ? timeSec - 1 : Math.max(timeSec - 1, afterSec);
  let left = endType === END_TYPE.TIMES ? endValue : Infinity;
  for (const atSec of gridAfter(schedule, fromSec, zone)) {
    if (atSec > lastSec || left <= 0 || times.length >= most) break;
    left--;
    if (atSec > afterSec) times.push(atSec);
  }
  return times;
}

export interface Moment {
  /** Epoch seconds. */
  atSec: number;
  /** Which of the schedules. */
  index: number;
}

const FAR_SEC = 100 * 366 * 86_400;

/** The next moments of all of them together, soonest first. */
export function nextMoments(schedules: readonly Schedule[], nowSec: number, count: number, zone: string): Moment[] {
  const stretch: Stretch = { afterSec: nowSec - 1, untilSec: nowSec + FAR_SEC, most: count };
  return schedules
    .flatMap((schedule, index) => occurrencesIn(schedule, stretch, zone).map((atSec) => ({ atSec, index })))
    .toSorted((one, other) => one.atSec - other.atSec || one.index - other.index)
    .slice(0, count);
}
