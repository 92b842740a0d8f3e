// The next moments of SCHED_ACTIONs that are not saved yet. They are read as saving reads them, so that what would be refused is refused
// here with the same words. Pure.
import { field, vectors, type Attributes, type Vector } from '../model/attributes.ts';
import { CODE, OneError } from '../model/errors.ts';
import type { ScheduledActionName } from '../model/scheduled-action.ts';
import { readScheduledAction } from './action-template.ts';
import { nextMoments } from './occurrences.ts';

export interface Preview {
  nowSec: number;
  zone: string;
  count: number;
}

/** Soonest first. What is to be done may be left out: it is a backup then. */
export function readOccurrences(
  template: Attributes,
  { nowSec, zone, count }: Preview,
): Array<{ atSec: number; index: number; action: ScheduledActionName }> {
  const given = vectors(template, 'SCHED_ACTION');
  const other = template.find(([name, value]) => name !== 'SCHED_ACTION' || typeof value === 'string')?.[0];
  if (given.length === 0 || other !== undefined) {
    const what = given.length === 0 && other === undefined ? 'there is none' : `there is ${other}`;
    throw new OneError(CODE.INTERNAL, `The template must hold SCHED_ACTION=[ ... ] and nothing else; ${what}.`);
  }
  const parent = { type: 'VM' as const, id: -1 };
  const actions = given.map((vector) =>
    readScheduledAction(withAction(vector), { parent, startSec: nowSec, nowSec, zone }),
  );
  const schedules = actions.map(({ schedule }) => schedule);
  return nextMoments(schedules, nowSec, count, zone).map(({ atSec, index }) => ({
    ...{ atSec, index, action: actions[index]?.action ?? 'backup' },
  }));
}

function withAction(vector: Vector): Vector {
  return field(vector, 'ACTION') === undefined ? [...vector, ['ACTION', 'backup']] : vector;
}
