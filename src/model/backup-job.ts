// A backup job: VMs that are backed up together, how, and where to.
import type { Attributes } from './attributes.ts';
import type { Owned } from './permissions.ts';

export const EXECUTIONS = ['SEQUENTIAL', 'PARALLEL'] as const;
export const PRIORITY = { MAX: 99, DEFAULT: 50 } as const;

export interface BackupJob extends Owned {
  /** 0..99, higher first. */
  priority: number;
  /** Epoch seconds of the last start, 0 for never; and how long it took. */
  lastBackupTime: number;
  lastBackupDurationSec: number;
  updatedVms: number[];
  outdatedVms: number[];
  backingUpVms: number[];
  errorVms: number[];
  /** VMs whose backups were cancelled, or never begun, in the last run: a retry takes them as well as those that failed. */
  cancelledVms: number[];
  /** How often the daemon ended during the backup of a VM in this run. */
  interruptions?: Record<string, number>;
  /** The run was cancelled, and the backups that were under way then have not all ended yet. */
  cancelling?: true;
  /** Normalised: BACKUP_VMS, BACKUP_VMS_SELECT, BACKUP_VOLATILE, DATASTORE_ID, EXECUTION, FS_FREEZE, KEEP_LAST, MODE ... */
  template: Attributes;
}
