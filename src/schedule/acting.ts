// The door to what scheduled work may do: everything is done with the rights that its user has at that time, none with more.
import type { ScheduledAction } from '../model/scheduled-action.ts';

export interface Acting {
  /**
   * Throws unless the user may have the VM backed up to the datastore now: by a schedule, which takes the right to schedule, or by a
   * job, which takes the right to back up; and the right to use the datastore either way. A user who is gone or disabled may nothing.
   */
  mayBackUp(uid: number, vmId: number, datastoreId: number, by: 'schedule' | 'job'): Promise<void>;
  /** Throws unless the user may run the backup job now. */
  mayRunJob(uid: number, jobId: number): Promise<void>;
  /** Does an action other than a backup to a VM as its user. Throws what the API would answer her. */
  perform(action: ScheduledAction): Promise<void>;
}
