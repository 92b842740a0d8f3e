// Snapshots that are read back, as the mover is told of it and answers.
import type { BackupStoreConfig } from '../backup-store-config.ts';
import type { Layer } from '../image.ts';

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

export interface VerifyResult {
  /** One sentence for each thing that is wrong, naming layer and disk; empty when all is as it was written. */
  problems: string[];
  readBytes: number;
  peakRssBytes: number;
}
