// What becomes of scheduled actions when they are carried out: begun, succeeded, failed, cancelled; each noted on the action's own
// record, and only by the run that the record names.
import { isDeepStrictEqual } from 'node:util';
import { text } from '../model/attributes.ts';
import type { BackupJob } from '../model/backup-job.ts';
import { CODE, OneError, reasonOf } from '../model/errors.ts';
import type { SchedulePolicy } from '../model/limits.ts';
import type { Operation } from '../model/operation.ts';
import type { ScheduledAction } from '../model/scheduled-action.ts';
import { updateIfThere } from '../store/if-there.ts';
import type { Store } from '../store/store.ts';
import { nowSec, type Parts } from '../vm/parts.ts';
import type { Acting } from './acting.ts';
import { become } from './become.ts';
import { cancelled, failed, launched, occurrenceAt, succeeded } from './due.ts';
import type { DueAction } from './due-actions.ts';

export class ActionRuns {
  readonly #parts: Pick<Parts, 'store' | 'clock' | 'log'>;
  readonly #policy: SchedulePolicy;
  readonly #acting: Acting;

  constructor(parts: Pick<Parts, 'store' | 'clock' | 'log'>, policy: SchedulePolicy, acting: Acting) {
    this.#parts = parts;
    this.#policy = policy;
    this.#acting = acting;
  }

  /**
   * Notes that an occurrence is under way: in the transaction that begins its run, or in a step of its own when nothing else is written. Throws
   * when it is not due any more.
   */
  async begun({ actions }: Pick<Store, 'actions'>, { action }: DueAction, operationId?: string): Promise<void> {
    const now = nowSec(this.#parts.clock);
    await actions.update(action.id, (record) => this.#launch(record, now, operationId));
  }

  #launch(record: ScheduledAction, now: number, operationId?: string): void {
    const due = occurrenceAt(record, now, this.#policy);
    // what came too late while it waited for its turn was not missed
    if (due.kind !== 'run' && due.kind !== 'retry' && due.kind !== 'missed') {
      throw new OneError(CODE.ACTION, `Scheduled action ${record.id} was changed just now.`, { retry: true });
    }
    become(record, launched(record, due.dueSec, now, this.#policy, operationId));
  }

  /** An occurrence could not even begin. */
  async couldNotBegin(due: DueAction, reason: string): Promise<void> {
    const { store, clock } = this.#parts;
    const now = nowSec(clock);
    await store.actions.update(due.action.id, (record) => {
      this.#launch(record, now);
      become(record, failed(record, reason, now, this.#policy));
    });
  }

  /** An occurrence that waited for its turn is not wanted any more. */
  async cancelDue(due: DueAction): Promise<void> {
    const { store, clock } = this.#parts;
    const now = nowSec(clock);
    await store.actions.update(due.action.id, (record) => {
      this.#launch(record, now);
      become(record, cancelled(record, now));
    });
  }

  /** Begins a drill, which notes its end like a backup does. */
  async beginDrill(due: DueAction): Promise<void> {
    try {
      await this.#acting.drill(due.action, (tx, { id }) => this.begun(tx, due, id));
    } catch (error) {
      await this.couldNotBegin(due, reasonOf(error));
    }
  }

  /** Does an action other than a backup or a drill to a VM, and notes how it went. */
  async perform(due: DueAction): Promise<void> {
    const { store } = this.#parts;
    const { id } = due.action;
    await this.begun(store, due);
    const failure = await this.#failureOf(() => this.#acting.perform(due.action));
    if (await store.actions.find(id)) await this.#note(id, failure); // terminating a VM takes its schedules along
  }

  /** Begins what is due of a backup job; it is over when the job's run is. */
  async performJob(due: DueAction, run: JobAct): Promise<void> {
    const { id, uid, parent } = due.action;
    await this.begun(this.#parts.store, due, runOfJob(parent.id));
    const failure = await this.#failureOf(async () => {
      await this.#acting.mayRunJob(uid, parent.id, id);
      await run(parent.id, due.again);
    });
    if (failure !== undefined) await this.#note(id, failure);
    else await this.jobMayHaveEnded(parent.id);
  }

  /** Brings scheduled actions to their end whose job has nothing left to do. */
  async jobMayHaveEnded(jobId: number): Promise<void> {
    const { store, clock } = this.#parts;
    const job = await store.backupJobs.find(jobId);
    if (job && job.outdatedVms.length + job.backingUpVms.length > 0) return;
    for (const action of await store.actions.list({ link: { kind: 'action-job', target: jobId } })) {
      if (action.current?.operationId !== runOfJob(jobId)) continue;
      await store.actions.update(action.id, (record) => {
        if (record.current?.operationId !== runOfJob(jobId)) return;
        const now = nowSec(clock);
        if (job && job.cancelledVms.length > 0) become(record, cancelled(record, now));
        else if (job && job.errorVms.length > 0) become(record, failed(record, failureOfJob(job), now, this.#policy));
        else become(record, succeeded(record, now));
      });
    }
  }

  async #failureOf(work: () => Promise<void>): Promise<string | undefined> {
    try {
      await work();
      return undefined;
    } catch (error) {
      return reasonOf(error);
    }
  }

  async #note(id: number, failure: string | undefined): Promise<void> {
    const { store, clock, log } = this.#parts;
    if (failure !== undefined) log.warn({ action: id, reason: failure }, 'a scheduled action failed');
    await store.actions.update(id, (record) => {
      const now = nowSec(clock);
      become(record, failure === undefined ? succeeded(record, now) : failed(record, failure, now, this.#policy));
    });
  }

  /** A run that a scheduled action asked for has ended. */
  async ended(operation: Operation): Promise<void> {
    const { asked } = operation;
    if (asked?.by !== 'schedule') return;
    const { store, clock } = this.#parts;
    await updateIfThere(store.actions, asked.actionId, (record) => {
      if (record.current?.operationId === operation.id) become(record, this.#after(record, operation, nowSec(clock)));
    });
  }

  #after(record: ScheduledAction, { result, reason }: Operation, now: number): ScheduledAction {
    if (result === 'done') return succeeded(record, now);
    return result === 'cancelled' ? cancelled(record, now) : failed(record, reason, now, this.#policy);
  }

  /**
   * Settles what was under way when the daemon ended. `running` are the runs that are still so, on whichever node; `isLost` says of an
   * action without a run, or of a job, whether nobody does it any more. A job whose run could not begin before that begins now.
   */
  async reconcile(
    running: ReadonlySet<string>,
    isLost: (action: ScheduledAction) => boolean,
    startJob: JobStart,
  ): Promise<void> {
    const { store, clock } = this.#parts;
    for await (const actions of store.actions.each({ ascending: true })) {
      for (const action of actions) {
        const { id, parent, current } = action;
        if (!current || (current.operationId === undefined && current.retryAtSec > 0)) continue;
        if (current.operationId === undefined ? !isLost(action) : running.has(current.operationId)) continue;
        if (parent.type === 'BACKUPJOB' && current.operationId !== undefined) {
          if (isLost(action)) await this.#beginLost(action, current.dueSec, startJob);
          await this.jobMayHaveEnded(parent.id);
          continue;
        }
        const operation =
          current.operationId === undefined ? undefined : await store.operations.find(current.operationId);
        if (operation?.result === 'running') continue; // it has begun meanwhile
        await store.actions.update(id, (record) => {
          if (!isDeepStrictEqual(record.current, current)) return; // somebody has settled it meanwhile
          const now = nowSec(clock);
          const lost = 'The daemon ended while it was carried out.';
          become(record, operation ? this.#after(record, operation, now) : failed(record, lost, now, this.#policy));
        });
      }
    }
  }

  async #beginLost({ id, parent }: ScheduledAction, dueSec: number, startJob: JobStart): Promise<void> {
    const job = await this.#parts.store.backupJobs.find(parent.id);
    if (!job || job.lastBackupTime >= dueSec) return;
    const failure = await this.#failureOf(() => startJob(parent.id));
    if (failure !== undefined) await this.#note(id, failure);
  }
}

type JobStart = (jobId: number) => Promise<void>;

/** Begins a run of a job, or goes on with the VMs that failed in the one before. */
export type JobAct = (jobId: number, again: boolean) => Promise<void>;

/** What stands for a job's run where others name an operation. */
const runOfJob = (jobId: number): string => `job ${jobId}`;

function failureOfJob({ errorVms, template }: BackupJob): string {
  const error = text(template, 'ERROR');
  return `VMs ${errorVms.join(', ')} could not be backed up${error === undefined ? '' : `; the last: ${error}`}`;
}
