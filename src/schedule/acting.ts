// The door to what scheduled work may do: everything is done with the rights that its user has at that time, none with more.
import type { BackupRights } from '../backup/rights.ts';
import type { ScheduledAction } from '../model/scheduled-action.ts';

export interface Acting extends BackupRights {
  /** Throws unless the user may run the backup job now. */
  mayRunJob(uid: number, jobId: number): Promise<void>;
  /** Does an action other than a backup to a VM as its user. Throws what the API would answer her. */
  perform(action: ScheduledAction): Promise<void>;
}
