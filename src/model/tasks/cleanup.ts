// What a dead run may have left, as the mover is told to end it, and what it found.
import type { BackupStoreConfig } from '../backup-store-config.ts';
import type { KeptBackup } from './backup.ts';
import type { DrillTask } from './drill.ts';

/** Ends what a dead run left: mount, libvirt job, pause, sockets, scratch, children, unfinished snapshots. */
export interface CleanupTask {
  kind: 'cleanup';
  operationId: string;
  /** What the run was to do at a hypervisor; null when it had nothing to do with one. */
  backup: KeptBackup | null;
  /** Where a run without a hypervisor had its virtual directory mounted. */
  directory?: string;
  /** Where an unfinished snapshot may be; null when there is none for sure, or nowhere to look any more. */
  store: BackupStoreConfig | null;
  /** The machine that the run may have booted, and its private directory. */
  drill?: Pick<DrillTask, 'hypervisor' | 'directory'>;
}

export interface CleanupResult {
  /** What was found and mended, in words; empty when nothing was left. */
  mended: string[];
  /** Why the store could not be cleaned, in words; empty when it was. The machine itself is clean, or the task fails. */
  left: string;
}
