// Which way a disk takes out of the backup store. Pure.
//
// A disk that one file holds can be unpacked: the store's program writes it with as many hands as it has, in any order, into a directory
// of ours that hands every piece on to its place. That is quicker than a stream, which one hand makes. A chain is merged as it is read;
// a disk that is restored over its present file is compared in the order of the disk.
import type { DiskFormat } from '../model/image.ts';

export type RestoreWay = 'unpacked' | 'streamed' | 'merged';

/** Below it there is nothing to win. */
export const LEAST_BYTES = 16 * 2 ** 20;
/** A raw target waits for the tables of the stored file, which are kept in memory: at most 10 KiB for each 64 MiB of disk. */
export const MOST_RAW_BYTES = 256 * 2 ** 30;

export interface RestoreCase {
  members: number;
  fileBytes: number;
  virtualBytes: number;
  targetFormat: DiskFormat;
  /** Only differences from the present file are written. */
  overPresent: boolean;
  /** The store can unpack, and does not show its files for a chain in the same directory. */
  unpacks: boolean;
}

export function restoreWay(disk: RestoreCase): RestoreWay {
  if (disk.members > 1) return 'merged';
  if (!disk.unpacks || disk.overPresent || disk.fileBytes < LEAST_BYTES) return 'streamed';
  return disk.targetFormat === 'raw' && disk.virtualBytes > MOST_RAW_BYTES ? 'streamed' : 'unpacked';
}
