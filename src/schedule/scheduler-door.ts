// The door to what begins backups: those that somebody asks for, and the runs of backup jobs. Nothing waits here for a backup to end.
import type { BackupWish } from '../backup/decide.ts';
import type { WaitingBackup } from '../model/backup-status.ts';

export interface SchedulerDoor {
  /** Begins a run of a backup job. Throws ACTION while one is under way, or when the job has nowhere to back up to. */
  startJob(id: number): Promise<void>;
  /** Has the VMs of the job's last run whose backups failed or were cancelled backed up again. */
  retryJob(id: number): Promise<void>;
  /** Ends the backups of the job that are under way, and begins no more of its run. */
  cancelJob(id: number): Promise<void>;
  /** Something has changed that a backup may have waited for, on whichever node. */
  stir(): void;
  /** Begins a backup of a VM, or lets it wait until there is room. Throws when it is not possible, and why. */
  backup(vmId: number, wish: BackupWish): Promise<void>;
  /** Ends the backup of a VM that runs or waits. Returns whether there is one. */
  cancel(vmId: number): Promise<boolean>;
  /** A scheduled action was changed or removed. */
  changed(actionId: number): void;
  waiting(): WaitingBackup[];
}
