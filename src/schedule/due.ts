// When a scheduled action is due, and what becomes of it when a run of it was launched, succeeded, failed, was cancelled or missed.
// Pure: the clock and the zone are arguments, and each change gives a new action. grid.ts says at which instants it happens.
import type { SchedulePolicy } from '../model/limits.ts';
import { END_TYPE, REPEAT, type Occurrence, type Schedule, type ScheduledAction } from '../model/scheduled-action.ts';
import { gridAfter } from './grid.ts';
import { retryDelay } from './retry.ts';

export type Due =
  | { kind: 'wait'; untilSec: number }
  /** An occurrence begins: on time, or caught up. Of several that were missed it is the latest. */
  | { kind: 'run'; dueSec: number }
  /** The current occurrence, which has failed so often, is tried again. */
  | { kind: 'retry'; dueSec: number; failures: number }
  | Missed
  /** Its run is under way, or waits for its turn. */
  | { kind: 'busy' }
  | { kind: 'finished' };

/** Too late to be caught up: it is skipped, and is none of the TIMES. */
export interface Missed {
  kind: 'missed';
  dueSec: number;
  reason: string;
}

/** Nobody looks at the clock all the time: what is so little late was not missed. */
const ON_TIME_SEC = 60;
const DAY_SEC = 86_400;
/** No two occurrences that follow each other are further apart, a day that was jumped over included. */
const WIDEST_GAP_SEC = {
  [REPEAT.NONE]: 0,
  [REPEAT.WEEKLY]: 9 * DAY_SEC,
  [REPEAT.MONTHLY]: 34 * DAY_SEC,
  [REPEAT.YEARLY]: 369 * DAY_SEC,
  [REPEAT.HOURLY]: 8 * DAY_SEC,
};

/** The first occurrence strictly after `afterSec`, in epoch seconds; undefined when there is none, or the schedule's end forbids it. */
export function nextOccurrence(schedule: Schedule, afterSec: number, zone: string): number | undefined {
  const { endType, endValue } = schedule;
  if (endType === END_TYPE.TIMES && endValue <= 0) return undefined;
  const [next] = gridAfter(schedule, afterSec, zone);
  if (next === undefined || (endType === END_TYPE.DATE && next > endValue)) return undefined;
  return next;
}

/** What is to be done about the action now. */
export function occurrenceAt(action: ScheduledAction, nowSec: number, policy: SchedulePolicy): Due {
  const { current, schedule } = action;
  if (current?.retryAtSec === 0) return { kind: 'busy' };
  const nextSec = action.finished ? Infinity : schedule.timeSec;
  if (nextSec <= nowSec) {
    const dueSec = latestOccurrence(schedule, nowSec, policy.timeZone);
    return missed(dueSec, dueSec, nowSec, policy) ?? { kind: 'run', dueSec };
  }
  if (current === undefined) return action.finished ? { kind: 'finished' } : { kind: 'wait', untilSec: nextSec };
  const { dueSec, failures, retryAtSec } = current;
  if (retryAtSec > nowSec) return { kind: 'wait', untilSec: Math.min(retryAtSec, nextSec) };
  return missed(dueSec, retryAtSec, nowSec, policy) ?? { kind: 'retry', dueSec, failures };
}

/** The latest occurrence up to now of a schedule whose `timeSec` has come. */
function latestOccurrence(schedule: Schedule, nowSec: number, zone: string): number {
  const untilSec = schedule.endType === END_TYPE.DATE ? Math.min(nowSec, schedule.endValue) : nowSec;
  let latestSec = schedule.timeSec;
  // Of a long absence only the end is walked through.
  for (const atSec of gridAfter(schedule, Math.max(latestSec, untilSec - WIDEST_GAP_SEC[schedule.repeat]), zone)) {
    if (atSec > untilSec) break;
    latestSec = atSec;
  }
  return latestSec;
}

function missed(dueSec: number, wantedSec: number, nowSec: number, policy: SchedulePolicy): Missed | undefined {
  const lateSec = nowSec - wantedSec;
  if (lateSec <= Math.max(policy.catchUpSec, ON_TIME_SEC)) return undefined;
  const limit = `what is more than ${policy.catchUpSec} seconds late is not caught up`;
  return { kind: 'missed', dueSec, reason: `what was due at ${utc(dueSec)} was missed: ${limit}` };
}

/**
 * The occurrence due at `dueSec` begins, or waits for its turn. Of a new one the schedule goes on to what comes after both its time and
 * now, and one of the TIMES is used; for the current one (a retry, or its turn has come) nothing but `current` changes.
 */
export function launched(
  action: ScheduledAction,
  dueSec: number,
  nowSec: number,
  policy: SchedulePolicy,
  operationId?: string,
): ScheduledAction {
  const again = action.current?.dueSec === dueSec;
  const current: Occurrence = {
    dueSec,
    failures: again ? (action.current?.failures ?? 0) : 0,
    retryAtSec: 0,
    ...(operationId === undefined ? {} : { operationId }),
  };
  if (again) return { ...action, current };
  const { schedule } = action;
  const endValue = schedule.endType === END_TYPE.TIMES ? Math.max(0, schedule.endValue - 1) : schedule.endValue;
  return { ...advanced({ ...action, schedule: { ...schedule, endValue } }, dueSec, nowSec, policy), current };
}

export function succeeded(action: ScheduledAction, nowSec: number): ScheduledAction {
  return { ...ended(action, ''), doneSec: nowSec };
}

/**
 * A launched occurrence failed. It is tried again after a while, unless it has failed too often or the next one comes before that. An
 * action that has no current occurrence any more (it was changed meanwhile) only tells of it.
 */
export function failed(
  action: ScheduledAction,
  reason: string,
  nowSec: number,
  policy: SchedulePolicy,
): ScheduledAction {
  const over = ended(action, told(reason, nowSec));
  if (action.current === undefined) return over;
  const failures = action.current.failures + 1;
  const delaySec = retryDelay(failures, policy);
  if (delaySec === undefined) return over;
  // 0 would say that it is under way.
  const retryAtSec = Math.max(1, nowSec + delaySec);
  if (!action.finished && action.schedule.timeSec <= retryAtSec) return over;
  return { ...over, current: { dueSec: action.current.dueSec, failures, retryAtSec } };
}

/** A missed occurrence is left out; the schedule goes on to the first one after now. */
export function skipped(
  action: ScheduledAction,
  { dueSec, reason }: Pick<Missed, 'dueSec' | 'reason'>,
  nowSec: number,
  policy: SchedulePolicy,
): ScheduledAction {
  return advanced(ended(action, told(reason, nowSec)), dueSec, nowSec, policy);
}

/** Whoever cancels a run wants it neither now nor soon: it is not tried again. */
export function cancelled(action: ScheduledAction, nowSec: number): ScheduledAction {
  return ended(action, told('it was cancelled', nowSec));
}

/** Goes on to the next occurrence. Without one, the last one's time stays to be seen. */
function advanced(action: ScheduledAction, dueSec: number, nowSec: number, policy: SchedulePolicy): ScheduledAction {
  const { schedule } = action;
  const nextSec = nextOccurrence(schedule, Math.max(dueSec, nowSec), policy.timeZone);
  return {
    ...action,
    schedule: { ...schedule, timeSec: nextSec ?? dueSec },
    warning: nextSec === undefined ? action.warning : 0,
    finished: nextSec === undefined,
  };
}

function ended({ current: _, ...action }: ScheduledAction, message: string): ScheduledAction {
  return { ...action, message };
}

function told(reason: string, nowSec: number): string {
  return `${utc(nowSec)} : ${reason}`;
}

function utc(epochSec: number): string {
  return `${new Date(epochSec * 1000).toISOString().replace('T', ' ').slice(0, 19)} UTC`;
}
