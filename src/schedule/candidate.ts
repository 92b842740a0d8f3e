// A backup that is to begin as soon as it may.
import type { BackupWish } from '../backup/decide.ts';
import type { BackupWindow } from '../model/backup-window.ts';
import type { Operation } from '../model/operation.ts';

/** What wants it: a person, whose backup has a record when it had to wait; an occurrence of a scheduled action; a run of a job. */
export type Source =
  | { kind: 'direct'; waited?: Operation }
  | { kind: 'schedule'; actionId: number; dueSec: number }
  | { kind: 'job'; jobId: number; sequential: boolean };

export interface Candidate {
  vmId: number;
  /** undefined: the VM is on no host now. */
  hostId: number | undefined;
  /** Higher first; 0..99 as that of jobs. */
  priority: number;
  /** Epoch seconds since which it wants to begin. */
  sinceSec: number;
  /** Those of its datastore and of its job; it begins only while one of each is open. Empty: at any time. */
  windows: Array<{ of: string; windows: BackupWindow[] }>;
  source: Source;
  wish: BackupWish;
}
