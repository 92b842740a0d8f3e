// What the daemon and the mover say to each other: one JSON object a line. The first line on the mover's stdin is its task, one of
// tasks/, secrets included, and after it come beats; when stdin closes or no beat comes any more, the mover stops and cleans up. On stdout
// it writes events, the last one being `result` or `error`. Also the phases that mean more than their names, and the time between beats.
import type { DiskProgress } from './operation.ts';
import type { BackupResult, BackupTask } from './tasks/backup.ts';
import type { BrowseResult, BrowseTask } from './tasks/browse.ts';
import type { CarryResult, CarryTask } from './tasks/carry.ts';
import type { CleanupResult, CleanupTask } from './tasks/cleanup.ts';
import type { DrillResult, DrillTask } from './tasks/drill.ts';
import type { FlattenResult, FlattenTask } from './tasks/flatten.ts';
import type { RestoreResult, RestoreTask } from './tasks/restore.ts';
import type { ServeResult, ServeTask } from './tasks/serve.ts';
import type { SettleResult, SettleTask } from './tasks/settle.ts';
import type { VerifyResult, VerifyTask } from './tasks/verify.ts';

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
