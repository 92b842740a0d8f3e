// A backup, as the mover is told of it and answers: the disks of one machine at one instant, into a new snapshot.
import type { BackupConfig } from '../backup-config.ts';
import type { RecordDraft } from '../backup-record.ts';
import type { BackupStoreConfig } from '../backup-store-config.ts';
import type { HypervisorConfig } from '../hypervisor-config.ts';
import type { Consistency, DiskFormat, Layer, Sample, StoredDisk } from '../image.ts';
import type { BackupFigures } from '../operation.ts';

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
  /** Directory for layers over that file, which increment mode SNAPSHOT makes: the newest one there holds what was written last. */
  overlays?: string;
  /** What the parent point holds of it; only in an increment. */
  known?: { virtualBytes: number; samples: Sample[] };
}

/** How changes are noted from this backup on, and since which earlier one they are wanted. */
export interface Tracking {
  mode: BackupConfig['incrementMode'];
  /** Name of the tracker that begins at the instant of this backup: `one-<vmid>-<n>`, never used for another recorded point. */
  next: string;
  /** Tracker of the parent point; null for a full backup. */
  parent: string | null;
}

/** How long a guest may be held, in seconds, and whether the backup goes on without when it cannot be. */
export interface FreezeLimit {
  limitSec: number;
  onFailure: BackupConfig['freezeFailure'];
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
  /** What is written down beside the disks. */
  record: RecordDraft;
  freeze: BackupConfig['fsFreeze'];
  freezeLimit: FreezeLimit;
  /** Null when no increment is to follow (MODE=FULL). */
  tracking: Tracking | null;
  /** How the disks are shown when that is not as a qcow2 each. */
  slices?: SlicesTask;
}

/** Disks are shown as folders of raw slices, whose times are numbers of backups. */
export interface SlicesTask {
  /** Number of this backup: the time of all that it changes. No other backup of the VM ever has it. */
  number: number;
  /** The last point, whose unchanged slices need not be read again; null when all is read. */
  parent: Layer | null;
}

/** What a backup's record keeps of its task: all that a clean-up needs, no secret. */
export type KeptBackup = Omit<BackupTask, 'vmXml' | 'store' | 'record'>;

export interface BackupResult extends BackupFigures {
  source: string;
  /** Epoch seconds of the instant the point holds. */
  date: number;
  disks: StoredDisk[];
  consistency: Consistency;
}
