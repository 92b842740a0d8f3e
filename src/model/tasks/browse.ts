// The machine that reads files out of a backup, as the mover is told of it and answers.
import type { BackupStoreConfig } from '../backup-store-config.ts';
import type { ServedDisk } from './served-disk.ts';

/** Lets the machine that reads files read disks of a backup until stdin closes. Nothing is changed. */
export interface BrowseTask {
  kind: 'browse';
  operationId: string;
  store: BackupStoreConfig;
  disks: ServedDisk[];
  /** Directory for the sockets, which only `uid` and root can enter. */
  directory: string;
  /** Name of the socket there on which the daemon waits for the machine. */
  port: string;
  /** User that the machine becomes. */
  uid: number;
  /** Whether guests run under KVM here. */
  kvm: boolean;
}

export interface BrowseResult {
  /** Why the machine ended, in words. */
  ended: string;
}
