// How much may go on at the same time, and how late and how often what is scheduled is tried.

import type { BackupNetwork } from './load-limits.ts';

/** Numbers of runs; 0 is no limit. */
export interface Limits {
  maxBackups: number;
  maxBackupsHost: number;
  maxRestores: number;
  /** Merging layers, verifying and pruning together. */
  maxUpkeep: number;
  maxDrills: number;
  /** Those that hosts may name. */
  networks: readonly BackupNetwork[];
}

export const DEFAULT_LIMITS: Limits = {
  ...{ maxBackups: 5, maxBackupsHost: 2, maxRestores: 2, maxUpkeep: 1, maxDrills: 1 },
  networks: [],
};

export interface SchedulePolicy {
  /** IANA name of the zone whose wall clock times of the day are of. */
  timeZone: string;
  /** How long after its time an occurrence that was missed is still caught up, in seconds. */
  catchUpSec: number;
  /** How often a failed occurrence is tried again before the next one, and how long after the first failure, in seconds; it grows. */
  retries: number;
  retryDelaySec: number;
}

export const DEFAULT_SCHEDULE_POLICY: Omit<SchedulePolicy, 'timeZone'> = {
  catchUpSec: 86_400,
  retries: 5,
  retryDelaySec: 60,
};
