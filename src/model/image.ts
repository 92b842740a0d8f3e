// Images, backups included. Numbers are OpenNebula's.
import type { Attributes } from './attributes.ts';
import type { PointDrill } from './drill.ts';
import type { Pin } from './pin.ts';
import type { Owned } from './permissions.ts';

export const IMAGE_TYPE = { OS: 0, CDROM: 1, DATABLOCK: 2, KERNEL: 3, RAMDISK: 4, CONTEXT: 5, BACKUP: 6 } as const;
export type ImageType = (typeof IMAGE_TYPE)[keyof typeof IMAGE_TYPE];

export const IMAGE_STATE = {
  INIT: 0,
  READY: 1,
  USED: 2,
  DISABLED: 3,
  LOCKED: 4,
  ERROR: 5,
  CLONE: 6,
  DELETE: 7,
  USED_PERS: 8,
  LOCKED_USED: 9,
  LOCKED_USED_PERS: 10,
} as const;
export type ImageState = (typeof IMAGE_STATE)[keyof typeof IMAGE_STATE];

export type DiskFormat = 'qcow2' | 'raw';

/** File systems that can be made on an empty disk. */
export const FILE_SYSTEMS: readonly string[] = ['ext2', 'ext3', 'ext4'];

/** One disk inside a backup point, as the mover stored it. */
export interface StoredDisk {
  diskId: number;
  /** File name inside the backup, `disk.<disk>.<increment>`. */
  file: string;
  virtualBytes: number;
  /**
   * Left out for a qcow2 that OneVault wrote. SLICES is a folder of raw slices with a manifest beside it, complete in itself; QEMU is a
   * qcow2 as QEMU writes it, whose clusters lie anywhere: that of a backup that was imported.
   */
  layout?: 'SLICES' | 'QEMU';
  /** Size of the stored qcow2 stream in bytes; of slices, what they have together. */
  fileBytes: number;
  /** SHA-256 of that stream in hex, or of the slices' manifest; empty when the backup program did not read it in order. */
  sha256: string;
  /** SHA-256 in hex of the slices that the point changed, one after the other; empty when they were not read in order. */
  changedSha256?: string;
  /** Format of the VM's own disk, which a restore brings back. */
  originalFormat: DiskFormat;
  /** What some clusters of the disk held at the point, written now or earlier: a tracker that calls them clean is tested with them. */
  samples?: Sample[];
}

/** What one 64 KiB cluster of a disk holds; the last cluster is filled up with zeroes. */
export interface Sample {
  cluster: number;
  /** In hex. */
  sha256: string;
}

/** One snapshot of the backup system: what it adds to those below it. The lowest one of a chain holds whole disks. */
export interface Layer {
  source: string;
  /** Absolute path inside the snapshot of the directory that holds the disks. */
  path: string;
  /** The newest point whose content it brings. */
  pointId: number;
  sizeMb: number;
  disks: StoredDisk[];
}

/** How far the guest's own view of its data was settled at the instant. */
export const CONSISTENCIES = ['crash', 'filesystem', 'suspended'] as const;
export type Consistency = (typeof CONSISTENCIES)[number];

export interface Verification {
  /** Epoch seconds. */
  date: number;
  good: boolean;
  /** What is wrong, in words; empty when nothing is. */
  reason: string;
}

export interface BackupPoint {
  id: number;
  parentId: number;
  type: 'FULL' | 'INCREMENT';
  /** Epoch seconds of the instant the point holds. */
  date: number;
  /** All layers together. */
  sizeMb: number;
  /** The sources of its layers, joined by `+`. */
  source: string;
  /**
   * What it brings, oldest first: one snapshot when it was taken; several when older points were folded into it, the lowest then being
   * the base of the chain. The layers of an increment stand on those of its parent.
   */
  layers: Layer[];
  consistency: Consistency;
  /** Name of what notes the changes since this point on the hypervisor (`one-<vmid>-<n>`); empty when nothing does. */
  tracker: string;
  verified?: Verification;
  /** Left out for one that was never drilled. */
  drill?: PointDrill;
  /** Retention leaves it alone. */
  pin?: Pin;
  /** Why it is full or incremental, in words. */
  reason: string;
  /** The VM when the point was taken: its TEMPLATE with its USER_TEMPLATE over it. vm.xml in the backup says the same. */
  vmTemplate: Attributes;
}

export interface Image extends Owned {
  type: ImageType;
  diskType: number;
  persistent: boolean;
  regtime: number;
  source: string;
  path: string;
  format: string;
  fs: string;
  sizeMb: number;
  state: ImageState;
  prevState: ImageState;
  /** The VM that a BACKUP image holds; empty for other types, whose VMs say themselves what they use. */
  vms: number[];
  datastoreId: number;
  datastore: string;
  template: Attributes;
  /** Points of a BACKUP image, oldest first; empty for other types. */
  points: BackupPoint[];
  /** Whether clients see the points as increments (MODE=INCREMENT chains). */
  isChain: boolean;
  /** Of a backup: what its snapshots call the image in their records; left out where none of them has a record. */
  chain?: string;
  /** Snapshots that nothing needs any more and that the backup system may still have: removed when nobody reads them. */
  garbage?: string[];
}
