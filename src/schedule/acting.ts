// The door to what scheduled work may do: everything is done with the rights that its user has at that time, none with more.
import type { BackupRights } from '../backup/rights.ts';
import type { Operation } from '../model/operation.ts';
import type { ScheduledAction } from '../model/scheduled-action.ts';
import type { Store } from '../store/store.ts';

export interface Acting extends BackupRights {
  /** Throws unless the user may run the backup job now, which the audit log is told of. */
  mayRunJob(uid: number, jobId: number, actionId: number): Promise<void>;
  /** Tells the audit log of a backup that a schedule has begun. Never throws. */
  backupBegun(uid: number, what: { vmId: number; datastoreId: number; actionId: number }): Promise<void>;
  /**
   * Begins a drill of the VM's newest backup as the action's user; `alongside` is done in the transaction that records the run.
   * Throws when it cannot begin.
   */
  drill(action: ScheduledAction, alongside: (tx: Store, operation: Operation) => Promise<void>): Promise<void>;
  /** Does an action other than a backup or a drill to a VM as its user. Throws what the API would answer her. */
  perform(action: ScheduledAction): Promise<void>;
}
