// SCHED_ACTION as VM and BACKUPJOB documents show it, at the end of TEMPLATE. The order of its elements is part of the interface.
import type { Attribute } from '../../model/attributes.ts';
import type { ScheduledAction } from '../../model/scheduled-action.ts';

export const SCHED_ACTION = 'SCHED_ACTION';

export function schedActionAttribute(action: ScheduledAction): Attribute {
  const { schedule, warning } = action;
  return [
    SCHED_ACTION,
    [
      ['ID', String(action.id)],
      ['PARENT_ID', String(action.parent.id)],
      ['TYPE', action.parent.type],
      ['ACTION', action.action],
      ['ARGS', action.args],
      ['TIME', String(schedule.timeSec)],
      ['REPEAT', String(schedule.repeat)],
      ['DAYS', schedule.days.join(',')],
      ['END_TYPE', String(schedule.endType)],
      ['END_VALUE', String(schedule.endValue)],
      ['DONE', String(action.doneSec)],
      ['MESSAGE', action.message],
      ...(warning === 0 ? [] : [['WARNING', String(warning)] satisfies [string, string]]),
    ],
  ];
}
