// Carries out backups: plan, record, mover, record again. A run ends only against its own operation record; whatever fails,
// what it left is cleaned and the VM goes back to where it was.
import { moverResult } from '../exec/mover.ts';
import { merge, withText, type Attributes } from '../model/attributes.ts';
import { writeBackupConfig } from '../model/backup-config.ts';
import type { BackupPreview } from '../model/backup-preview.ts';
import { CODE, OneError, reasonOf } from '../model/errors.ts';
import type { Datastore } from '../model/datastore.ts';
import {
  UPLOADING,
  type BackupResult,
  type BackupTask,
  type CleanupResult,
  type CleanupTask,
  type KeptBackup,
  type MoverEvent,
} from '../model/mover-protocol.ts';
import type { Operation } from '../model/operation.ts';
import type { Charge } from '../model/quota.ts';
import { LCM, VM_STATE, type Vm } from '../model/vm.ts';
import { readDisks } from '../vm/disks.ts';
import { closeHistory, HISTORY_ACTION, reopenHistory, showError } from '../vm/history.ts';
import { monitorDatastore } from '../vm/monitor.ts';
import { keepWithinQuota } from '../vm/quota.ts';
import type { OperationLog } from '../vm/operation-log.ts';
import { nowSec, type Parts } from '../vm/parts.ts';
import { hostOf, systemDatastore, vmDirectory } from '../vm/places.ts';
import { Runs } from '../vm/runs.ts';
import { enter, nextOrRefuse, setState } from '../vm/states.ts';
import { IMPORT } from '../vm/wild.ts';
import { vmXml } from '../wire/documents/vm.ts';
import { backupImage } from './image.ts';
import { planBackup, type BackupPlan } from './plan.ts';
import { dropSurplus } from './remove.ts';

/** What was decided at the start of a run; nothing of it is looked up again later. */
interface BackupRun {
  operation: Operation;
  plan: BackupPlan;
  task: KeptBackup;
  vm: Vm;
  datastore: Datastore;
}

export interface BackupManner {
  /** A new chain is wanted. */
  reset: boolean;
  /** Nobody is there to answer. */
  unattended: boolean;
}

export class BackupRunner {
  readonly #parts: Parts;
  readonly #log: OperationLog;
  readonly #runs: Runs;
  /** Called when a VM has left its backup, so that its state is looked at. */
  readonly #left: () => void;

  constructor(parts: Parts, log: OperationLog, left: () => void) {
    this.#parts = parts;
    this.#log = log;
    this.#runs = new Runs(parts, log);
    this.#left = left;
  }

  /** Accepts a backup of a VM; the run goes on in the background. Throws when it is not possible, and why. */
  async start(vmId: number, datastoreId: number, how: BackupManner): Promise<void> {
    const run = await this.#decide(vmId, datastoreId, how);
    await this.#parts.store.transaction(async (tx) => {
      await tx.operations.add(run.operation);
      const { reserved } = run.operation;
      if (reserved) await keepWithinQuota(tx, reserved, reserved.charges);
      await tx.vms.update(vmId, (vm) => {
        enter('backup', vm);
        if ((vm.lcmState === LCM.BACKUP) !== run.plan.live) {
          throw new OneError(CODE.ACTION, `Virtual machine ${vmId} changed its state just now; try again.`, {
            retry: true,
          });
        }
        vm.operationId = run.operation.id;
        vm.userTemplate = withText(vm.userTemplate, 'ERROR');
      });
    });
    this.#log.started(run.operation);
    this.#runs.track(run.operation, (signal) => this.#run(run, signal));
  }

  /** Ends the running backup of a VM as failed. Settles when all is cleaned. */
  async stop(vmId: number): Promise<void> {
    const operation = this.#log.running((running) => running.kind === 'backup' && running.vmId === vmId);
    if (operation) await this.#runs.stop(operation.id);
  }

  /** Asks the running backup of a VM to end; the VM goes back to where it was when all is cleaned. */
  cancel(vmId: number): void {
    this.stop(vmId).catch((error: unknown) => this.#parts.log.error({ vm: vmId, err: error }, 'a cancel failed'));
  }

  /** Ends every run, as the daemon stops. */
  stopAll(): Promise<void> {
    return this.#runs.stopAll();
  }

  /** Ends a run that was under way when the daemon died: cleans up and lets its VM go on. */
  takeUp(operation: Operation): void {
    this.#log.started(operation);
    const why = new OneError(CODE.INTERNAL, 'The daemon ended while the backup ran.', { retry: true });
    this.#runs.track(operation, () => this.#fail(operation, why, true));
  }

  /** What `start` would do now. */
  async preview(vmId: number, datastoreId: number, how: BackupManner): Promise<BackupPreview> {
    const { plan, vm, operation } = await this.#decide(vmId, datastoreId, how);
    const disks = readDisks(vm.template);
    return {
      ...{ type: plan.type, reason: plan.reason, live: plan.live, datastoreId, leftOut: plan.leftOut },
      disks: plan.disks.map(({ diskId, path }) => {
        const disk = disks.find((one) => one.diskId === diskId);
        return { diskId, target: disk?.target ?? '', path, virtualMb: disk?.sizeMb ?? 0, dirtyMb: null };
      }),
      drops: [],
      quota: (operation.reserved?.charges ?? []).flatMap(({ metric, amount }) =>
        metric === 'SIZE' || metric === 'IMAGES'
          ? [{ whose: `user ${vm.uid} (${vm.uname})`, metric, used: 0, limit: -2, adds: amount }]
          : [],
      ),
    };
  }

  async #decide(vmId: number, datastoreId: number, { reset, unattended }: BackupManner): Promise<BackupRun> {
    const { store } = this.#parts;
    const vm = await store.vms.get(vmId);
    const datastore = await store.datastores.get(datastoreId);
    nextOrRefuse('backup', vm); // the state is the better reason than what follows from it
    const host = await hostOf(store, vm);
    const directory = vmDirectory(vm, await systemDatastore(store));
    const plan = planBackup({ vm, datastore, vmDirectory: directory, reset, unattended });
    const operation = this.#log.draft({
      kind: 'backup',
      vmId,
      hostId: host.id,
      datastoreId,
      imageIds: [],
      plan: null,
      reason: plan.reason,
    });
    const task: KeptBackup = {
      kind: 'backup',
      operationId: operation.id,
      vmId,
      domain: vm.deployId,
      live: plan.live,
      hypervisor: this.#parts.hypervisorConfigOf(host),
      disks: plan.disks,
      directory: `${directory}/backup`,
      runDirectory: `${this.#parts.runDirectory}/${operation.id}`,
      freeze: vm.backups.config.fsFreeze,
      freezeLimit: { limitSec: vm.backups.config.freezeLimitSec, onFailure: vm.backups.config.freezeFailure },
      tracking: plan.tracking,
    };
    operation.plan = task;
    operation.reserved = { uid: vm.uid, gid: vm.gid, charges: reservation(vm, plan, datastore.id) };
    return { operation, plan, task, vm, datastore };
  }

  async #run(run: BackupRun, signal: AbortSignal): Promise<void> {
    const { operation, task, vm, datastore } = run;
    let uploading = false;
    const onEvent = (event: MoverEvent): void => {
      uploading ||= event.type === 'phase' && event.phase === UPLOADING;
      this.#runs.relay(operation, event);
    };
    try {
      await this.#cleanEarlier(operation);
      const store = await this.#parts.backupStoreConfigOf(datastore);
      const full: BackupTask = { ...task, store, vmXml: vmXml(vm) };
      await this.#record(run, await moverResult<BackupResult>(full, signal, onEvent));
    } catch (error) {
      await this.#fail(operation, error, uploading);
      return;
    }
    this.#log.announce(operation);
    this.#left();
    await monitorDatastore(this.#parts, datastore);
    await dropSurplus(this.#parts, vm.id, signal);
  }

  /** One transaction: the image, the VM's state and the end of the run. */
  async #record({ operation, plan, task, vm, datastore }: BackupRun, result: BackupResult): Promise<void> {
    const { store, clock } = this.#parts;
    const vmTemplate = savedTemplate(vm);
    await store.transaction(async (tx) => {
      const current = await tx.vms.get(vm.id);
      if (current.operationId !== operation.id) {
        throw new OneError(CODE.INTERNAL, 'The run was ended by somebody else before its result came.');
      }
      const taken = new Set((await tx.images.names({ owner: { uid: current.uid } })).values());
      const { directory } = task;
      const image = await tx.images.allocate((id) =>
        backupImage({ id, vm: current, datastore, plan, result, directory, nowMs: clock(), taken, vmTemplate }),
      );
      await tx.vms.update(vm.id, (record) => {
        leaveBackup(record);
        record.backups.ids.push(image.id);
        closeHistory(record, nowSec(clock), HISTORY_ACTION.BACKUP);
        reopenHistory(record, nowSec(clock));
      });
      operation.imageIds = [image.id];
      const { processedBytes, storedBytes, scratchBytes, peakRssBytes } = result;
      operation.figures = { processedBytes, storedBytes, scratchBytes, peakRssBytes };
      await this.#log.end(tx, operation, 'done', plan.reason);
    });
  }

  /** `stored` says that the store may hold a snapshot of the run. */
  async #fail(operation: Operation, error: unknown, stored: boolean): Promise<void> {
    const { store, clock, log } = this.#parts;
    const reason = reasonOf(error) + (await this.#cleanFailed(operation, stored));
    log.warn({ operation: operation.id, vm: operation.vmId, reason }, 'a backup failed');
    await store.transaction(async (tx) => {
      await tx.vms.update(operation.vmId, (vm) => {
        if (vm.operationId !== operation.id) return;
        leaveBackup(vm);
        showError(vm, `Backup to datastore ${operation.datastoreId} failed: ${reason}`, clock());
      });
      await this.#log.end(tx, operation, 'failed', reason);
    });
    this.#log.announce(operation);
    this.#left();
  }

  /** Cleans after a failed run and returns what there is to say about it. */
  async #cleanFailed(operation: Operation, stored: boolean): Promise<string> {
    try {
      const { mended, left } = await this.#clean(operation, stored);
      const done = mended.map((what) => what.replace(/\.$/, '')).join('; ');
      operation.cleaned = left === '';
      const todo = left === '' ? '' : ` Its snapshot may be left, and is looked for before the next backup: ${left}`;
      return (done === '' ? '' : ` Cleaned up: ${done}.`) + todo;
    } catch (cleaning) {
      operation.cleaned = false;
      return ` The clean-up failed as well and is repeated before the next backup: ${reasonOf(cleaning)}`;
    }
  }

  /** Ends what a dead run may have left, wherever it stopped; safe to repeat. Host and datastore are asked as they are now. */
  async #clean(operation: Operation, stored: boolean): Promise<CleanupResult> {
    const { store } = this.#parts;
    const kept = operation.plan as KeptBackup;
    const host = await store.hosts.find(operation.hostId);
    const datastore = stored ? await store.datastores.find(operation.datastoreId) : undefined;
    const task: CleanupTask = {
      kind: 'cleanup',
      operationId: operation.id,
      backup: host ? { ...kept, hypervisor: this.#parts.hypervisorConfigOf(host) } : kept,
      store: datastore ? await this.#parts.backupStoreConfigOf(datastore) : null,
    };
    return moverResult<CleanupResult>(task, new AbortController().signal, () => undefined);
  }

  /**
   * Cleans after earlier backups of the VM whose own clean-up failed, a libvirtd that was down for example. A store that
   * is still out of reach is tried again another time: the VM can go to a different one meanwhile.
   */
  async #cleanEarlier({ vmId, id }: Operation): Promise<void> {
    for (const earlier of await this.#parts.store.operations.ofVm(vmId, 20)) {
      if (earlier.id === id || earlier.kind !== 'backup' || earlier.cleaned) continue;
      const { left } = await this.#clean(earlier, true);
      if (left === '') await this.#parts.store.operations.save({ ...earlier, cleaned: true });
    }
  }
}

/** The most that the backup can take: its disks as the guest sees them. */
function reservation(vm: Vm, plan: BackupPlan, datastoreId: number): Charge[] {
  const taken = new Set(plan.disks.map(({ diskId }) => diskId));
  const disks = readDisks(vm.template).filter(({ diskId }) => taken.has(diskId));
  return [
    { kind: 'DATASTORE', id: datastoreId, metric: 'SIZE', amount: disks.reduce((sum, disk) => sum + disk.sizeMb, 0) },
    { kind: 'DATASTORE', id: datastoreId, metric: 'IMAGES', amount: 1 },
  ];
}

/** The VM as a restore will need it; its backup configuration comes along, so that the restored VM is protected too. */
function savedTemplate(vm: Vm): Attributes {
  const all = merge(vm.template, vm.userTemplate);
  // an imported VM's cards are on bridges of its host, and its restored twin is an ordinary VM
  const template = vm.imported ? all.filter(([name]) => name !== 'NIC' && name !== IMPORT) : all;
  return vm.backups.configured ? [...template, ['BACKUP_CONFIG', writeBackupConfig(vm.backups.config)]] : template;
}

function leaveBackup(vm: Vm): void {
  if (vm.lcmState === LCM.BACKUP) setState(vm, VM_STATE.ACTIVE, LCM.RUNNING);
  else setState(vm, VM_STATE.POWEROFF, LCM.LCM_INIT);
  vm.operationId = null;
}
