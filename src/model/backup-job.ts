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
  schedActionIds: number[];
  updatedVms: number[];
  outdatedVms: number[];
  backingUpVms: number[];
  errorVms: number[];
  /** Normalised: BACKUP_VMS, BACKUP_VOLATILE, DATASTORE_ID, EXECUTION, FS_FREEZE, KEEP_LAST, MODE ... */
  template: Attributes;
}
