// What makes up a disk as a point of a chain has it: the files of snapshots that hold it, and in which order.
import type { StoredDisk } from '../image.ts';

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
