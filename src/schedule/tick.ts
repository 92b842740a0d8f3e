// Begins what is to begin on this node's hosts: backups that were asked for and had to wait, actions whose time has come, and the VMs of backup jobs, as
// far as the limits admit. It looks when something ended, was asked for or became due.
import { decide, type BackupWish } from '../backup/decide.ts';
import { refuseInJob } from '../backup/job-members.ts';
import type { JobRuns } from '../backup/job-run.ts';
import { NotYet } from '../backup/not-yet.ts';
import type { BackupRunner, BackupStart } from '../backup/run.ts';
import type { WaitingBackup } from '../model/backup-status.ts';
import { CODE, OneError, reasonOf } from '../model/errors.ts';
import type { Limits, SchedulePolicy } from '../model/limits.ts';
import type { Operation } from '../model/operation.ts';
import type { ScheduledAction } from '../model/scheduled-action.ts';
import { LOOK } from '../nodes/duties.ts';
import { hostDuty, type Duty } from '../nodes/duty.ts';
import { KnownLinks } from '../store/known-links.ts';
import type { OperationLog } from '../vm/operation-log.ts';
import { nowSec, type Parts } from '../vm/parts.ts';
import { ActionRuns } from './action-runs.ts';
import type { Acting } from './acting.ts';
import { refuseBusy } from './busy.ts';
import { waitingOf, type Candidate } from './candidate.ts';
import { Candidates } from './candidates.ts';
import { DueActions, type DueAction } from './due-actions.ts';
import { NOWHERE_ELSE, type Elsewhere } from './elsewhere.ts';
import { BEGIN_AT_ONCE, Entrance } from './entrance.ts';
import { Going } from './going.ts';
import { HeldBack, heldAfter } from './held-back.ts';
import { Looks } from './looks.ts';
import type { Rules } from './places.ts';
import type { SchedulerDoor } from './scheduler-door.ts';
import { Waited } from './waited.ts';
import { dutyOfAction, passOn } from './whose.ts';

/** The net below all events. */
const LOOK_MS = 15_000;

export interface SchedulerSettings {
  limits: Limits;
  policy: SchedulePolicy;
  /** Backups of other control nodes; left out where there are none. */
  elsewhere?: Elsewhere;
}
type Backups = Pick<BackupRunner, 'start' | 'cancel'>;

export class Scheduler implements SchedulerDoor {
  readonly #parts: Parts;
  readonly #log: OperationLog;
  readonly #backups: Backups;
  readonly #jobs: JobRuns;
  readonly #acting: Acting;
  readonly #elsewhere: Elsewhere;
  readonly #entrance: Entrance;
  readonly #due: DueActions;
  /** The host of each VM. */
  readonly #hosts: KnownLinks;
  readonly #actions: ActionRuns;
  readonly #candidates: Candidates;
  readonly #waited: Waited;
  /** What goes on in the background. */
  readonly #going = new Going();
  /** Actions other than backups that are being done. */
  readonly #performing = new Map<number, Promise<void>>();
  readonly #heldBack = new HeldBack();
  readonly #looks: Looks;
  readonly #unlisten: () => void;
  #waiting: WaitingBackup[] = [];

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
    const { limits, elsewhere = NOWHERE_ELSE } = settings;
    this.#elsewhere = elsewhere;
    const isWaiting = (one: Operation): boolean => this.#waited.of(one.vmId)?.operation === one;
    this.#entrance = new Entrance({ parts, log, limits, elsewhere, isWaiting });
    this.#hosts = new KnownLinks(parts.store, 'vm-host', 'vm');
    this.#due = new DueActions(parts.store, settings.policy);
    this.#actions = new ActionRuns(parts, settings.policy, acting);
    this.#candidates = new Candidates(parts, settings.policy.timeZone);
    this.#waited = new Waited(parts.store, log);
    this.#looks = new Looks({
      look: () => this.look(),
      sleepMs: () => this.#sleepMs(),
      failed: (err) => parts.log.error({ err }, 'a look at what is due failed'),
    });
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
    const hosts = await this.#hosts.targets();
    this.#due.forgetAll(); // what other nodes have done meanwhile was not followed here
    const isLost = (action: ScheduledAction): boolean =>
      !this.#performing.has(action.id) && gained.has(dutyOfAction(action, hosts));
    await this.#actions.reconcile(ids, isLost, (jobId) => this.startJob(jobId));
    await this.#jobs.reconcile(running);
  }

  /** Begins to look. */
  start(): void {
    this.#looks.start();
  }

  /** Whether something begins or waits for a VM of the host. */
  isBusy(hostId: number): boolean {
    return (
      this.#entrance.isBeginningOn(hostId) || this.#waited.all().some(({ operation }) => operation.hostId === hostId)
    );
  }

  async stop(): Promise<void> {
    await this.#looks.stop();
    await this.idle();
    this.#unlisten();
    this.#entrance.close();
  }

  /** Settles when nothing begins or is being noted any more; what runs goes on. */
  idle(): Promise<void> {
    return this.#going.idle();
  }

  stir(): void {
    this.wake();
    this.#parts.duties.tell(LOOK);
  }

  /** Looks soon; asked while it looks, it looks once more. */
  wake(): void {
    this.#looks.wake();
  }

  async #sleepMs(): Promise<number> {
    const due = (await this.#parts.store.actions.nextDue()) ?? Infinity;
    const now = nowSec(this.#parts.clock);
    // what is due already waits for an event, or for the net
    const next = Math.min(this.#heldBack.nextSec(now), due > now ? due : Infinity);
    return Math.min(LOOK_MS, Math.max(0, next * 1000 - this.#parts.clock()) + 5);
  }

  /** One look: begins what may begin now. */
  async look(): Promise<void> {
    const now = nowSec(this.#parts.clock);
    const due = await this.#due.at(now);
    const dueBackups: DueAction[] = [];
    const { duties } = this.#parts;
    const hosts = await this.#hosts.targets();
    const keeps = (vmId: number): boolean => this.#entrance.isBeginning(vmId);
    for (const vmId of await this.#jobs.toCancel(this.#log.all())) await this.cancel(vmId);
    await passOn(this.#parts, { waited: this.#waited, log: this.#log, hosts, keeps });
    for (const one of due) {
      if (!duties.owns(dutyOfAction(one.action, hosts))) continue;
      if (one.action.parent.type === 'BACKUPJOB') this.#startDueJob(one);
      else if (one.action.action === 'backup') dueBackups.push(one);
      else if (one.action.action === 'drill') this.#track(one, () => this.#actions.beginDrill(one));
      else this.#track(one, () => this.#actions.perform(one));
    }
    const wanted = { waited: this.#waited.all(), due: dueBackups, jobs: await this.#jobs.candidates() };
    const ours = (await this.#candidates.all(wanted, hosts)).filter(({ hostId }) =>
      duties.owns(hostDuty(hostId ?? -1)),
    );
    await this.#admit(ours, now);
  }

  async #admit(candidates: readonly Candidate[], now: number): Promise<void> {
    const held = candidates.map((candidate) => {
      const { vmId, hostId } = candidate;
      return { candidate, reason: hostId === undefined ? undefined : this.#heldBack.reason(vmId, now) };
    });
    const free = held.flatMap(({ candidate, reason }) => (reason === undefined ? [candidate] : []));
    const { begin, waiting } = await this.#entrance.admit(free, now);
    for (const candidate of begin) {
      this.#going.add(this.#begin(candidate).catch((error: unknown) => this.#couldNotBegin(candidate, error)));
    }
    for (const { candidate, reason } of held) if (reason !== undefined) waiting.push({ candidate, reason });
    this.#waiting = waiting.map(({ candidate, reason }) => waitingOf(candidate, reason));
    if (begin.length >= BEGIN_AT_ONCE) this.wake();
    this.#say(this.#waiting);
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

  async #begin(candidate: Candidate): Promise<void> {
    const { vmId, source, wish } = candidate;
    try {
      const vm = await this.#parts.store.vms.get(vmId);
      refuseBusy(vm);
      if (source.kind === 'schedule') refuseInJob(vm);
      if (source.kind !== 'direct' && wish.asked && 'uid' in wish.asked) {
        await this.#acting.mayBackUp(wish.asked.uid, vmId, wish.datastoreId, source.kind);
      }
      await this.#backups.start(vmId, wish, this.#startOf(candidate, await this.#entrance.rules()));
      if (source.kind === 'direct' && source.waited) this.#waited.begun(source.waited);
      if (source.kind !== 'schedule') return;
      this.#due.forget(source.actionId);
      if (wish.asked && 'uid' in wish.asked) {
        const { actionId } = source;
        await this.#acting.backupBegun(wish.asked.uid, { vmId, datastoreId: wish.datastoreId, actionId });
      }
    } finally {
      this.#entrance.passed(candidate);
    }
  }

  #startOf({ vmId, source, sinceSec }: Candidate, rules: Rules): BackupStart {
    const waited = source.kind === 'direct' ? source.waited : undefined;
    const due = source.kind === 'schedule' ? this.#due.of(source.actionId) : undefined;
    return {
      ...(waited && { waited }),
      alongside: async (tx, operation) => {
        await this.#elsewhere.requireRoom(tx, operation, rules);
        if (due) await this.#actions.begun(tx, due, operation.id);
        if (source.kind !== 'job') return;
        await this.#jobs.requireAlone(tx, source.jobId);
        await this.#jobs.begun(tx, source.jobId, vmId, sinceSec);
      },
    };
  }

  async #couldNotBegin(candidate: Candidate, error: unknown): Promise<void> {
    const { vmId, source, sinceSec } = candidate;
    const now = nowSec(this.#parts.clock);
    const held = heldAfter(error, vmId, sinceSec, now);
    if (held) {
      this.#heldBack.hold(vmId, held);
      return;
    }
    const reason = reasonOf(error);
    this.#parts.log.warn({ vm: vmId, asked: candidate.wish.asked, reason }, 'a backup could not begin');
    await this.#noteFailure(candidate, source, reason)
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
    const seen = await this.#entrance.see();
    if (this.#waited.of(vmId) || this.#entrance.isBeginning(vmId)) {
      throw new OneError(CODE.INTERNAL, `A backup of virtual machine ${vmId} is waiting to begin already.`, {
        objectId: vmId,
        hint: `onevm backup-cancel ${vmId} ends it.`,
      });
    }
    const waits = this.#entrance.enter(candidate, seen, now) ?? (await this.#beginOrWait(candidate));
    if (waits === undefined) return;
    await decide(this.#parts, vmId, wish); // what is not possible is told at once
    await this.#waited.add(vm, wish, waits);
    this.wake();
  }

  /** What it has to wait for, when another control node was quicker. */
  async #beginOrWait(candidate: Candidate): Promise<string | undefined> {
    try {
      await this.#begin(candidate);
      return undefined;
    } catch (error) {
      if (error instanceof NotYet) return error.message;
      throw error;
    }
  }

  /** Ends the backup of a VM, whether it runs or waits. Returns whether there is one. */
  async cancel(vmId: number): Promise<boolean> {
    const waited = this.#waited.of(vmId);
    if (waited) {
      await this.#log.cancelling(waited.operation);
      if (this.#entrance.isBeginning(vmId)) return true; // it ends where it would begin
      await this.#waited.end(waited.operation, 'It was cancelled before it began.');
      return true;
    }
    const isIts = ({ kind, vmId: of, recorded }: Operation): boolean => kind === 'backup' && of === vmId && !recorded;
    if (this.#log.running(isIts) === undefined) return this.#cancelDue(vmId);
    this.#backups.cancel(vmId);
    return true;
  }

  /** An occurrence that waits for its turn is over; the next one is not. */
  async #cancelDue(vmId: number): Promise<boolean> {
    const due = this.#due.backupOf(vmId);
    if (!due || this.#entrance.isBeginning(vmId)) return false;
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

  /** What holds for how much goes on. */
  rules(): Promise<Rules> {
    return this.#entrance.rules();
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
    this.#going.add(done);
  }

  #ended(operation: Operation): void {
    if (operation.kind !== 'backup' && operation.kind !== 'drill') return;
    const settled = this.#settle(operation)
      .catch((error: unknown) => this.#parts.log.error({ operation: operation.id, err: error }, 'an end was not noted'))
      .finally(() => this.wake());
    this.#going.add(settled);
  }

  async #settle(operation: Operation): Promise<void> {
    await this.#actions.ended(operation);
    const { asked } = operation;
    if (asked?.by !== 'job') return;
    await this.#jobs.ended(operation);
    await this.#actions.jobMayHaveEnded(asked.jobId);
  }
}
