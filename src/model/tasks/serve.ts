// Disks of a point that are read over NBD for as long as somebody wants them, as the mover is told of it.
import type { BackupStoreConfig } from '../backup-store-config.ts';
import type { ServedDisk } from './served-disk.ts';

/** Serves disks of a point, read-only, until stdin closes. Phase `SERVING` says that all sockets answer. */
export interface ServeTask {
  kind: 'serve';
  operationId: string;
  store: BackupStoreConfig;
  disks: ServedDisk[];
  /** Directory of the sockets, each `disk.<disk>.sock`. It stays: whose it is lets a machine find the next server there. */
  directory: string;
}

export interface ServeResult {
  /** It was told to end. */
  ended: true;
}
