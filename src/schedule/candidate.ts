// A backup that is to begin as soon as it may.
import type { BackupWish } from '../backup/decide.ts';
import type { WaitingBackup } from '../model/backup-status.ts';
import type { Operation } from '../model/operation.ts';
import type { Wanting } from './admission.ts';

/** What wants it: a person, whose backup has a record when it had to wait; an occurrence of a scheduled action; a run of a job. */
export type Source =
  | { kind: 'direct'; waited?: Operation }
  | { kind: 'schedule'; actionId: number; dueSec: number }
  | { kind: 'job'; jobId: number; sequential: boolean; underWay: number };

export interface Candidate extends Wanting {
  source: Source;
  wish: BackupWish;
}

export function waitingOf({ vmId, source, sinceSec }: Candidate, reason: string): WaitingBackup {
  return {
    vmId,
    ...(source.kind === 'job' && { jobId: source.jobId }),
    ...(source.kind === 'schedule' && { actionId: source.actionId }),
    sinceSec,
    reason,
  };
}
