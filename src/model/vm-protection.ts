// Whether a VM has the backups that were asked for, as it is shown.
import type { KnownVm } from './known-vm.ts';

export const PROTECTION_KINDS = ['protected', 'overdue', 'unprotected'] as const;
export type ProtectionKind = (typeof PROTECTION_KINDS)[number];

export interface VmProtection {
  vm: KnownVm;
  kind: ProtectionKind;
  /** Why it lacks backups, or what is worth knowing of one that has them, in words; may be empty. */
  reason: string;
  /** Epoch seconds of the newest good point; 0 without one. */
  pointSec: number;
  /** How old it may be by the schedules, in seconds; 0 when nothing repeats. */
  limitSec: number;
  /** Epoch seconds of the next scheduled backup; 0 without one. */
  nextSec: number;
  /** How many schedules back it up, those of its job included. */
  schedules: number;
  /** Job that backs it up; undefined without one. */
  jobId: number | undefined;
}
