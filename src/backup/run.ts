// Carries out backups: plan, record, mover, record again, settle. A run ends only against its own operation record; whatever fails,
// what it left is cleaned and the VM goes back to where it was. Once its result is recorded a run can only end well.
import { setTimeout as sleep } from 'node:timers/promises';
import { withText } from '../model/attributes.ts';
import type { BackupPreview } from '../model/backup-preview.ts';
import { CleanStop, CODE, ConnectionLost, OneError, reasonOf, TrackerLost } from '../model/errors.ts';
import { UPLOADING, type MoverEvent } from '../model/mover-protocol.ts';
import type { BackupResult, BackupTask, KeptBackup } from '../model/tasks/backup.ts';
import type { SettleResult, SettleTask } from '../model/tasks/settle.ts';
import type { Operation } from '../model/operation.ts';
import { LCM, VM_STATE, type Vm } from '../model/vm.ts';
import type { Store } from '../store/store.ts';
import { closeHistory, HISTORY_ACTION, NOBODY, reopenHistory, showError, type By } from '../vm/history.ts';
import { monitorDatastore } from '../vm/monitor.ts';
import type { OperationLog } from '../vm/operation-log.ts';
import { nowSec, type Move, type Parts } from '../vm/parts.ts';
import { keepWithinQuota } from '../vm/quota.ts';
import { Runs, interrupted, unlessAborted, whyEnded } from '../vm/runs.ts';
import { enter, nextOrRefuse, setState } from '../vm/states.ts';
import { vmXml } from '../wire/documents/vm.ts';
import { cleanEarlier, cleanFailed } from './clean.ts';
import { bind, decide, draftBackup, type BackupRun, type BackupWish } from './decide.ts';
import { trackerNumber } from './plan.ts';
import { previewBackup } from './preview.ts';
import { recordBackup, selfDescription } from './record.ts';
import { dropSurplus } from './remove.ts';
import type { Upkeep } from './upkeep.ts';

/** A run that is to end has this long before whoever waits for that goes on without it. */
const PATIENCE_MS = 20_000;

/** A host that is away is asked again after this time. */
const AWAY_MS = 3000;

/** What else is to be known, or done, when a backup begins. */
export interface BackupStart {
  waited?: Operation;
  alongside?: (tx: Store, operation: Operation) => Promise<void>;
}

export class BackupRunner {
  readonly #parts: Parts;
  readonly #log: OperationLog;
  readonly #runs: Runs;
  readonly #upkeep: Upkeep;
  /** Called when a VM has left its backup, so that its state is looked at. */
  readonly #left: () => void;

  readonly #move: Move;
  readonly #patienceMs: number;

  /** `move` and `patienceMs` are for tests of runs that do not answer. */
  constructor(
    parts: Parts,
    log: OperationLog,
    upkeep: Upkeep,
    left: () => void,
    { move = parts.move, patienceMs = PATIENCE_MS }: { move?: Move; patienceMs?: number } = {},
  ) {
    this.#parts = parts;
    this.#log = log;
    this.#runs = new Runs(parts, log);
    this.#upkeep = upkeep;
    this.#left = left;
    this.#move = move;
    this.#patienceMs = patienceMs;
  }

  /**
   * Begins a backup of a VM; the run goes on in the background. Throws when it is not possible, and why. `waited` is the record of a
   * backup that had to wait; `alongside` is done in the transaction that begins the run. Returns the run's id.
   */
  async start(vmId: number, wish: BackupWish, { waited, alongside }: BackupStart = {}): Promise<string> {
    nextOrRefuse('backup', await this.#parts.store.vms.get(vmId)); // the state is the better reason than what follows from it
    const decision = await decide(this.#parts, vmId, wish);
    nextOrRefuse('backup', decision.vm);
    const drafted = waited ?? draftBackup(this.#log, vmId, decision.host.id, wish);
    const before = { ...drafted };
    if (drafted.cancelling) throw new OneError(CODE.ACTION, 'It was cancelled before it began.');
    const run = bind(this.#parts, drafted, decision, wish);
    const { operation, plan } = run;
    delete operation.waits;
    const begun = this.#parts.store.transaction(async (tx) => {
      if (waited) await tx.operations.reserve(operation);
      else await tx.operations.add(operation);
      await reserve(tx, operation);
      await alongside?.(tx, operation);
      await tx.vms.update(vmId, (vm) => {
        enter('backup', vm);
        if ((vm.lcmState === LCM.BACKUP) !== plan.live) {
          throw new OneError(CODE.ACTION, `Virtual machine ${vmId} changed its state just now; try again.`, {
            retry: true,
          });
        }
        vm.operationId = operation.id;
        vm.userTemplate = withText(vm.userTemplate, 'ERROR');
        vm.backups.running = { datastoreId: operation.datastoreId };
        takeTracker(vm, run);
      });
    });
    await begun.catch((error: unknown) => {
      become(operation, before); // one that waits goes on waiting
      throw error;
    });
    this.#log.started(operation);
    this.#runs.track(operation, (signal) => this.#run(run, signal));
    return operation.id;
  }

  /** What a backup would be if it began now. */
  preview(vmId: number, wish: BackupWish): Promise<BackupPreview> {
    return previewBackup(this.#parts, vmId, wish);
  }

  /**
   * Ends the backup that a VM is in as failed, also one whose record nobody works on any more. Settles when all is cleaned, or after a
   * while: then the VM is put back without it, and what it still answers finds that it has been ended.
   */
  async stop(vmId: number): Promise<void> {
    const operation = this.#running(vmId) ?? (await this.#lost(vmId));
    if (!operation) return;
    const why = new OneError(CODE.ACTION, 'It was ended with onevm recover.');
    const waited = new AbortController();
    const enough = sleep(this.#patienceMs, undefined, { signal: waited.signal }).catch(() => undefined);
    await Promise.race([this.#runs.stop(operation.id, why), enough]);
    waited.abort();
  }

  /** Throws when there is no run to cancel, or its result is recorded already. */
  requireCancellable(vmId: number): void {
    const operation = this.#running(vmId);
    if (!operation) throw notNow(vmId, 'nobody works on it any more', `Free the VM: onevm recover --failure ${vmId}`);
    if (operation.recorded) throw notNow(vmId, 'it is stored already, and ends by itself in a moment');
  }

  /** Asks the backup of a VM to end, unless its result is recorded; the VM goes back to where it was when all is cleaned. */
  cancel(vmId: number): void {
    const operation = this.#running(vmId);
    if (!operation || operation.recorded) return;
    this.#runs
      .cancel(operation)
      .catch((error: unknown) => this.#parts.log.error({ vm: vmId, err: error }, 'a cancel failed'));
  }

  /** Ends every run, as the daemon stops; each goes on, or is begun again, when it is back. */
  stopAll(): Promise<void> {
    return this.#runs.stopAll();
  }

  /** Ends a run that was under way when the daemon died: one that is recorded is brought to its end, another cleaned up. */
  takeUp(operation: Operation): void {
    this.#log.started(operation);
    operation.interrupted = true;
    this.#runs.track(operation, (signal) =>
      operation.recorded ? this.#finish(operation) : this.#fail(operation, interrupted(), { stored: true, signal }),
    );
  }

  #running(vmId: number): Operation | undefined {
    return this.#runs.find((one) => one.vmId === vmId && one.result === 'running');
  }

  /** The run that a VM says it is in although nobody works on it: it is ended as after a crash. */
  async #lost(vmId: number): Promise<Operation | undefined> {
    const vm = await this.#parts.store.vms.find(vmId);
    const operation = await this.#parts.store.operations.find(vm?.operationId ?? '');
    if (operation?.result !== 'running' || operation.kind !== 'backup') return undefined;
    this.takeUp(operation);
    return operation;
  }

  async #run(first: BackupRun, signal: AbortSignal): Promise<void> {
    let run = first;
    let uploading = false;
    const onEvent = (event: MoverEvent): void => {
      uploading ||= event.type === 'phase' && event.phase === UPLOADING;
      this.#runs.relay(run.operation, event);
    };
    try {
      await unlessAborted(cleanEarlier(this.#parts, run.operation), signal);
      await unlessAborted(this.#upkeep.makeWay(run.datastore.id), signal);
      let result: BackupResult;
      try {
        result = await this.#take(run, signal, onEvent);
      } catch (error) {
        if (!(error instanceof TrackerLost) || run.plan.type === 'FULL' || signal.aborted) throw error;
        run = await this.#asFull(run, reasonOf(error));
        result = await this.#take(run, signal, onEvent);
      }
      await this.#parts.store.transaction(async (tx) => {
        await recordBackup(tx, run, result, this.#parts.clock());
        await tx.operations.save(run.operation);
      });
    } catch (error) {
      if (error instanceof ConnectionLost && !signal.aborted) run.operation.interrupted = true;
      const clean = error instanceof CleanStop;
      await this.#fail(run.operation, whyEnded(error, signal), { stored: uploading, clean, signal });
      return;
    }
    await this.#finish(run.operation);
    await monitorDatastore(this.#parts, run.datastore);
    await this.#retain(run, signal);
  }

  /** Whether a host that is away is to be asked again. */
  async #untilBack(operation: Operation, why: string, signal: AbortSignal): Promise<boolean> {
    if (signal.aborted) return false;
    this.#runs.waits(operation, `its host, to clean up there what this run has left. ${why}`);
    await sleep(AWAY_MS, undefined, { signal }).catch(() => undefined); // that it is ended is looked at below
    return !isAborted(signal);
  }

  async #take(run: BackupRun, signal: AbortSignal, onEvent: (event: MoverEvent) => void): Promise<BackupResult> {
    const store = await this.#parts.backupStoreConfigOf(run.datastore);
    const record = await selfDescription(this.#parts.store, run);
    const task: BackupTask = { ...run.task, store, vmXml: vmXml(run.vm), record };
    const host = await this.#parts.store.hosts.get(run.operation.hostId);
    return this.#move<BackupResult>(task, signal, onEvent, host);
  }

  /** What noted the changes cannot be believed: the same run makes a full backup instead, if the quota allows it. */
  async #asFull(run: BackupRun, lost: string): Promise<BackupRun> {
    const { operation, vm, wish, datastore } = run;
    this.#parts.log.warn({ operation: operation.id, vm: vm.id, reason: lost }, 'an increment becomes a full backup');
    const full = { ...wish, datastoreId: datastore.id };
    const again = bind(this.#parts, operation, await decide(this.#parts, vm.id, full, lost), wish);
    // the VM is in its backup by now, which the plan would take for powered off
    const { live } = run.plan;
    const disks = again.plan.disks.map((disk, index) => ({ ...disk, target: run.plan.disks[index]?.target ?? '' }));
    const task: KeptBackup = { ...again.task, live, disks };
    operation.plan = task;
    await this.#parts.store.transaction(async (tx) => {
      await tx.operations.reserve(operation);
      await reserve(tx, operation);
      await tx.vms.update(vm.id, (record) => takeTracker(record, again));
    });
    return { ...again, vm, task, plan: { ...again.plan, live, disks } };
  }

  /** The result is recorded: old trackers go, and the VM with its run ends. Trackers that stay cost room alone, so that is no failure. */
  async #finish(operation: Operation): Promise<void> {
    const { store, clock, log } = this.#parts;
    const { reason } = operation;
    const kept = operation.plan as KeptBackup;
    let tracked = kept.tracking !== null;
    try {
      await this.#settle(operation, kept);
    } catch (error) {
      tracked = true;
      log.warn({ operation: operation.id, vm: operation.vmId, err: error }, 'old trackers are left');
    }
    await store.transaction(async (tx) => {
      const by = await whoAsked(tx, operation);
      await tx.vms.update(operation.vmId, (vm) => {
        if (vm.operationId !== operation.id) return;
        leaveBackup(vm);
        vm.backups.tracked = tracked;
        closeHistory(vm, nowSec(clock), HISTORY_ACTION.BACKUP, by);
        reopenHistory(vm, nowSec(clock));
      });
      await this.#log.end(tx, operation, 'done', reason);
    });
    this.#log.announce(operation);
    this.#left();
  }

  async #settle(operation: Operation, kept: KeptBackup): Promise<void> {
    const { store, log } = this.#parts;
    const vm = await store.vms.find(operation.vmId);
    if (!vm?.backups.tracked) return;
    await this.#log.progress(operation, { phase: 'settling' });
    const host = await store.hosts.get(operation.hostId);
    const { tracking } = kept;
    const task: SettleTask = {
      kind: 'settle',
      operationId: operation.id,
      vmId: vm.id,
      domain: kept.domain,
      hypervisor: this.#parts.hypervisorConfigOf(host),
      disks: kept.disks,
      keep: tracking === null ? [] : [tracking.parent, tracking.next].filter((name) => name !== null),
    };
    const { done } = await this.#parts.move<SettleResult>(task, new AbortController().signal, () => undefined, host);
    log.debug({ operation: operation.id, done }, 'trackers are settled');
  }

  /** Drops what retention does not keep; a failure is shown where it belongs and goes on with the next backup. */
  async #retain({ vm, operation }: BackupRun, signal: AbortSignal): Promise<void> {
    const changed = await dropSurplus(this.#parts, vm.id, vm.backups.config, signal);
    const made = operation.recorded;
    if (made) await this.#upkeep.afterBackup(made, operation.asked);
    for (const imageId of changed.folded) this.#upkeep.tend(imageId);
    for (const datastoreId of changed.freed) this.#upkeep.freed(datastoreId);
  }

  /** A VM whose host is away stays in its backup: what the run left there is cleaned before anything else happens to it. */
  async #fail(operation: Operation, error: unknown, { stored, clean = false, signal }: Failure): Promise<void> {
    const { store, clock, log } = this.#parts;
    const wait = (why: string): Promise<boolean> => this.#untilBack(operation, why, signal);
    const reason = reasonOf(error) + (clean ? '' : await cleanFailed(this.#parts, operation, stored, wait));
    if (!operation.cleaned && operation.waits !== undefined && this.#runs.isEnding) return; // the next daemon takes it up
    const { cancelling = false } = operation;
    log.warn(
      { operation: operation.id, vm: operation.vmId, reason },
      cancelling ? 'a backup was cancelled' : 'a backup failed',
    );
    await store.transaction(async (tx) => {
      await tx.vms.update(operation.vmId, (vm) => {
        if (vm.operationId !== operation.id) return;
        leaveBackup(vm);
        if (!cancelling) showError(vm, `Backup to datastore ${operation.datastoreId} failed: ${reason}`, clock());
      });
      await this.#log.end(tx, operation, 'failed', reason);
    });
    this.#log.announce(operation);
    this.#left();
  }
}

interface Failure {
  /** The store may hold a snapshot of the run. */
  stored: boolean;
  /** Nothing at all is left of it. */
  clean?: boolean;
  /** Aborts when nobody is to wait any longer for a host that is away. */
  signal: AbortSignal;
}

/** It may have aborted while something was waited for. */
function isAborted(signal: AbortSignal): boolean {
  return signal.aborted;
}

/** Makes a record again what it was. */
function become(operation: Operation, before: Operation): void {
  for (const key of Object.keys(operation)) if (!(key in before)) Reflect.deleteProperty(operation, key);
  Object.assign(operation, before);
}

function notNow(vmId: number, why: string, hint = ''): OneError {
  return new OneError(CODE.ACTION, `The backup of virtual machine ${vmId} cannot be cancelled: ${why}.`, {
    objectId: vmId,
    hint,
  });
}

/** Whom the history of the VM names for a backup: whoever asked for it or wrote its schedule. */
async function whoAsked(tx: Store, { asked }: Operation): Promise<By> {
  if (!asked || asked.by === 'policy') return NOBODY;
  const user = await tx.users.find(asked.uid);
  return { uid: asked.uid, gid: user?.gid ?? -1 };
}

async function reserve(tx: Store, { reserved }: Operation): Promise<void> {
  if (reserved) await keepWithinQuota(tx, reserved, reserved.charges);
}

/** A name is used up by the run that begins with it, however it ends: a late clean-up of one run must not meet the tracker of another. */
function takeTracker({ backups }: Vm, { plan: { tracking } }: BackupRun): void {
  if (tracking === null) return;
  backups.nextTracker = trackerNumber(tracking) + 1;
  backups.tracked = true;
}

function leaveBackup(vm: Vm): void {
  if (vm.lcmState === LCM.BACKUP) setState(vm, VM_STATE.ACTIVE, LCM.RUNNING);
  else setState(vm, VM_STATE.POWEROFF, LCM.LCM_INIT);
  vm.operationId = null;
  delete vm.backups.running;
}
