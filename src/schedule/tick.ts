// Begins what is to begin on this node's hosts: backups that were asked for and had to wait, actions whose time has come, and the VMs of backup jobs, as
// far as the limits admit. It looks when something ended, was asked for or became due.
import { decide, type BackupWish } from '../backup/decide.ts';
import { refuseInJob } from '../backup/job-members.ts';
import type { JobRuns } from '../backup/job-run.ts';
import type { BackupRunner, BackupStart } from '../backup/run.ts';
import type { WaitingBackup } from '../model/backup-status.ts';
import { CODE, OneError, reasonOf } from '../model/errors.ts';
import type { Limits, SchedulePolicy } from '../model/limits.ts';
import type { Operation } from '../model/operation.ts';
import type { ScheduledAction } from '../model/scheduled-action.ts';
import { LOOK } from '../nodes/duties.ts';
import { hostDuty, type Duty } from '../nodes/duty.ts';
import type { OperationLog } from '../vm/operation-log.ts';
import { nowSec, type Parts } from '../vm/parts.ts';
import { ActionRuns } from './action-runs.ts';
import type { Acting } from './acting.ts';
import { inOrder, NO_LOAD, take, waitsFor, type Load } from './admission.ts';
import { jobIdOf, waitingOf, type Candidate } from './candidate.ts';
import { Busy, refuseBusy } from './busy.ts';
import { Candidates, hostsOf } from './candidates.ts';
import { DueActions, type DueAction } from './due-actions.ts';
import type { SchedulerDoor } from './scheduler-door.ts';
import { Waited } from './waited.ts';
import { dutyOfAction, passOn } from './whose.ts';

/** The net below all events. */
const LOOK_MS = 15_000;
/** How many begin at one look; more follow at the next, so that others are served in between. */
const BEGIN_AT_ONCE = 50;
/** A VM that is busy with something else is tried again after this long, and given up after the other. */
const BUSY_AGAIN_SEC = 10;
const BUSY_LIMIT_SEC = 1800;

export interface SchedulerSettings {
  limits: Limits;
  policy: SchedulePolicy;
}

type Backups = Pick<BackupRunner, 'start' | 'cancel'>;

export class Scheduler implements SchedulerDoor {
  readonly #parts: Parts;
  readonly #log: OperationLog;
  readonly #backups: Backups;
  readonly #jobs: JobRuns;
  readonly #acting: Acting;
  readonly #settings: SchedulerSettings;
  readonly #due: DueActions;
  readonly #actions: ActionRuns;
  readonly #candidates: Candidates;
  readonly #waited: Waited;
  /** Those between their admission and their record. */
  readonly #beginning = new Map<number, Candidate>();
  /** Actions other than backups that are being done. */
  readonly #performing = new Map<number, Promise<void>>();
  /** VMs that were busy, and when to try again. */
  readonly #busyUntil = new Map<number, number>();
  readonly #unlisten: () => void;
  #waiting: WaitingBackup[] = [];
  #timer: NodeJS.Timeout | undefined;
  #looking: Promise<void> | undefined;
  #again = false;
  #started = false;

  constructor(
    parts: Parts,
    log: OperationLog,
    backups: Backups,
    jobs: JobRuns,
    acting: Acting,
    settings: SchedulerSettings,
  ) {
    this.#parts = parts;
    this.#log = log;
    this.#backups = backups;
    this.#jobs = jobs;
    this.#acting = acting;
    this.#settings = settings;
    this.#due = new DueActions(parts.store, settings.policy);
    this.#actions = new ActionRuns(parts, settings.policy, acting);
    this.#candidates = new Candidates(parts, settings.policy.timeZone);
    this.#waited = new Waited(parts.store, log);
    this.#unlisten = log.listen((operation) => {
      if (operation.result !== 'running') this.#ended(operation);
    });
  }

  /** Goes on with one that waited when its node ended; false when it is none. */
  takeUp(operation: Operation): boolean {
    return this.#waited.takeUp(operation);
  }

  /** Settles what was under way when nodes ended whose duties are this one's now. */
  async reconcile(gained: ReadonlySet<Duty>): Promise<void> {
    const running = [...(await this.#parts.store.operations.running()), ...this.#log.all()];
    const ids = new Set(running.map(({ id }) => id));
    const hosts = await hostsOf(this.#parts.store);
    const isLost = (action: ScheduledAction): boolean =>
      !this.#performing.has(action.id) && gained.has(dutyOfAction(action, hosts));
    await this.#actions.reconcile(ids, isLost, (jobId) => this.startJob(jobId));
    await this.#jobs.reconcile(running);
  }

  /** Begins to look. */
  start(): void {
    this.#started = true;
    this.wake();
  }

  /** Whether something begins or waits for a VM of the host. */
  isBusy(hostId: number): boolean {
    const begins = [...this.#beginning.values()].some((candidate) => candidate.hostId === hostId);
    return begins || this.#waited.all().some(({ operation }) => operation.hostId === hostId);
  }

  async stop(): Promise<void> {
    this.#started = false;
    clearTimeout(this.#timer);
    await this.#looking;
    await Promise.all(this.#performing.values());
    this.#unlisten();
  }

  stir(): void {
    this.wake();
    this.#parts.duties.tell(LOOK);
  }

  /** Looks soon; asked while it looks, it looks once more. */
  wake(): void {
    if (!this.#started) return;
    if (this.#looking) {
      this.#again = true;
      return;
    }
    clearTimeout(this.#timer);
    this.#looking = this.look()
      .catch((error: unknown) => this.#parts.log.error({ err: error }, 'a look at what is due failed'))
      .then(() => this.#sleep())
      .finally(() => {
        this.#looking = undefined;
        if (!this.#again) return;
        this.#again = false;
        this.wake();
      });
  }

  async #sleep(): Promise<void> {
    if (!this.#started) return;
    const next = await this.#parts.store.actions.nextDue();
    const untilMs = next === undefined ? LOOK_MS : next * 1000 - this.#parts.clock();
    // what is due already waits for an event, or for the net
    const ms = untilMs > 0 ? Math.min(untilMs + 5, LOOK_MS) : LOOK_MS;
    this.#timer = setTimeout(() => this.wake(), ms);
  }

  /** One look: begins what may begin now. */
  async look(): Promise<void> {
    const now = nowSec(this.#parts.clock);
    const due = await this.#due.at(now);
    const dueBackups: DueAction[] = [];
    const { duties, store } = this.#parts;
    const hosts = await hostsOf(store);
    const keeps = (vmId: number): boolean => this.#beginning.has(vmId);
    for (const vmId of await this.#jobs.toCancel(this.#log.all())) await this.cancel(vmId);
    await passOn(this.#parts, { waited: this.#waited, log: this.#log, hosts, keeps });
    for (const one of due) {
      if (!duties.owns(dutyOfAction(one.action, hosts))) this.#due.forget(one.action.id);
      else if (one.action.parent.type === 'BACKUPJOB') this.#startDueJob(one);
      else if (one.action.action === 'backup') dueBackups.push(one);
      else if (one.action.action === 'drill') this.#track(one, () => this.#actions.beginDrill(one));
      else this.#track(one, () => this.#actions.perform(one));
    }
    const wanted = { waited: this.#waited.all(), due: dueBackups, jobs: await this.#jobs.candidates() };
    const ours = (await this.#candidates.all(wanted, hosts)).filter(({ hostId }) =>
      duties.owns(hostDuty(hostId ?? -1)),
    );
    this.#admit(inOrder(ours, now), now);
  }

  /** In one go, so that nothing changes between a verdict and the count of what it let in. */
  #admit(candidates: readonly Candidate[], now: number): void {
    const load = this.#load();
    const waiting: WaitingBackup[] = [];
    let begun = 0;
    for (const candidate of candidates) {
      if (this.#beginning.get(candidate.vmId)?.source === candidate.source) continue;
      const waits = this.#busyFor(candidate, now) ?? waitsFor(candidate, load, this.#settings.limits, now);
      if (waits !== undefined || begun >= BEGIN_AT_ONCE) {
        waiting.push(waitingOf(candidate, waits ?? 'it is about to begin'));
        continue;
      }
      begun += 1;
      take(load, candidate.vmId, candidate.hostId, jobIdOf(candidate));
      this.#begin(candidate).catch((error: unknown) => this.#couldNotBegin(candidate, error));
    }
    this.#waiting = waiting;
    this.#again ||= begun >= BEGIN_AT_ONCE;
    this.#say(waiting);
  }

  #busyFor({ vmId, hostId }: Candidate, now: number): string | undefined {
    const until = this.#busyUntil.get(vmId);
    if (until === undefined || hostId === undefined) return undefined;
    if (until > now) return `VM ${vmId} is busy with something else`;
    this.#busyUntil.delete(vmId);
    return undefined;
  }

  /** Those who follow a backup that waits are told what for. */
  #say(waiting: readonly WaitingBackup[]): void {
    for (const { operation } of this.#waited.all()) {
      const found = waiting.find(
        ({ vmId, jobId, actionId }) => vmId === operation.vmId && jobId === undefined && actionId === undefined,
      );
      if (!found) continue;
      this.#log
        .waits(operation, found.reason)
        .catch((err: unknown) => this.#parts.log.error({ operation: operation.id, err }, 'a wait was not noted'));
    }
  }

  #load(): Load {
    const load = NO_LOAD();
    for (const operation of this.#log.all()) {
      const { kind, vmId, hostId, asked } = operation;
      if (kind !== 'backup' || this.#waited.of(vmId)?.operation === operation) continue;
      take(load, vmId, hostId, asked?.by === 'job' ? asked.jobId : undefined);
    }
    for (const candidate of this.#beginning.values()) {
      if (!load.vms.has(candidate.vmId)) take(load, candidate.vmId, candidate.hostId, jobIdOf(candidate));
    }
    return load;
  }

  async #begin(candidate: Candidate): Promise<void> {
    const { vmId, source, wish } = candidate;
    this.#beginning.set(vmId, candidate);
    try {
      const vm = await this.#parts.store.vms.get(vmId);
      refuseBusy(vm);
      if (source.kind === 'schedule') refuseInJob(vm);
      if (source.kind !== 'direct' && wish.asked && 'uid' in wish.asked) {
        await this.#acting.mayBackUp(wish.asked.uid, vmId, wish.datastoreId, source.kind);
      }
      await this.#backups.start(vmId, wish, this.#startOf(candidate));
      if (source.kind === 'direct' && source.waited) this.#waited.begun(source.waited);
      if (source.kind === 'schedule') this.#due.forget(source.actionId);
    } finally {
      this.#beginning.delete(vmId);
    }
  }

  #startOf({ vmId, source, sinceSec }: Candidate): BackupStart {
    switch (source.kind) {
      case 'direct':
        return source.waited ? { waited: source.waited } : {};
      case 'schedule': {
        const due = this.#due.of(source.actionId);
        return {
          alongside: async (tx, { id }) => {
            if (due) await this.#actions.begun(tx, due, id);
          },
        };
      }
      case 'job':
        return { alongside: (tx) => this.#jobs.begun(tx, source.jobId, vmId, sinceSec) };
    }
  }

  #couldNotBegin(candidate: Candidate, error: unknown): void {
    const { vmId, source, sinceSec } = candidate;
    const now = nowSec(this.#parts.clock);
    if (error instanceof Busy && now - sinceSec < BUSY_LIMIT_SEC) {
      this.#busyUntil.set(vmId, now + BUSY_AGAIN_SEC);
      return;
    }
    const reason = reasonOf(error);
    this.#parts.log.warn({ vm: vmId, asked: candidate.wish.asked, reason }, 'a backup could not begin');
    this.#noteFailure(candidate, source, reason)
      .catch((err: unknown) => this.#parts.log.error({ vm: vmId, err }, 'a failure could not be noted'))
      .finally(() => this.wake());
  }

  async #noteFailure({ vmId, sinceSec }: Candidate, source: Candidate['source'], reason: string): Promise<void> {
    if (source.kind === 'direct' && source.waited) await this.#waited.end(source.waited, reason);
    if (source.kind === 'job') {
      await this.#jobs.couldNotBegin(source.jobId, vmId, reason, sinceSec);
      await this.#actions.jobMayHaveEnded(source.jobId);
    }
    if (source.kind !== 'schedule') return;
    const due = this.#due.of(source.actionId);
    this.#due.forget(source.actionId);
    if (due) await this.#actions.couldNotBegin(due, reason);
  }

  /** Begins a backup that somebody asks for, or lets it wait. Throws why it is not possible. */
  async backup(vmId: number, wish: BackupWish): Promise<void> {
    const now = nowSec(this.#parts.clock);
    const vm = await this.#parts.store.vms.get(vmId);
    const candidate = await this.#candidates.direct(vm, wish, now);
    if (this.#waited.of(vmId) || this.#beginning.has(vmId)) {
      throw new OneError(CODE.INTERNAL, `A backup of virtual machine ${vmId} is waiting to begin already.`, {
        objectId: vmId,
        hint: `onevm backup-cancel ${vmId} ends it.`,
      });
    }
    const waits = waitsFor(candidate, this.#load(), this.#settings.limits, now);
    if (waits === undefined) return this.#begin(candidate);
    await decide(this.#parts, vmId, wish); // what is not possible is told at once
    await this.#waited.add(vm, wish, waits);
    this.wake();
  }

  /** Ends the backup of a VM, whether it runs or waits. Returns whether there is one. */
  async cancel(vmId: number): Promise<boolean> {
    const waited = this.#waited.of(vmId);
    if (waited) {
      await this.#log.cancelling(waited.operation);
      if (this.#beginning.has(vmId)) return true; // it ends where it would begin
      await this.#waited.end(waited.operation, 'It was cancelled before it began.');
      return true;
    }
    const isIts = ({ kind, vmId: of, recorded }: Operation): boolean => kind === 'backup' && of === vmId && !recorded;
    const runs = this.#log.running(isIts) !== undefined;
    if (runs) this.#backups.cancel(vmId);
    return runs || this.#cancelDue(vmId);
  }

  /** An occurrence that waits for its turn is over; the next one is not. */
  async #cancelDue(vmId: number): Promise<boolean> {
    const due = this.#due.backupOf(vmId);
    if (!due || this.#beginning.has(vmId)) return false;
    await this.#actions.cancelDue(due);
    this.changed(due.action.id);
    return true;
  }

  async startJob(jobId: number): Promise<void> {
    await this.#jobs.start(jobId);
    this.stir();
  }

  async retryJob(jobId: number): Promise<void> {
    await this.#jobs.retry(jobId);
    this.stir();
  }

  async cancelJob(jobId: number): Promise<void> {
    await this.#jobs.cancel(jobId, async (vmId) => {
      await this.cancel(vmId);
    });
    await this.#actions.jobMayHaveEnded(jobId);
    this.stir();
  }

  waiting(): WaitingBackup[] {
    return this.#waiting;
  }

  /** The record of a scheduled action was changed by its user. */
  changed(actionId: number): void {
    this.#due.forget(actionId);
    this.stir();
  }

  #startDueJob(due: DueAction): void {
    const run = (jobId: number, again: boolean): Promise<void> => (again ? this.retryJob(jobId) : this.startJob(jobId));
    this.#track(due, () => this.#actions.performJob(due, run));
  }

  #track(due: DueAction, work: () => Promise<void>): void {
    const { id } = due.action;
    if (this.#performing.has(id)) return;
    const done = work()
      .catch((error: unknown) => this.#parts.log.error({ action: id, err: error }, 'a scheduled action broke'))
      .finally(() => {
        this.#performing.delete(id);
        this.#due.forget(id);
        this.wake();
      });
    this.#performing.set(id, done);
  }

  #ended(operation: Operation): void {
    if (operation.kind !== 'backup' && operation.kind !== 'drill') return;
    this.#settle(operation)
      .catch((error: unknown) => this.#parts.log.error({ operation: operation.id, err: error }, 'an end was not noted'))
      .finally(() => this.wake());
  }

  async #settle(operation: Operation): Promise<void> {
    await this.#actions.ended(operation);
    const { asked } = operation;
    if (asked?.by !== 'job') return;
    await this.#jobs.ended(operation);
    await this.#actions.jobMayHaveEnded(asked.jobId);
  }
}
