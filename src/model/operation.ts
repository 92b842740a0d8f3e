// The record of one run. It is written before anything starts and a run finishes only against its own record, so a late
// answer of a dead run can change nothing.

import type { Pace } from './pace.ts';
import type { Charge } from './quota.ts';

/**
 * `flatten` merges layers of a chain, `verify` reads a point back, `drill` boots one, `prune` gives space back, `check` looks through a
 * repository, `rescan` looks for lost backups, `copy` stores points in
 * another datastore too, `self` stores a copy of the database.
 */
export const OPERATION_KINDS = [
  ...(['backup', 'restore', 'flatten', 'verify', 'drill', 'prune', 'check', 'rescan', 'copy', 'self'] as const),
] as const;
export type OperationKind = (typeof OPERATION_KINDS)[number];
export const OPERATION_RESULTS = ['running', 'done', 'failed', 'cancelled'] as const;
export type OperationResult = (typeof OPERATION_RESULTS)[number];

/** Who asked for a run: a person, a scheduled action, a backup job, or the care of what is there. */
export type AskedBy =
  | { by: 'user'; uid: number }
  | { by: 'schedule'; uid: number; actionId: number }
  | { by: 'job'; uid: number; jobId: number; /** Epoch seconds of the job's start. */ runSec: number }
  | { by: 'policy' };

/** Phase of a run whose work has not begun. */
export const WAITING = 'waiting';

export interface DiskProgress {
  diskId: number;
  bytesDone: number;
  bytesTotal: number;
}

export interface BackupFigures {
  processedBytes: number;
  storedBytes: number;
  /** Most bytes that copy-before-write took beside the disks. */
  scratchBytes: number;
  /** Peak resident memory of the mover. */
  peakRssBytes: number;
  /** Bytes read from the guest's disks, tests of its trackers included. */
  readBytes?: number;
}

export interface Operation {
  /** 16 hex digits; also the second tag of the snapshot, so a lost run can be found in the backup system. */
  id: string;
  kind: OperationKind;
  vmId: number;
  hostId: number;
  datastoreId: number;
  /** Backup image whose snapshots this run reads, and the datastore they are in: neither is changed under it. */
  reads?: { imageId: number; datastoreId: number };
  /** A restore that puts the disks of the VM itself back. */
  inPlace?: boolean;
  /** A restore whose VM runs already: this is the copy behind it. */
  instant?: boolean;
  /** Images this run fills (restore), has made or added to (backup), or works on (flatten, verify, drill). */
  imageIds: number[];
  /** What was decided before the start, secrets left out: kept to clean up after a crash. */
  plan: unknown;
  phase: string;
  /** Left out in records of before it was noted. */
  asked?: AskedBy;
  /** What a run that waits is waiting for, in words. */
  waits?: string;
  /** Of a backup: what it is, once that is decided. */
  type?: 'FULL' | 'INCREMENT';
  /** The phases that it has been in, with the epoch milliseconds at which each began; left out in records of before it was noted. */
  steps?: Array<{ phase: string; atMs: number }>;
  /** What it met that did not make it fail, in words; left out when it met nothing. */
  warnings?: string[];
  /** Somebody asked it to end. */
  cancelling?: boolean;
  /** It failed because the daemon ended, not by itself. */
  interrupted?: boolean;
  /** Epoch milliseconds; endedAt is 0 while running. startedAt is when it was asked for, begunAt when its work began. */
  startedAt: number;
  begunAt?: number;
  endedAt: number;
  result: OperationResult;
  /** Why it failed, or why the backup was full; in words. */
  reason: string;
  /** Of a backup: why it is full or an increment; kept however it ends. */
  why?: string;
  /** Of a rescan: what was left alone and why, a line each. */
  told?: string[];
  disks: DiskProgress[];
  /** How fast it goes now, and how long it will take at that; left out while nothing can be said. */
  pace?: Pace;
  /** What it may move a second, as its share of a bandwidth; left out where nothing limits it. */
  allowedBytesPerSec?: number;
  /** What a backup read, stored and used, in bytes; null until it has ended well, and for restores. */
  figures: BackupFigures | null;
  /** What counts in the quotas of the VM's owner and group while the run goes on: the most that it may store. */
  reserved?: { uid: number; gid: number; charges: Charge[] };
  /** A backup whose result is recorded already: what is left to do is to settle the trackers. */
  recorded?: { imageId: number; pointId: number };
  /** The database was brought back from a copy that was made while it went on: how it ended nobody knows, and what it made may be good. */
  unknownEnd?: true;
  /** Id of the control node that works on it; left out when the next one that may does. */
  node?: string;
  /** Whether everything a failed run could leave behind is known to be gone. */
  cleaned: boolean;
}
