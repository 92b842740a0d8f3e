// Carries out restores in place: the mover writes new files beside the disks of a VM that is off; when all are there and checked, they
// take the disks' names. What fails until all have taken them leaves the VM as it was.
import { withText } from '../model/attributes.ts';
import { CODE, OneError, reasonOf } from '../model/errors.ts';
import type { Host } from '../model/host.ts';
import type { Image } from '../model/image.ts';
import type { MoverEvent } from '../model/mover-protocol.ts';
import type { RestoreDisk, RestoreResult, RestoreTask, WrittenDisk } from '../model/tasks/restore.ts';
import type { SettleTask } from '../model/tasks/settle.ts';
import type { Operation } from '../model/operation.ts';
import { LCM, VM_STATE, type Vm } from '../model/vm.ts';
import { NOUNS } from '../store/nouns.ts';
import type { Store } from '../store/store.ts';
import { readDisks } from '../vm/disks.ts';
import { closeHistory, HISTORY_ACTION, noteAction, showError, type By } from '../vm/history.ts';
import type { Lane } from '../vm/lane.ts';
import type { OperationLog } from '../vm/operation-log.ts';
import { nowSec, type Parts } from '../vm/parts.ts';
import { hostIfAny, hostOf, hypervisorOf, systemDatastore, vmDirectory } from '../vm/places.ts';
import { grown, keepWithinQuota } from '../vm/quota.ts';
import { cancelled, interrupted, unlessAborted, whyEnded, type Runs } from '../vm/runs.ts';
import { hypervisorIds } from '../vm/snapshot-list.ts';
import { enter, setState } from '../vm/states.ts';
import { afterSwap, planInPlace, saidWritten, sizeDisks, type InPlaceRequest, type SwappedDisk } from './in-place.ts';
import { endLeft } from './ended.ts';
import { shownStore } from './shown-store.ts';
import { removeAside, removeFresh, swapBack, swapIn } from './swap.ts';

/** What the record keeps: where the swap stands, and all that it needs to be ended or taken back. */
interface KeptInPlace {
  imageId: number;
  pointId: number;
  disks: SwappedDisk[];
  /** `swapping`: every new file is there and checked. `reverting`: the old ones come back. `recorded`: the VM speaks of the new ones. */
  stage: 'writing' | 'swapping' | 'reverting' | 'recorded';
  /** Why it reverts. */
  why?: string;
  /** What the mover has written, once it is done. */
  written?: WrittenDisk[];
}

export type InPlaceWish = Pick<InPlaceRequest, 'incrementId' | 'diskId' | 'force'>;

export interface InPlaceDoors {
  parts: Parts;
  log: OperationLog;
  runs: Runs;
  lane: Lane;
  /** Called before the datastore of a backup is read. */
  makeWay: (datastoreId: number) => Promise<void>;
}

export class InPlaceRestores {
  readonly #doors: InPlaceDoors;
  /** Ends that are under way without a place in the lane. */
  readonly #ending = new Map<string, Promise<void>>();

  constructor(doors: InPlaceDoors) {
    this.#doors = doors;
  }

  /** Accepts a restore of the disks of `vmId`; the data follows in the background. Throws when it is not possible, and why. */
  async start(vmId: number, image: Image, wish: InPlaceWish, by: By): Promise<void> {
    const { parts, log, lane, runs } = this.#doors;
    const { store } = parts;
    const source = await store.datastores.get(image.datastoreId);
    const operation = log.draft({
      ...{
        kind: 'restore',
        inPlace: true,
        vmId,
        hostId: -1,
        datastoreId: source.id,
        imageIds: [],
        plan: null,
        reason: '',
      },
      reads: { imageId: image.id, datastoreId: source.id },
      asked: { by: 'user', uid: by.uid },
    });
    const system = await systemDatastore(store);
    const work = await store.transaction(async (tx) => {
      const vm = await tx.vms.get(vmId);
      const backup = await tx.images.get(image.id);
      const directory = vmDirectory(vm, system);
      const request = { ...wish, vm, image: backup, backupDatastore: source, vmDirectory: directory };
      const plan = planInPlace({ ...request, operationId: operation.id });
      const { pointId, disks } = plan;
      operation.plan = { imageId: image.id, pointId, disks, stage: 'writing' } satisfies KeptInPlace;
      await tx.operations.add(operation);
      await this.#take(tx, vm, operation, disks, by);
      return plan.work;
    });
    log.started(operation);
    lane.add({
      key: operation.id,
      run: (signal) => this.#run(operation, work, signal),
      waits: (reason) => runs.waits(operation, reason),
    });
  }

  /** Asks the restore of a VM to end. Throws when there is none, or its disks are being swapped already. */
  async cancel(vmId: number): Promise<void> {
    const { log, lane } = this.#doors;
    const operation = this.#running(vmId);
    const why = !operation
      ? `nobody works on it any more; free the VM: onevm recover --failure ${vmId}`
      : stageOf(operation) === 'writing'
        ? undefined
        : 'its disks are there already, and it ends by itself in a moment';
    if (!operation || why !== undefined) {
      throw new OneError(CODE.ACTION, `The restore of virtual machine ${vmId} cannot be cancelled: ${why}.`, {
        objectId: vmId,
      });
    }
    await log.cancelling(operation);
    void lane.stop(operation.id, cancelled()); // its end is told where it is followed
  }

  /** Ends the restore that a VM is in: as failed when nothing has been swapped yet, else it comes to its end first. */
  async stop(vmId: number): Promise<void> {
    const { parts, lane } = this.#doors;
    const operation = this.#running(vmId);
    if (operation) {
      await lane.stop(operation.id, new OneError(CODE.ACTION, 'It was ended with onevm recover.'));
      await this.#ending.get(operation.id);
    }
    const vm = await parts.store.vms.find(vmId);
    const lost = await parts.store.operations.find(vm?.operationId ?? '');
    if (lost?.result !== 'running' || !lost.inPlace) return;
    await this.takeUp(lost);
    if (!this.#running(vmId)) return;
    throw new OneError(
      CODE.ACTION,
      `The restore of virtual machine ${vmId} has begun to swap disks and cannot go on.`,
      {
        objectId: vmId,
        hint: 'The log says why. Make that good, then recover it again: its disks are whole then.',
      },
    );
  }

  /** Brings a restore that was under way when the daemon died to its end, or takes it back. */
  async takeUp(operation: Operation): Promise<void> {
    const { parts, log } = this.#doors;
    log.started(operation);
    operation.interrupted = true;
    const ends = {
      writing: async () => {
        const ended = await endLeft(parts, operation.id, 'all', await this.#hostOf(operation)); // its mover may still be writing
        await this.#fail(operation, interrupted(), ended);
      },
      swapping: () => this.#finish(operation),
      reverting: () => this.#revert(operation),
      recorded: () => this.#finish(operation),
    };
    const done = ends[stageOf(operation)]()
      .catch((err: unknown) =>
        parts.log.error({ operation: operation.id, err }, 'a restore in place could not be ended'),
      )
      .finally(() => this.#ending.delete(operation.id));
    this.#ending.set(operation.id, done);
    await done;
  }

  /** Where the disks of its VM are; undefined for this machine. */
  async #hostOf({ vmId }: Operation): Promise<Host | undefined> {
    const { store } = this.#doors.parts;
    const vm = await store.vms.find(vmId);
    return vm && hostIfAny(store, vm);
  }

  #running(vmId: number): Operation | undefined {
    return this.#doors.log.running((one) => one.inPlace === true && one.vmId === vmId);
  }

  /** The VM is the restore's from now on; sizes count in quotas at once. */
  async #take(tx: Store, before: Vm, operation: Operation, disks: SwappedDisk[], by: By): Promise<void> {
    const now = nowSec(this.#doors.parts.clock);
    const after = await tx.vms.update(before.id, (vm) => {
      if (vm.history.length > 0) {
        noteAction(vm, now, HISTORY_ACTION.RESTORE, by);
        closeHistory(vm, now);
      }
      enter('restore', vm);
      vm.operationId = operation.id;
      vm.userTemplate = withText(vm.userTemplate, 'ERROR');
      sizeDisks(vm, disks, 'sizeMb');
    });
    await keepWithinQuota(tx, after, grown(NOUNS.vms.charges(before), NOUNS.vms.charges(after)));
    for (const { persistentImageId, sizeMb } of disks) {
      if (persistentImageId < 0) continue;
      const image = await tx.images.get(persistentImageId);
      const larger = await tx.images.update(image.id, (record) => void (record.sizeMb = sizeMb));
      await keepWithinQuota(tx, larger, grown(NOUNS.images.charges(image), NOUNS.images.charges(larger)));
    }
  }

  async #run(operation: Operation, disks: RestoreDisk[], signal: AbortSignal): Promise<void> {
    const { parts, runs, makeWay } = this.#doors;
    const kept = operation.plan as KeptInPlace;
    try {
      const source = await parts.store.datastores.get(operation.datastoreId);
      await unlessAborted(makeWay(source.id), signal);
      const store = await parts.backupStoreConfigOf(source);
      const host = await this.#hostOf(operation);
      const directory = shownStore(parts, operation, host);
      const task: RestoreTask = { kind: 'restore', operationId: operation.id, store, disks, directory };
      const relay = (event: MoverEvent): void => runs.relay(operation, event);
      const { disks: written } = await parts.move<RestoreResult>(task, signal, relay, host);
      kept.written = written;
      parts.log.info({ operation: operation.id, vm: operation.vmId, written }, 'the disks of a restore are written');
      await this.#requireOff(operation.vmId);
      signal.throwIfAborted();
      kept.stage = 'swapping'; // from here it cannot be ended any more
      await parts.store.operations.save(operation);
    } catch (error) {
      return this.#fail(operation, whyEnded(error, signal));
    }
    await this.#finish(operation);
  }

  /** The files of a running machine are never taken from under it. */
  async #requireOff(vmId: number): Promise<void> {
    const { parts } = this.#doors;
    const vm = await parts.store.vms.get(vmId);
    const state = (await (await hypervisorOf(parts, vm)).domains()).get(vm.deployId);
    if (state !== 'running' && state !== 'paused') return;
    throw new OneError(CODE.ACTION, `Domain ${vm.deployId} is ${state}; its disks stay as they are.`, {
      objectId: vmId,
      hint: 'Power it off, then try again.',
    });
  }

  /** All new files are there: swap, record, and only then remove what was there before. May be repeated. */
  async #finish(operation: Operation): Promise<void> {
    if (stageOf(operation) === 'swapping') {
      await this.#doors.log.progress(operation, { phase: 'swapping' });
      await this.#standing(operation, () => this.#requireOff(operation.vmId));
      try {
        await this.#swap(operation);
      } catch (error) {
        const kept = operation.plan as KeptInPlace;
        kept.stage = 'reverting';
        kept.why = `The new disks could not take the place of the old ones, which are back: ${reasonOf(error)}`;
        return this.#revert(operation);
      }
    }
    await this.#standing(operation, () => this.#tidy(operation));
  }

  async #swap(operation: Operation): Promise<void> {
    const { parts } = this.#doors;
    const kept = operation.plan as KeptInPlace;
    await swapIn(parts.filesOf(await this.#hostOf(operation)), kept.disks);
    const recorded: Operation = { ...operation, plan: { ...kept, stage: 'recorded' } satisfies KeptInPlace };
    await parts.store.transaction(async (tx) => {
      await tx.operations.save(recorded);
      await tx.vms.update(operation.vmId, (vm) => {
        if (vm.operationId !== operation.id) return;
        afterSwap(vm, kept.disks, kept.imageId, kept.pointId);
      });
    });
    kept.stage = 'recorded';
  }

  /** A swap that did not come to its end is taken back. May be repeated. */
  async #revert(operation: Operation): Promise<void> {
    const { parts } = this.#doors;
    const { disks, why = '' } = operation.plan as KeptInPlace;
    await this.#standing(operation, async () => {
      await parts.store.operations.save(operation);
      await this.#requireOff(operation.vmId);
      await swapBack(parts.filesOf(await this.#hostOf(operation)), disks);
    });
    await this.#fail(operation, new OneError(CODE.INTERNAL, why));
  }

  async #tidy(operation: Operation): Promise<void> {
    const { parts, log } = this.#doors;
    const { disks, written = [] } = operation.plan as KeptInPlace;
    const before = await parts.store.vms.find(operation.vmId);
    let left = '';
    await removeAside(parts.filesOf(await this.#hostOf(operation)), disks).catch((error: unknown) => {
      left = ` Old files are left beside the disks: ${reasonOf(error)}`;
    });
    if (before) await this.#forget(operation, before);
    await parts.store.transaction(async (tx) => {
      await tx.vms.update(operation.vmId, (vm) => leave(vm, operation));
      await log.end(tx, operation, 'done', `${saidWritten(written)}${left}`.trim());
    });
    log.announce(operation);
  }

  /** Where a step fails that has to be done, the restore stands still and says so where the user looks: it can be ended again. */
  async #standing(operation: Operation, step: () => Promise<void>): Promise<void> {
    const { parts, log } = this.#doors;
    try {
      await step();
    } catch (error) {
      operation.reason = reasonOf(error);
      const how = `Make that good, then: onevm recover --failure ${operation.vmId}`;
      await parts.store.vms
        .update(operation.vmId, (vm) => {
          showError(vm, `The restore in place stands still: ${operation.reason} ${how}`, parts.clock());
        })
        .catch((err: unknown) => parts.log.error({ operation: operation.id, err }, 'an error could not be shown'));
      await log.progress(operation, { phase: 'standing still' });
      throw error;
    }
  }

  /** Trackers and snapshots of the old disks mean nothing now. Those that stay cost room alone, so that is no failure. */
  async #forget(operation: Operation, vm: Vm): Promise<void> {
    const { parts } = this.#doors;
    try {
      const hypervisor = await hypervisorOf(parts, vm);
      for (const id of hypervisorIds(vm)) await hypervisor.deleteSnapshot(vm.deployId, id);
      if (!vm.backups.tracked) return;
      const directory = vmDirectory(vm, await systemDatastore(parts.store));
      const { disks } = operation.plan as KeptInPlace;
      const task: SettleTask = {
        ...{ kind: 'settle', operationId: operation.id, vmId: vm.id, domain: vm.deployId, keep: [] },
        hypervisor: parts.hypervisorConfigOf(await hostOf(parts.store, vm)),
        disks: readDisks(vm.template)
          .filter(({ diskId }) => disks.some((one) => one.diskId === diskId))
          .map(({ diskId, format }) => ({
            ...{ diskId, format, target: '', file: '' },
            path: disks.find((one) => one.diskId === diskId)?.path ?? `${directory}/disk.${diskId}`,
          })),
      };
      await parts.move(task, new AbortController().signal, () => undefined, await this.#hostOf(operation));
    } catch (err) {
      parts.log.warn({ operation: operation.id, vm: vm.id, err }, 'trackers or snapshots of the old disks are left');
    }
  }

  async #fail(operation: Operation, error: unknown, more = ''): Promise<void> {
    const { parts, log } = this.#doors;
    const { disks } = operation.plan as KeptInPlace;
    let reason = reasonOf(error) + more;
    const host = await this.#hostOf(operation);
    const files = parts.filesOf(host);
    await files.clearMount(shownStore(parts, operation, host)).catch((clearing: unknown) => {
      reason += ` The view of the backups could not be cleared: ${reasonOf(clearing)}.`;
    });
    await removeFresh(files, disks).catch((removing: unknown) => {
      reason += ` New files are left beside the disks: ${reasonOf(removing)}.`;
    });
    const { cancelling = false } = operation;
    const what = cancelling ? 'a restore in place was cancelled' : 'a restore in place failed';
    parts.log.warn({ operation: operation.id, vm: operation.vmId, reason }, what);
    await parts.store.transaction(async (tx) => {
      await tx.vms.update(operation.vmId, (vm) => {
        if (vm.operationId !== operation.id) return;
        sizeDisks(vm, disks, 'sizeBefore');
        leave(vm, operation);
        if (!cancelling) showError(vm, `The restore in place failed: ${reason}`, parts.clock());
      });
      for (const { persistentImageId, sizeBefore } of disks) {
        if (persistentImageId < 0 || !(await tx.images.find(persistentImageId))) continue;
        await tx.images.update(persistentImageId, (image) => void (image.sizeMb = sizeBefore));
      }
      await log.end(tx, operation, 'failed', reason);
    });
    log.announce(operation);
  }
}

function stageOf(operation: Operation): KeptInPlace['stage'] {
  return (operation.plan as KeptInPlace).stage;
}

function leave(vm: Vm, { id }: Operation): void {
  if (vm.operationId !== id) return;
  if (vm.lcmState === LCM.RESTORE) setState(vm, VM_STATE.POWEROFF, LCM.LCM_INIT);
  vm.operationId = null;
}
