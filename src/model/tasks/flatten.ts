// Layers that become one snapshot, as the mover is told of it and answers.
import type { BackupRecord } from '../backup-record.ts';
import type { BackupStoreConfig } from '../backup-store-config.ts';
import type { Layer, StoredDisk } from '../image.ts';

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

export interface FlattenResult {
  source: string;
  disks: StoredDisk[];
  /** Bytes of the layers that were read, and what the store says of the result. */
  readBytes: number;
  processedBytes: number;
  storedBytes: number;
  peakRssBytes: number;
}
