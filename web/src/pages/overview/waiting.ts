// What waits: runs that have not begun, and backups that have no run yet, the oldest first. Pure.
import type { BackupStatus, Run } from '../../api/documents.ts';

interface Waiting {
  key: string;
  vmId: number;
  name: string;
  kind: Run['KIND'];
  /** Epoch seconds. */
  since: number;
  /** What for. */
  waits: string;
}

export function queueOf({ WAITING }: Pick<BackupStatus, 'WAITING'>): Waiting[] {
  const runs = WAITING.RUN.map((run): Waiting => ({
    key: run.ID,
    vmId: run.VM_ID,
    name: run.VM_NAME,
    kind: run.KIND,
    since: run.START,
    waits: run.WAITS,
  }));
  const backups = WAITING.BACKUP.map((backup): Waiting => ({
    key: `${backup.VM_ID}-${backup.JOB_ID}-${backup.ACTION_ID}`,
    vmId: backup.VM_ID,
    name: backup.VM_NAME,
    kind: 'backup',
    since: backup.SINCE,
    waits: backup.WAITS,
  }));
  return [...runs, ...backups].toSorted((a, b) => a.since - b.since);
}
