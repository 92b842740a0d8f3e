// How backups are at one moment: what goes on, what waits, what failed, and which VMs lack the backups that they should have.
import type { Operation } from './operation.ts';
import type { ProvenPoint } from './vm.ts';

/** A backup that wants to begin. */
export interface WaitingBackup {
  vmId: number;
  jobId?: number;
  actionId?: number;
  /** Epoch seconds since which it wants to begin. */
  sinceSec: number;
  /** What it waits for, in words. */
  reason: string;
}

export interface OverdueVm {
  vmId: number;
  name: string;
  /** Epoch seconds of the newest good point; 0 without one. */
  pointSec: number;
  /** How old it may be by the schedules, in seconds. */
  limitSec: number;
}

/** The newest point of a VM that a drill has booted. */
export interface ProvenVm extends ProvenPoint {
  vmId: number;
  name: string;
}

export interface BackupStatus {
  /** Epoch seconds. */
  atSec: number;
  running: Operation[];
  /** Runs that wait for their turn. */
  waiting: Operation[];
  /** Backups that want to begin and have no run yet. */
  waitingBackups: WaitingBackup[];
  /** Runs that failed within the last day, and that no later one of the VM and kind has made good. */
  failed: Operation[];
  overdue: OverdueVm[];
  unprotected: Array<{ vmId: number; name: string }>;
  proven: ProvenVm[];
  /** Names of VMs above, by id. */
  names: ReadonlyMap<number, string>;
}
