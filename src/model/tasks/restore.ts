// A restore, as the mover is told of it and answers: disks of a point, written to files.
import type { BackupStoreConfig } from '../backup-store-config.ts';
import type { DiskFormat, StoredDisk } from '../image.ts';
import type { Member } from './served-disk.ts';

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

export interface RestoreResult {
  disks: WrittenDisk[];
  peakRssBytes: number;
}
