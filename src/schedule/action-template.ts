// Reads SCHED_ACTION, new or changed, and checks all of it: a value that is not understood is an error that names it. Pure.
import { field, type Vector } from '../model/attributes.ts';
import {
  REPEAT,
  SCHEDULED_ACTIONS,
  type Schedule,
  type ScheduledAction,
  type ScheduledActionName,
} from '../model/scheduled-action.ts';
import { checkArgs } from './action-args.ts';
import { given, refuseUnknown, wrong } from './action-attribute.ts';
import { readRepetition, type Repetition } from './action-repeat.ts';
import { readTime, type Clock } from './action-time.ts';
import { nextOccurrence } from './due.ts';

export interface Scheduling extends Clock {
  parent: ScheduledAction['parent'];
  /** IANA name of the zone whose wall clock times of the day are of. */
  zone: string;
}

/** A new action. Throws OneError INTERNAL. */
export function readScheduledAction(vector: Vector, on: Scheduling): Omit<ScheduledAction, 'id' | 'uid'> {
  refuseUnknown(vector);
  const { action, args } = readAction(vector, on);
  const timeSec = readTime('TIME', given(vector, 'TIME') ?? '', clockOf(on));
  const schedule = { timeSec, anchorSec: timeSec, ...readRepetition(vector) };
  refuseEmpty(schedule, timeSec - 1, on);
  const warning = readWarning(vector, on) ?? 0;
  return { parent: on.parent, action, args, schedule, doneSec: -1, message: '', warning, finished: false };
}

/**
 * The action with what is given put in place of what it was. A new TIME is a new first time. New DAYS or a new REPEAT begin with the
 * next occurrence after now, at the time of the day that it had. With any of them it begins anew: nothing is tried again.
 */
export function changeScheduledAction(before: ScheduledAction, vector: Vector, on: Scheduling): ScheduledAction {
  refuseUnknown(vector);
  const said = { ...before, ...readAction(vector, on, before), warning: readWarning(vector, on) ?? before.warning };
  const repetition = readRepetition(vector, before.schedule);
  const time = given(vector, 'TIME');
  const timeSec = time === undefined ? before.schedule.timeSec : readTime('TIME', time, clockOf(on));
  if (timeSec !== before.schedule.timeSec) {
    const schedule = { timeSec, anchorSec: timeSec, ...repetition };
    refuseEmpty(schedule, timeSec - 1, on);
    return anew(said, schedule);
  }
  if (!sameDays(repetition, before.schedule)) return anew(said, movedSchedule(before, repetition, on));
  return changedEnd(said, repetition, on);
}

/** Other days at the same time of the day. What no longer repeats happens at the time that was next. */
function movedSchedule(before: ScheduledAction, repetition: Repetition, on: Scheduling): Schedule {
  const { timeSec, anchorSec } = before.schedule;
  if (repetition.repeat === REPEAT.NONE) {
    if (before.finished) wrong('TIME', String(timeSec), 'it has passed: give the new time at which it is to be done');
    return { timeSec, anchorSec: timeSec, ...repetition };
  }
  const schedule = { timeSec, anchorSec, ...repetition };
  return { ...schedule, timeSec: refuseEmpty(schedule, on.nowSec, on) };
}

/** Another end, or none: what had finished goes on if there is something left. */
function changedEnd(action: ScheduledAction, repetition: Repetition, on: Scheduling): ScheduledAction {
  const { schedule, finished } = action;
  if (repetition.endType === schedule.endType && repetition.endValue === schedule.endValue) return action;
  const changed = { ...schedule, ...repetition };
  const afterSec = finished ? Math.max(schedule.timeSec, on.nowSec) : schedule.timeSec - 1;
  const timeSec = refuseEmpty(changed, afterSec, on);
  return { ...action, schedule: { ...changed, timeSec }, finished: false };
}

function anew({ current: _, ...action }: ScheduledAction, schedule: Schedule): ScheduledAction {
  return { ...action, schedule, finished: false };
}

function sameDays(a: Repetition, b: Repetition): boolean {
  return a.repeat === b.repeat && a.days.join() === b.days.join();
}

/** The first occurrence after `afterSec`; an error when the end leaves none. */
function refuseEmpty(schedule: Schedule, afterSec: number, { zone }: Scheduling): number {
  const next = nextOccurrence(schedule, afterSec, zone);
  if (next !== undefined) return next;
  wrong('END_VALUE', String(schedule.endValue), 'it would end before it is done once');
}

function readAction(
  vector: Vector,
  { parent }: Scheduling,
  before?: ScheduledAction,
): Pick<ScheduledAction, 'action' | 'args'> {
  const word = given(vector, 'ACTION')?.toLowerCase();
  if (parent.type === 'BACKUPJOB') {
    if (word !== undefined && word !== 'backup') wrong('ACTION', word, 'a backup job is always run: leave it out');
    return { action: 'backup', args: '' };
  }
  const action = word === undefined ? before?.action : SCHEDULED_ACTIONS.find((known) => known === word);
  if (action === undefined) wrong('ACTION', word ?? '', `it must be one of ${SCHEDULED_ACTIONS.join(', ')}`);
  return { action, args: readArgs(vector, action, before) };
}

/** Those of another action are not taken over. */
function readArgs(vector: Vector, action: ScheduledActionName, before: ScheduledAction | undefined): string {
  const kept = action === before?.action ? before.args : '';
  const args = field(vector, 'ARGS')?.trim() ?? kept;
  checkArgs(action, args);
  return args;
}

function readWarning(vector: Vector, on: Scheduling): number | undefined {
  const warning = given(vector, 'WARNING');
  if (warning === undefined) return undefined;
  return warning === '0' ? 0 : readTime('WARNING', warning, clockOf(on));
}

/** A job has no start to count from. */
function clockOf({ parent, nowSec, startSec }: Scheduling): Clock {
  return parent.type === 'VM' ? { nowSec, startSec } : { nowSec };
}
