// An action that is done at a time, once or again and again: on a VM, or a run of a backup job. Numbers are OpenNebula's.

/** -1 for what does not repeat. */
export const REPEAT = { NONE: -1, WEEKLY: 0, MONTHLY: 1, YEARLY: 2, HOURLY: 3 } as const;
export type Repeat = (typeof REPEAT)[keyof typeof REPEAT];

/** What ends the repetition: nothing, a number of times, a time. -1 for what does not repeat. */
export const END_TYPE = { NONE: -1, NEVER: 0, TIMES: 1, DATE: 2 } as const;
export type EndType = (typeof END_TYPE)[keyof typeof END_TYPE];

/** What can be scheduled on a VM. */
export const SCHEDULED_ACTIONS = [
  ...(['terminate', 'terminate-hard', 'undeploy', 'undeploy-hard', 'hold', 'release', 'stop', 'suspend'] as const),
  ...(['resume', 'reboot', 'reboot-hard', 'poweroff', 'poweroff-hard'] as const),
  ...(['snapshot-create', 'snapshot-revert', 'snapshot-delete'] as const),
  ...(['disk-snapshot-create', 'disk-snapshot-revert', 'disk-snapshot-delete', 'backup', 'drill'] as const),
] as const;
export type ScheduledActionName = (typeof SCHEDULED_ACTIONS)[number];

/** When it is done: `timeSec` is an occurrence, and the others are at the same time of the day, or a number of hours from it. */
export interface Schedule {
  /** Epoch seconds of the next occurrence; of the last one when there is none any more. */
  timeSec: number;
  /** Epoch seconds of the occurrence that the others are counted from: the wall clock's time of it holds for all. */
  anchorSec: number;
  repeat: Repeat;
  /** WEEKLY 0 (Sunday)..6, MONTHLY 1..31, YEARLY 0..365, HOURLY one number of hours; ascending, each once. */
  days: number[];
  endType: EndType;
  /** TIMES: how many occurrences are left; DATE: epoch seconds after which there is none; else -1. */
  endValue: number;
}

/** An occurrence that is being carried out, or waits to be tried again. */
export interface Occurrence {
  /** Epoch seconds that it was due at. */
  dueSec: number;
  /** How often it has failed. */
  failures: number;
  /** Epoch seconds before which it is not tried again; 0 while it is under way or waits for its turn. */
  retryAtSec: number;
  /** The run that carries it out. */
  operationId?: string;
}

export interface ScheduledAction {
  id: number;
  parent: { type: 'VM' | 'BACKUPJOB'; id: number };
  /** Who scheduled it: it is done with this user's rights. */
  uid: number;
  action: ScheduledActionName;
  /** Of a backup: `<datastore id>[,<reset 0|1>]`; of a snapshot: its name or id. */
  args: string;
  schedule: Schedule;
  /** Epoch seconds of the last time that it was done and succeeded; -1 for never. */
  doneSec: number;
  /** Why it failed last, "" after it succeeded. */
  message: string;
  /** Seconds or epoch seconds, shown only; 0 for none. */
  warning: number;
  /** Left out while nothing is under way. */
  current?: Occurrence;
  /** There is no further occurrence. */
  finished: boolean;
}
