// A backup that is to begin as soon as it may.
import type { BackupWish } from '../backup/decide.ts';
import type { Operation } from '../model/operation.ts';
import type { BackupWindow } from '../model/backup-window.ts';

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
  /** Sequential: one VM of the job at a time. */
  job?: { id: number; sequential: boolean };
  wish: BackupWish;
  /** The record of one that was asked for directly and had to wait. */
  waited?: Operation;
}
