// A run of a backup job as its lists of VMs tell it: each VM of the run is in exactly one of them, from waiting over being backed up to
// how that ended. Pure: every function changes the job that it is given, in place.
import { withText } from '../model/attributes.ts';
import type { BackupJob } from '../model/backup-job.ts';
import { CODE, OneError } from '../model/errors.ts';
import type { Operation } from '../model/operation.ts';
import { vmsOf } from './job-template.ts';

export type VmOutcome =
  | { end: 'done' }
  | { end: 'failed'; reason: string }
  /** Somebody asked it to end. */
  | { end: 'cancelled' }
  /** The daemon ended. */
  | { end: 'interrupted' };

const LISTS = ['updatedVms', 'outdatedVms', 'backingUpVms', 'errorVms', 'cancelledVms'] as const;
type List = (typeof LISTS)[number];

/** How often a VM whose backup the daemon's end has interrupted is backed up again in the same run. */
const MOST_INTERRUPTIONS = 3;

/** Begins a run with these VMs, in this order. Throws ACTION while one is under way. */
export function beginRun(job: BackupJob, vmIds: readonly number[], nowSec: number): void {
  const { outdatedVms, backingUpVms } = job;
  if (outdatedVms.length + backingUpVms.length > 0) {
    throw new OneError(
      CODE.ACTION,
      `Backup job ${job.id} is running: ${outdatedVms.length} of its VMs wait, ${backingUpVms.length} are being backed up.`,
      { objectId: job.id, hint: `Let it end, or cancel it (onebackupjob cancel ${job.id}).` },
    );
  }
  for (const list of LISTS) job[list] = [];
  job.outdatedVms = [...new Set(vmIds)];
  // runs are told apart by it
  job.lastBackupTime = Math.max(nowSec, job.lastBackupTime + 1);
  job.lastBackupDurationSec = 0;
  delete job.interruptions;
  delete job.cancelling;
  job.template = withText(job.template, 'ERROR');
}

/** Throws ACTION when the VM does not wait any more. */
export function vmBegan(job: BackupJob, vmId: number): void {
  if (!job.outdatedVms.includes(vmId)) {
    throw new OneError(
      CODE.ACTION,
      `Virtual machine ${vmId} does not wait in backup job ${job.id} any more: its run was cancelled or changed just now.`,
      { objectId: vmId },
    );
  }
  move(job, vmId, 'backingUpVms');
}

/** A VM that does not wait any more stays where it is. */
export function vmCouldNotBegin(job: BackupJob, vmId: number, reason: string): void {
  if (!job.outdatedVms.includes(vmId)) return;
  move(job, vmId, 'errorVms');
  showJobError(job, vmId, reason);
}

/** Of a VM that is not being backed up nothing is changed: its run was settled already. */
export function vmEnded(job: BackupJob, vmId: number, outcome: VmOutcome, nowSec: number): void {
  if (!job.backingUpVms.includes(vmId)) return;
  if (outcome.end === 'interrupted') interrupt(job, vmId);
  else move(job, vmId, LIST_AFTER[outcome.end]);
  if (outcome.end === 'failed') showJobError(job, vmId, outcome.reason);
  job.lastBackupDurationSec = Math.max(0, nowSec - job.lastBackupTime);
  if (job.backingUpVms.length === 0) delete job.cancelling;
}

const LIST_AFTER = { done: 'updatedVms', failed: 'errorVms', cancelled: 'cancelledVms' } as const;

function interrupt(job: BackupJob, vmId: number): void {
  if (job.cancelling) {
    move(job, vmId, 'cancelledVms');
    return;
  }
  const times = (job.interruptions?.[vmId] ?? 0) + 1;
  job.interruptions = { ...job.interruptions, [vmId]: times };
  if (times <= MOST_INTERRUPTIONS) {
    move(job, vmId, 'outdatedVms');
    job.outdatedVms = inOrder(job, job.outdatedVms);
    return;
  }
  move(job, vmId, 'errorVms');
  showJobError(job, vmId, `the daemon ended ${times} times while it was backed up`);
}

/** Begins no more backups; what is being backed up stays so until it has ended. */
export function cancelRun(job: BackupJob): void {
  job.cancelledVms = [...job.cancelledVms, ...job.outdatedVms];
  job.outdatedVms = [];
  if (job.backingUpVms.length > 0) job.cancelling = true;
}

/** What failed or was cancelled waits once more, in the run that it was of, which may be under way. */
export function retryRun(job: BackupJob): void {
  const again = [...job.errorVms, ...job.cancelledVms];
  job.outdatedVms = inOrder(job, [...job.outdatedVms, ...again]);
  job.errorVms = [];
  job.cancelledVms = [];
  job.template = withText(job.template, 'ERROR');
  delete job.cancelling;
  for (const vmId of again) delete job.interruptions?.[vmId];
}

/** Forgets VMs that have ended or are not in the job any more. */
export function dropVms(job: BackupJob, gone: readonly number[]): void {
  for (const list of LISTS) job[list] = job[list].filter((vmId) => !gone.includes(vmId));
  for (const vmId of gone) delete job.interruptions?.[vmId];
  if (job.backingUpVms.length === 0) delete job.cancelling;
  const listed = vmsOf(job.template);
  const left = listed.filter((vmId) => !gone.includes(vmId)).join(',');
  if (left === listed.join(',')) return;
  job.template = job.template.map((entry) => (entry[0] === 'BACKUP_VMS' ? ['BACKUP_VMS', left] : entry));
}

/** Every VM that the job's last run is of. */
export function vmsOfRun(job: BackupJob): number[] {
  return LISTS.flatMap((list) => job[list]);
}

/** How the run of a VM ended, as its record tells; undefined while it runs. */
export function outcomeOf({ result, reason, interrupted }: Operation): VmOutcome | undefined {
  if (result === 'running') return undefined;
  if (result === 'failed') return interrupted ? { end: 'interrupted' } : { end: 'failed', reason };
  return { end: result };
}

function showJobError(job: BackupJob, vmId: number, reason: string): void {
  job.template = withText(job.template, 'ERROR', `Virtual machine ${vmId}: ${reason}`);
}

function move(job: BackupJob, vmId: number, to: List): void {
  for (const list of LISTS) job[list] = job[list].filter((other) => other !== vmId);
  job[to].push(vmId);
}

/** As BACKUP_VMS has them, then the selected ones by id. */
function inOrder({ template }: BackupJob, vmIds: readonly number[]): number[] {
  const places = new Map(vmsOf(template).map((vmId, place) => [vmId, place]));
  const placeOf = (vmId: number): number => places.get(vmId) ?? places.size;
  return vmIds.toSorted((a, b) => placeOf(a) - placeOf(b) || a - b);
}
