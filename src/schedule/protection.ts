// Whether a VM has the backups that its schedules ask for. Pure: the newest point, the schedules and the clock are given.
import type { Schedule } from '../model/scheduled-action.ts';

export type Protection =
  | { kind: 'good' }
  /** It has neither a point nor a schedule. */
  | { kind: 'unprotected' }
  /** There should have been a point after `sinceSec`, and there is none for longer than `limitSec`. */
  | { kind: 'overdue'; sinceSec: number; limitSec: number };

export interface ProtectedVm {
  /** Epoch seconds of the newest good point; undefined without one. */
  pointSec: number | undefined;
  /** Epoch seconds since which the VM exists. */
  bornSec: number;
  /** Schedules by which it is backed up, those of its job included; no finished ones. */
  schedules: readonly Schedule[];
}

/** One occurrence may fail or be late; two in a row may not. */
export const GAPS = 2;

/** `demandedSec` is the longest time between two occurrences; undefined when nothing repeats. */
export function protectionOf(vm: ProtectedVm, nowSec: number, demandedSec: number | undefined): Protection {
  const { pointSec, bornSec, schedules } = vm;
  if (pointSec === undefined && schedules.length === 0) return { kind: 'unprotected' };
  if (demandedSec === undefined) return { kind: 'good' };
  // what was not asked for yet is not missed
  const askedSec = Math.min(...schedules.map(({ anchorSec }) => anchorSec));
  const sinceSec = Math.max(pointSec ?? 0, bornSec, askedSec);
  const limitSec = GAPS * demandedSec;
  return nowSec - sinceSec > limitSec ? { kind: 'overdue', sinceSec, limitSec } : { kind: 'good' };
}
