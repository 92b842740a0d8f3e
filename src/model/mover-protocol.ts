// What the daemon and the mover say to each other: one JSON object a line. The first line on the mover's stdin is its task,
// secrets included, and after it come beats; when stdin closes or no beat comes any more, the mover stops and cleans up. On stdout it
// writes events, the last one being `result` or `error`. Types, the phases that mean more than their names, and the time between beats.
import type { Attributes } from './attributes.ts';
import type { BackupConfig } from './backup-config.ts';
import type { BackupRecord, RecordDraft } from './backup-record.ts';
import type { DrillCondition } from './drill.ts';
import type { Consistency, DiskFormat, Layer, Sample, StoredDisk } from './image.ts';
import type { BackupFigures, DiskProgress } from './operation.ts';
import type { SshHost } from './ssh-host.ts';

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

/** One file of a snapshot: a disk or what changed of it. */
export interface Member {
  source: string;
  /** Absolute, inside the snapshot. */
  path: string;
  stored: StoredDisk;
}

/** A disk that is read as a point of a chain has it. */
export interface ServedDisk {
  diskId: number;
  /** What makes up the disk, oldest first: a whole disk, then increments of it. */
  members: Member[];
}

export interface RestoreDisk {
  /** The disk as the chosen point has it: that of the last member. */
  stored: StoredDisk;
  /** What makes up the disk, oldest first: a whole disk, then increments of it. */
  members: Member[];
  target: string;
  targetFormat: DiskFormat;
  /** File of the disk as it is now, of the same format: what of it is right need not be written again. */
  present?: string;
}

export interface RestoreTask {
  kind: 'restore';
  operationId: string;
  store: BackupStoreConfig;
  disks: RestoreDisk[];
  /** Where the store may show its files: made for it, and gone with the run. */
  directory: string;
}

/** What was written of a disk. */
export interface WrittenDisk {
  diskId: number;
  virtualBytes: number;
  writtenBytes: number;
  /** Made zeroes without being written. */
  clearedBytes: number;
  /** `differences`: over a copy of the present disk that shares its blocks. */
  way: 'whole' | 'differences';
  /** Why it was written as a whole; empty otherwise. */
  why: string;
  sha256: string;
}

/** Serves disks of a point, read-only, until stdin closes. Phase `SERVING` says that all sockets answer. */
export interface ServeTask {
  kind: 'serve';
  operationId: string;
  store: BackupStoreConfig;
  disks: ServedDisk[];
  /** Directory of the sockets, each `disk.<disk>.sock`. It stays: whose it is lets a machine find the next server there. */
  directory: string;
}

/** What a backup's record keeps of its task: all that a clean-up needs, no secret. */
export type KeptBackup = Omit<BackupTask, 'vmXml' | 'store' | 'record'>;

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

/** After a backup is recorded: drops every tracker of the VM but `keep`, the newest last. Safe to repeat; empty drops all. */
export interface SettleTask {
  kind: 'settle';
  operationId: string;
  vmId: number;
  domain: string;
  hypervisor: HypervisorConfig;
  disks: TaskDisk[];
  keep: string[];
}

/** Merges layers that follow each other into one new snapshot, in the same store or another. Nothing is removed. */
export interface FlattenTask {
  kind: 'flatten';
  operationId: string;
  vmId: number;
  store: BackupStoreConfig;
  /** Where the result is stored, when that is another store: then one layer is enough. */
  into?: BackupStoreConfig;
  /** Oldest first, two at least. `whole` says that the first holds whole disks: then so does the result. */
  layers: Layer[];
  whole: boolean;
  /** Where the virtual directory of the result is mounted: its path in the snapshot. */
  directory: string;
  /** What the daemon knows of the result; of the point that it holds, the newest layer's own record knows better. */
  record: Omit<BackupRecord, 'disks'>;
}

/** Reads snapshots back and compares them with what was recorded when they were written. Changes nothing. */
export interface VerifyTask {
  kind: 'verify';
  operationId: string;
  store: BackupStoreConfig;
  /** Oldest first: a whole disk each, then increments. */
  layers: Layer[];
  /** How many of the first layers were verified before and need not be read again. */
  trusted: number;
}

/** A machine that is booted from a point and thrown away. */
export interface DrillMachineTask {
  memoryMb: number;
  vcpu: number;
  kvm: boolean;
  /** Without members it is empty, so that the disks after it keep their names. */
  disks: Array<ServedDisk & { target: string; virtualBytes: number }>;
  /** OS, FEATURES and CPU_MODEL alone. */
  template: Attributes;
}

/** Boots a point on disks that are thrown away and waits for a sign of life. Nothing of the backup is changed. */
export interface DrillTask {
  kind: 'drill';
  operationId: string;
  store: BackupStoreConfig;
  hypervisor: HypervisorConfig;
  machine: DrillMachineTask;
  /** Private directory of this run: sockets, what the store shows, overlays, the console's log. */
  directory: string;
  /** Any of them proves the backup. A script is the absolute path of a program, and `env` is added to what it is told. */
  conditions: DrillCondition[];
  env: Record<string, string>;
  timeoutSec: number;
  /** File that the last screen is kept in, as PNG. */
  screen: string;
}

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

/** Brings the directory of a VM that is off from a host to another; it runs on one of the two. */
export interface CarryTask {
  kind: 'carry';
  operationId: string;
  directory: string;
  /** Whether it goes to the other host, or comes from there. */
  way: 'push' | 'pull';
  other: SshHost;
  /** Private key; without it those of the agent that is lent for this run. */
  keyFile: string | undefined;
}

export type MoverTask =
  | BackupTask
  | RestoreTask
  | CleanupTask
  | SettleTask
  | FlattenTask
  | VerifyTask
  | ServeTask
  | DrillTask
  | BrowseTask
  | CarryTask;

/** A task as it is written to the mover's stdin. */
export type GivenTask = MoverTask & {
  /** A mover that hears nothing for so many seconds is on its own: it stops as if its stdin had closed. */
  beatSec?: number;
};

/** How often a mover is told that somebody waits for it, and how long it goes on without. */
export const BEAT_EVERY_MS = 2000;
export const BEAT_LIMIT_SEC = 15;

/** A line on the mover's stdin after its task. */
export interface Beat {
  /** Counts from 1. */
  beat: number;
  /** What the run may move a second from now on; null for as much as it can. */
  bytesPerSec: number | null;
}

export interface BackupResult extends BackupFigures {
  source: string;
  /** Epoch seconds of the instant the point holds. */
  date: number;
  disks: StoredDisk[];
  consistency: Consistency;
}

export interface SettleResult {
  /** What was dropped or merged, in words. */
  done: string[];
}

export interface FlattenResult {
  source: string;
  disks: StoredDisk[];
  /** Bytes of the layers that were read, and what the store says of the result. */
  readBytes: number;
  processedBytes: number;
  storedBytes: number;
  peakRssBytes: number;
}

export interface VerifyResult {
  /** One sentence for each thing that is wrong, naming layer and disk; empty when all is as it was written. */
  problems: string[];
  readBytes: number;
  peakRssBytes: number;
}

export interface BrowseResult {
  /** Why the machine ended, in words. */
  ended: string;
}

export interface DrillResult {
  /** What came true, in words; empty when nothing did. */
  by: string;
  /** Epoch milliseconds of the answer, or of the end. */
  endedAt: number;
  /** Why nothing came true; empty when something did. */
  reason: string;
  /** Whether the screen was kept. */
  screen: boolean;
  warnings: string[];
  peakRssBytes: number;
}

export interface RestoreResult {
  disks: WrittenDisk[];
  peakRssBytes: number;
}

export interface CarryResult {
  carriedBytes: number;
  /** Both hosts have the same directory, so nothing was to be brought. */
  shared: boolean;
}

export interface ServeResult {
  /** It was told to end. */
  ended: true;
}

export interface CleanupResult {
  /** What was found and mended, in words; empty when nothing was left. */
  mended: string[];
  /** Why the store could not be cleaned, in words; empty when it was. The machine itself is clean, or the task fails. */
  left: string;
}

/** Phase of a ServeTask whose disks can be read. */
export const SERVING = 'serving';

/** Phase of a backup from which on the store may hold something of it. */
export const UPLOADING = 'uploading';

export type MoverEvent =
  /** It has heard its task, or the last beat. */
  | { type: 'beat' }
  | { type: 'phase'; phase: string }
  | { type: 'progress'; disks: DiskProgress[] }
  | { type: 'warning'; message: string }
  | {
      type: 'result';
      result:
        | BackupResult
        | RestoreResult
        | CleanupResult
        | SettleResult
        | FlattenResult
        | VerifyResult
        | ServeResult
        | DrillResult
        | BrowseResult
        | CarryResult;
    }
  /**
   * `trackerLost`: nothing was stored, and a full backup is what can be done. `clean`: it was stopped, and a clean-up would find nothing.
   */
  | { type: 'error'; message: string; hint: string; retry: boolean; trackerLost?: boolean; clean?: boolean };
