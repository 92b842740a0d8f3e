// Runs of backup jobs: begun, gone on with, cancelled and brought to their end, each step in one transaction on the job's own record. A
// run is known by its time: what comes late of another run changes nothing.
import { isDeepStrictEqual } from 'node:util';
import { withText, type Vector } from '../model/attributes.ts';
import type { BackupJob } from '../model/backup-job.ts';
import { CODE, OneError } from '../model/errors.ts';
import type { Operation } from '../model/operation.ts';
import { VM_STATE } from '../model/vm.ts';
import { ANY_ID } from '../store/changes.ts';
import { updateIfThere } from '../store/if-there.ts';
import { Known } from '../store/known.ts';
import { KnownLinks } from '../store/known-links.ts';
import { JOB_STATE } from '../store/nouns.ts';
import type { Store } from '../store/store.ts';
import type { OperationLog } from '../vm/operation-log.ts';
import { nowSec, type Parts } from '../vm/parts.ts';
import type { JobConfig } from './decide.ts';
import { beginRun, cancelRun, dropVms, outcomeOf, retryRun, vmBegan, vmCouldNotBegin, vmEnded } from './job.ts';
import { leaveJob } from './job-members.ts';
import { checkJobDatastore, datastoreOf, isReset, isSequential, jobConfig, windowsOf } from './job-template.ts';
import { vmsOfJob } from './job-vms.ts';
import { NotYet } from './not-yet.ts';
import type { BackupRights } from './rights.ts';

/** A VM of a run that waits to be backed up. */
export interface JobCandidate {
  jobId: number;
  vmId: number;
  /** The job's owner, with whose rights it is backed up. */
  uid: number;
  priority: number;
  /** Epoch seconds of the run's start, which it is known by. */
  sinceSec: number;
  /** One VM of the job at a time. */
  sequential: boolean;
  /** How many VMs of the job are being backed up, whichever control node does it. */
  underWay: number;
  datastoreId: number;
  /** Begin a new chain. */
  reset: boolean;
  config: JobConfig;
  /** BACKUP_WINDOW of the job; empty is at any time. */
  windows: Vector[];
}

/** Ids asked for at a time. */
const AT_ONCE = 500;
/** How many records of a job are looked through for those of its last run. */
const RECENT = 1000;

export class JobRuns {
  readonly #parts: Pick<Parts, 'store' | 'clock' | 'log'>;
  readonly #rights: BackupRights;
  readonly #log: OperationLog;
  /** Jobs whose run is under way. */
  readonly #running: Known<BackupJob>;
  /** The job that each VM says it is in. */
  readonly #jobOf: KnownLinks;
  /** VMs that had not ended when they were looked at, and have not changed since. */
  readonly #alive = new Set<number>();

  constructor(parts: Pick<Parts, 'store' | 'clock' | 'log'>, acting: BackupRights, log: OperationLog) {
    this.#parts = parts;
    this.#rights = acting;
    this.#log = log;
    const { store } = parts;
    const underWay = { states: [JOB_STATE.RUNNING] };
    this.#running = new Known(store, 'backupjob', {
      some: async (ids) => byId(await store.backupJobs.list({ ...underWay, ids: [...ids] })),
      all: async () => byId(await store.backupJobs.list(underWay)),
    });
    this.#jobOf = new KnownLinks(store, 'vm-job', 'vm');
    store.onChange((changes) => {
      for (const { noun, id } of changes) {
        if (noun !== 'vm') continue;
        if (id === ANY_ID) this.#alive.clear();
        else this.#alive.delete(id);
      }
    });
  }

  /** Begins a run with all VMs that the job has now. Throws ACTION while one is under way, or when there is nowhere to back up to. */
  async start(jobId: number): Promise<void> {
    const { store, clock, log } = this.#parts;
    const seen = await store.backupJobs.get(jobId);
    const datastoreId = await this.#datastoreOf(seen);
    const { listed, selected, gone, elsewhere } = await vmsOfJob(store, seen);
    const vms = [...listed, ...(await this.#permitted(seen, datastoreId, selected))];
    await store.transaction(async (tx) => {
      await tx.backupJobs.update(jobId, (job) => {
        const changed = !isDeepStrictEqual(withText(job.template, 'ERROR'), withText(seen.template, 'ERROR'));
        beginRun(job, vms, nowSec(clock));
        if (changed) throw changedJustNow(jobId);
        if (vms.length === 0) job.template = withText(job.template, 'ERROR', nothingToDo(datastoreId));
      });
      await drop(tx, jobId, gone);
    });
    for (const { vmId, jobId: other } of elsewhere) {
      log.info({ job: jobId, vm: vmId, other }, 'a VM is in another backup job and is left to that');
    }
    log.info({ job: jobId, vms: vms.length }, 'a backup job runs');
  }

  /** What failed or was cancelled in the last run waits again; also while the run is under way. */
  async retry(jobId: number): Promise<void> {
    const { store } = this.#parts;
    await this.#datastoreOf(await store.backupJobs.get(jobId));
    await store.backupJobs.update(jobId, retryRun);
  }

  /** Begins no more of the run, and has `cancelVm` end what is under way. Settles when that has been asked for. */
  async cancel(jobId: number, cancelVm: (vmId: number) => Promise<void>): Promise<void> {
    const { store, log } = this.#parts;
    const { backingUpVms } = await store.backupJobs.update(jobId, cancelRun);
    await Promise.all(
      backingUpVms.map(async (vmId) => {
        try {
          await cancelVm(vmId);
        } catch (error) {
          log.error({ job: jobId, vm: vmId, err: error }, 'a backup of a job could not be cancelled'); // the others can
        }
      }),
    );
    const job = await store.backupJobs.find(jobId);
    if (job) await this.#settle(job, [...this.#log.all(), ...(await store.operations.running())]);
  }

  /** Every VM that waits, job by job in the order of its run. VMs that have ended, or went to another job, leave the run here. */
  async candidates(): Promise<JobCandidate[]> {
    const { store } = this.#parts;
    const running = await this.#runningNow();
    if (running.length === 0) return [];
    const living = await this.#living(running.flatMap(({ outdatedVms }) => outdatedVms));
    const elsewhere = await this.#inOtherJobs(running);
    const candidates: JobCandidate[] = [];
    for (const job of running) {
      const stays = (vmId: number): boolean => living.has(vmId) && !elsewhere.has(vmId);
      const gone = job.outdatedVms.filter((vmId) => !stays(vmId));
      if (gone.length > 0) await store.transaction((tx) => drop(tx, job.id, gone));
      candidates.push(...(await this.#candidatesOf(job, job.outdatedVms.filter(stays))));
    }
    return candidates;
  }

  /** Of these runs the VMs whose backups are to end, as their job was cancelled, on whichever node. */
  async toCancel(runs: readonly Operation[]): Promise<number[]> {
    const ofJobs = runs.filter(({ asked, cancelling }) => asked?.by === 'job' && !cancelling);
    if (ofJobs.length === 0) return [];
    const jobs = await this.#runningNow();
    const ends = (one: Operation): boolean =>
      jobs.some((job) => job.cancelling === true && job.backingUpVms.includes(one.vmId) && isOf(one, job, one.vmId));
    return ofJobs.filter(ends).map(({ vmId }) => vmId);
  }

  /** As they are known to be: whatever begins or ends is decided on the record itself. */
  async #runningNow(): Promise<BackupJob[]> {
    return [...(await this.#running.now()).values()].toSorted((one, other) => one.id - other.id);
  }

  /** Of these the VMs that have not ended. */
  async #living(vmIds: readonly number[]): Promise<ReadonlySet<number>> {
    const unknown = vmIds.filter((vmId) => !this.#alive.has(vmId));
    for (let at = 0; at < unknown.length; at += AT_ONCE) {
      const ids = unknown.slice(at, at + AT_ONCE);
      const found = await this.#parts.store.vms.names({ ids, notState: VM_STATE.DONE });
      for (const id of found.keys()) this.#alive.add(id);
    }
    return this.#alive;
  }

  /** VMs that wait in a run and say that they are in another job, which exists. */
  async #inOtherJobs(running: readonly BackupJob[]): Promise<Set<number>> {
    const jobOf = await this.#jobOf.targets();
    const others = running.flatMap(({ id, outdatedVms }) =>
      outdatedVms.flatMap((vmId) => {
        const other = jobOf.get(vmId);
        return other === undefined || other === id ? [] : [{ vmId, other }];
      }),
    );
    if (others.length === 0) return new Set();
    const jobs = await this.#parts.store.backupJobs.names();
    return new Set(others.filter(({ other }) => jobs.has(other)).map(({ vmId }) => vmId));
  }

  async #candidatesOf(job: BackupJob, vmIds: readonly number[]): Promise<JobCandidate[]> {
    const { id: jobId, uid, priority, lastBackupTime: sinceSec, template, backingUpVms } = job;
    const datastoreId = datastoreOf(template);
    if (datastoreId === undefined) {
      for (const vmId of vmIds) await this.couldNotBegin(jobId, vmId, nowhere(jobId).message, sinceSec);
      return [];
    }
    const how = { sequential: isSequential(template), reset: isReset(template), config: jobConfig(template) };
    const windows = windowsOf(template);
    const of = { jobId, uid, priority, sinceSec, datastoreId, windows, underWay: backingUpVms.length, ...how };
    return vmIds.map((vmId) => ({ vmId, ...of }));
  }

  /**
   * Notes in the transaction that begins its run that a VM is being backed up. Throws ACTION when it does not wait any more, or not in
   * the run of `runSec`, when that is given.
   */
  async begun(tx: Store, jobId: number, vmId: number, runSec?: number): Promise<void> {
    await tx.backupJobs.update(jobId, (job) => {
      if (runSec !== undefined && runSec !== job.lastBackupTime) throw changedJustNow(jobId);
      vmBegan(job, vmId);
    });
  }

  /** In the transaction that begins a backup: throws NotYet when another control node has begun one of a job that takes one at a time. */
  async requireAlone(tx: Store, jobId: number): Promise<void> {
    const { template, backingUpVms } = await tx.backupJobs.get(jobId);
    if (isSequential(template) && backingUpVms.length > 0) throw new NotYet(`backup job ${jobId} backs up another`);
  }

  /** Notes that the backup of a VM that waited, in the run of `runSec` when that is given, is not possible, and why. */
  async couldNotBegin(jobId: number, vmId: number, reason: string, runSec?: number): Promise<void> {
    this.#parts.log.warn({ job: jobId, vm: vmId, reason }, 'a backup of a job could not begin');
    await this.#change(jobId, (job) => {
      if (runSec === undefined || runSec === job.lastBackupTime) vmCouldNotBegin(job, vmId, reason);
    });
  }

  /** Notes how the backup of a VM ended. What is not of the job's last run changes nothing. */
  async ended(operation: Operation): Promise<void> {
    const { asked, vmId } = operation;
    const outcome = outcomeOf(operation);
    if (asked?.by !== 'job' || !outcome) return;
    const note = (): Promise<void> =>
      this.#change(asked.jobId, (job) => {
        if (asked.runSec === job.lastBackupTime) vmEnded(job, vmId, outcome, nowSec(this.#parts.clock));
      });
    // nobody else tells the job before the daemon starts again: what fails once is tried once more
    await note().catch(note);
  }

  /** As the daemon starts: VMs that are being backed up by none of `running` are settled. */
  async reconcile(running: readonly Operation[]): Promise<void> {
    const jobs = await this.#parts.store.backupJobs.list({ states: [JOB_STATE.RUNNING], ascending: true });
    for (const job of jobs) await this.#settle(job, running);
  }

  /** VMs whose run is not there any more end as its record tells, or as interrupted when there is none. */
  async #settle(seen: BackupJob, running: readonly Operation[]): Promise<void> {
    const lost = seen.backingUpVms.filter((vmId) => !running.some((operation) => isOf(operation, seen, vmId)));
    if (lost.length === 0) return;
    const { store, clock, log } = this.#parts;
    const records = await store.operations.ofJob(seen.id, RECENT);
    await this.#change(seen.id, (job) => {
      if (job.lastBackupTime !== seen.lastBackupTime) return;
      for (const vmId of lost) {
        const last = records.find((operation) => isOf(operation, seen, vmId));
        if (last?.result === 'running') continue; // it has begun meanwhile, or whoever has its duty ends it
        const outcome = (last && outcomeOf(last)) ?? { end: 'interrupted' };
        log.info({ job: job.id, vm: vmId, outcome: outcome.end }, 'a VM of a backup job had no run any more');
        vmEnded(job, vmId, outcome, nowSec(clock));
      }
    });
  }

  /** Changes a job unless it was deleted meanwhile, which ends its runs. */
  async #change(jobId: number, change: (job: BackupJob) => void): Promise<void> {
    await updateIfThere(this.#parts.store.backupJobs, jobId, change);
  }

  async #datastoreOf({ id, template }: BackupJob): Promise<number> {
    const datastoreId = datastoreOf(template);
    if (datastoreId === undefined) throw nowhere(id);
    checkJobDatastore(await this.#parts.store.datastores.get(datastoreId));
    return datastoreId;
  }

  /** A job selects among the VMs that its owner may back up: it neither touches nor names those of others. */
  async #permitted({ id, uid }: BackupJob, datastoreId: number, vmIds: readonly number[]): Promise<number[]> {
    const permitted: number[] = [];
    for (const vmId of vmIds) {
      try {
        await this.#rights.mayBackUp(uid, vmId, datastoreId, 'job');
      } catch (error) {
        if (!(error instanceof OneError)) throw error;
        if (error.code === CODE.AUTHORIZATION) {
          this.#parts.log.info({ job: id, vm: vmId, reason: error.message }, 'a VM is not selected');
          continue;
        } // what else is in the way is told when its turn comes
      }
      permitted.push(vmId);
    }
    return permitted;
  }
}

function isOf({ asked, vmId }: Operation, job: BackupJob, wanted: number): boolean {
  return vmId === wanted && asked?.by === 'job' && asked.jobId === job.id && asked.runSec === job.lastBackupTime;
}

function byId(jobs: readonly BackupJob[]): Map<number, BackupJob> {
  return new Map(jobs.map((job) => [job.id, job]));
}

async function drop(tx: Store, jobId: number, gone: readonly number[]): Promise<void> {
  if (gone.length === 0 || !(await tx.backupJobs.find(jobId))) return;
  await tx.backupJobs.update(jobId, (job) => dropVms(job, gone));
  await leaveJob(tx, jobId, gone);
}

function nowhere(jobId: number): OneError {
  return new OneError(CODE.ACTION, `Backup job ${jobId} has no DATASTORE_ID, so its backups have nowhere to go.`, {
    objectId: jobId,
    hint: `Give it the id of a backup datastore (onebackupjob update ${jobId}).`,
  });
}

function changedJustNow(jobId: number): OneError {
  return new OneError(CODE.ACTION, `Backup job ${jobId} was changed by somebody else just now; try again.`, {
    objectId: jobId,
    retry: true,
  });
}

function nothingToDo(datastoreId: number): string {
  return `There was nothing to back up: neither BACKUP_VMS nor BACKUP_VMS_SELECT names a virtual machine that the job's owner may back up to datastore ${datastoreId}.`;
}
