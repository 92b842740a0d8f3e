// What the daemon and the mover say to each other: one JSON object a line. The first line on the mover's stdin is its task,
// secrets included; when stdin closes the mover stops and cleans up. On stdout it writes events, the last one being `result`
// or `error`. Types, and the one phase that means more than its name.
import type { BackupConfig } from './backup-config.ts';
import type { DiskFormat, StoredDisk } from './image.ts';
import type { BackupFigures, DiskProgress } from './operation.ts';

/**
 * A domain that OneVault did not make but treats as its own: never defined anew, never undefined. The uuid keeps a later domain of
 * that name from being taken for it.
 */
export interface Adopted {
  name: string;
  uuid: string;
}

/** How to reach the hypervisor; `uri` is libvirt's (qemu:///system) or, for the fake, its directory. */
export interface HypervisorConfig {
  driver: string;
  uri: string;
  /** Id of the OneVault whose domains are meant; one hypervisor may serve several. */
  installation: string;
  adopted?: Adopted[];
}

/** How to reach a backup store. `attributes` are the datastore's template attributes, decrypted (RESTIC_PASSWORD ...). */
export interface BackupStoreConfig {
  driver: string;
  datastoreId: number;
  /** Directory of the datastore on the machine that holds it. */
  basePath: string;
  attributes: Record<string, string>;
  /** Whether backups are recorded in it: then the store must be there, and one that is missing is never made anew. */
  inUse?: boolean;
}

/** One disk of the VM as the hypervisor has it. */
export interface TaskDisk {
  diskId: number;
  /** Target device in the domain (vda), empty when the VM is powered off. */
  target: string;
  /** File of the VM's disk and its format: given, never probed. */
  path: string;
  format: DiskFormat;
  /** Name of the file in the virtual backup directory. */
  file: string;
}

export interface BackupTask {
  kind: 'backup';
  operationId: string;
  vmId: number;
  domain: string;
  live: boolean;
  hypervisor: HypervisorConfig;
  store: BackupStoreConfig;
  disks: TaskDisk[];
  /** Where the virtual backup directory is mounted; its path is what the snapshot records. */
  directory: string;
  /** Private directory of this run for sockets and the copy-before-write scratch files. */
  runDirectory: string;
  vmXml: string;
  freeze: BackupConfig['fsFreeze'];
}

export interface RestoreDisk {
  stored: StoredDisk;
  /** Path inside the snapshot and the snapshots that make up the point, oldest first. */
  members: Array<{ source: string; path: string }>;
  target: string;
  targetFormat: DiskFormat;
}

export interface RestoreTask {
  kind: 'restore';
  operationId: string;
  store: BackupStoreConfig;
  disks: RestoreDisk[];
}

/** What a backup's record keeps of its task: all that a clean-up needs, no secret. */
export type KeptBackup = Omit<BackupTask, 'vmXml' | 'store'>;

/** Ends what a dead run left: mount, libvirt job, pause, sockets, scratch, children, unfinished snapshots. */
export interface CleanupTask {
  kind: 'cleanup';
  operationId: string;
  backup: KeptBackup;
  /** Where an unfinished snapshot may be; null when there is none for sure, or nowhere to look any more. */
  store: BackupStoreConfig | null;
}

export type MoverTask = BackupTask | RestoreTask | CleanupTask;

export interface BackupResult extends BackupFigures {
  source: string;
  /** Epoch seconds of the instant the point holds. */
  date: number;
  disks: StoredDisk[];
}

export interface RestoreResult {
  disks: Array<{ diskId: number; virtualBytes: number; writtenBytes: number; sha256: string }>;
  peakRssBytes: number;
}

export interface CleanupResult {
  /** What was found and mended, in words; empty when nothing was left. */
  mended: string[];
  /** Why the store could not be cleaned, in words; empty when it was. The machine itself is clean, or the task fails. */
  left: string;
}

/** Phase of a backup from which on the store may hold something of it. */
export const UPLOADING = 'uploading';

export type MoverEvent =
  | { type: 'phase'; phase: string }
  | { type: 'progress'; disks: DiskProgress[] }
  | { type: 'warning'; message: string }
  | { type: 'result'; result: BackupResult | RestoreResult | CleanupResult }
  | { type: 'error'; message: string; hint: string; retry: boolean };
