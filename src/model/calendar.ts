// What ran in a stretch of time and what is going to: entries as far as they can be shown, and counts of all, by day.
import type { Operation } from './operation.ts';
import type { RunSums } from './run-figures.ts';
import type { ScheduledAction } from './scheduled-action.ts';

export interface ComingRun extends Pick<ScheduledAction, 'parent' | 'action'> {
  /** Epoch seconds. */
  atSec: number;
  actionId: number;
  /** Of the VM or the job. */
  name: string;
}

export interface Calendar {
  /** Epoch seconds. */
  fromSec: number;
  untilSec: number;
  /** The lists do not hold all. */
  more: boolean;
  days: Array<{ atSec: number; sums: RunSums; coming: number }>;
  /** Newest first. */
  runs: Operation[];
  /** Soonest first. */
  coming: ComingRun[];
}
