// Backups and machines at a glance: counts.
import type { Datastore } from './datastore.ts';
import type { RunSums } from './run-figures.ts';
import type { ProtectionKind } from './vm-protection.ts';

export interface DatastoreSummary extends Pick<Datastore, 'id' | 'name' | 'totalMb' | 'freeMb' | 'usedMb'> {
  images: number;
  mbPerDay: number;
  /** Epoch seconds at which it is full if that goes on; undefined when it is not. */
  fullSec: number | undefined;
}

export interface Summary {
  /** Epoch seconds. */
  atSec: number;
  vms: { total: number; running: number; off: number; other: number };
  protection: Record<ProtectionKind | 'proven', number>;
  running: number;
  /** Runs and backups that wait for their turn. */
  waiting: number;
  /** Backups of the last day. */
  lastDay: RunSums;
  /** Epoch seconds of the next scheduled backup; 0 without one. */
  nextSec: number;
  /** Those for backups. */
  datastores: DatastoreSummary[];
}
