// Restores at once: the VM is made and runs on top of the backup itself, while an ordinary restore fills its images behind it. When these
// are there and checked, the VM reads from them instead, without a stop. Until then nothing of the backup may go, so the operation stays
// under way however often the copy fails.
import { STARTER } from '../exec/mover.ts';
import type { Attributes } from '../model/attributes.ts';
import type { Datastore } from '../model/datastore.ts';
import { CODE, OneError, reasonOf } from '../model/errors.ts';
import { IMAGE_STATE, type Image } from '../model/image.ts';
import type { RestoreDisk, RestoreResult } from '../model/tasks/restore.ts';
import type { ServeTask } from '../model/tasks/serve.ts';
import type { Operation } from '../model/operation.ts';
import type { User } from '../model/user.ts';
import { VM_STATE, type ServedDiskOf, type Vm } from '../model/vm.ts';
import type { Store } from '../store/store.ts';
import { LOOK } from '../nodes/duties.ts';
import { dutyOfVm } from '../nodes/duty.ts';
import { described } from '../vm/boot.ts';
import { readDisks } from '../vm/disks.ts';
import { showError } from '../vm/history.ts';
import type { Lane } from '../vm/lane.ts';
import type { OperationLog } from '../vm/operation-log.ts';
import { nowSec, type Parts } from '../vm/parts.ts';
import { hypervisorOf } from '../vm/places.ts';
import { cancelled, interrupted, unlessAborted, type Runs } from '../vm/runs.ts';
import type { Turns } from '../vm/turns.ts';
import { makeObjects, restoreDisks, takeBack, type KeptRestore } from './objects.ts';
import { endLeft } from './ended.ts';
import { readOptions } from './options.ts';
import { planRestore } from './plan.ts';
import { Serving } from './serving.ts';

/** A copy that failed is tried again by itself after this time, or when somebody asks for it. */
const AGAIN_MS = 10 * 60_000;

interface KeptInstant extends KeptRestore {
  sourceId: number;
  disks: RestoreDisk[];
  /** `copied`: all images are there and checked; what is left is to let the VM use them. */
  stage: 'copying' | 'copied';
}

export interface InstantDoors {
  parts: Parts;
  log: OperationLog;
  runs: Runs;
  lane: Lane;
  turns: Turns;
  /** Called before the datastore of a backup is read. */
  makeWay: (datastoreId: number) => Promise<void>;
}

/** Makes a VM of a template, in the caller's transaction and with the rights of the one who asked; its images count as there. */
export type MakeVm = (tx: Store, template: Attributes, name: string) => Promise<Vm>;

export class InstantRestores {
  readonly #doors: InstantDoors;
  readonly #serving: Serving;
  readonly #timers = new Map<string, NodeJS.Timeout>();

  constructor(doors: InstantDoors) {
    this.#doors = doors;
    this.#serving = new Serving(doors.parts);
  }

  /** Accepts it; the VM waits for a host then, like any other. Throws OneError when it is not possible; then nothing was made. */
  async start(user: User, backup: Image, destination: Datastore, options: Attributes, makeVm: MakeVm): Promise<Vm> {
    const { parts, log } = this.#doors;
    const { store } = parts;
    const source = await store.datastores.get(backup.datastoreId);
    const plan = planRestore({ image: backup, backupDatastore: source, destination, ...readOptions(options) });
    if (!plan.template) {
      throw new OneError(CODE.ACTION, 'A restore at once makes a VM, so it takes all disks; leave DISK_ID out.');
    }
    const disks = restoreDisks(parts, plan, destination);
    const operation = log.draft({
      ...{
        kind: 'restore',
        instant: true,
        vmId: -1,
        hostId: -1,
        datastoreId: destination.id,
        imageIds: [],
        plan: null,
      },
      ...{ reason: '', reads: { imageId: backup.id, datastoreId: source.id }, asked: { by: 'user', uid: user.id } },
    });
    const vm = await store.transaction(async (tx) => {
      const templateId = await makeObjects(tx, { user, plan, disks, destination, operation }, nowSec(parts.clock));
      const { template } = await tx.templates.get(templateId);
      const made = await makeVm(tx, template, plan.name);
      for (const id of operation.imageIds)
        await tx.images.update(id, (image) => void (image.state = IMAGE_STATE.LOCKED));
      const kept = operation.plan as KeptRestore;
      operation.vmId = made.id;
      operation.plan = { ...kept, sourceId: source.id, disks, stage: 'copying' } satisfies KeptInstant;
      await tx.operations.save(operation);
      return tx.vms.update(made.id, (record) => {
        record.instant = { operationId: operation.id, disks: this.#served(record, operation, disks) };
      });
    });
    log.started(operation);
    this.ready(vm).catch(() => undefined); // its boot waits for it, and says why it failed
    this.#copy(operation);
    return vm;
  }

  /** Settles when the disks of the VM can be read. Throws OneError when they cannot; those of one that `runs` are tried on. */
  async ready({ instant }: Pick<Vm, 'instant'>, runs = false): Promise<void> {
    if (!instant) return;
    const { operationId } = instant;
    await this.#serving.ready(operationId, () => this.#serveTask(operationId), runs);
  }

  /** Tries a copy again that has failed. Throws OneError when there is none to resume. */
  resume(vm: Vm): void {
    const { log, lane } = this.#doors;
    const operation = log.running((one) => one.instant === true && one.vmId === vm.id);
    if (!operation || !vm.instant) {
      throw new OneError(CODE.ACTION, `Virtual machine ${vm.id} reads from no backup: there is nothing to resume.`, {
        objectId: vm.id,
      });
    }
    if (lane.has(operation.id)) return;
    this.#copy(operation);
  }

  /** Ends a restore whose VM is no more, and takes back what it made. Throws while the VM is there: it reads from the backup. */
  async cancel(operation: Operation): Promise<void> {
    const { parts, log, lane } = this.#doors;
    const vm = await parts.store.vms.find(operation.vmId);
    if (vm && vm.state !== VM_STATE.DONE) {
      throw new OneError(CODE.ACTION, `Virtual machine ${vm.id} runs on what is being restored: terminate it first.`, {
        objectId: vm.id,
      });
    }
    await log.cancelling(operation);
    this.#noTimer(operation.id);
    await lane.stop(operation.id, cancelled());
    await this.#stopServing(operation.id);
    await takeBack(parts, log, operation, 'It was cancelled.');
  }

  /** Goes on with a restore that was under way when the daemon ended. */
  async takeUp(operation: Operation): Promise<void> {
    const { parts, log } = this.#doors;
    log.started(operation);
    if (operation.cancelling) {
      const host = await parts.bridgeOf(await parts.store.datastores.get(operation.datastoreId));
      const ended = await endLeft(parts, operation.id, { butOf: STARTER }, host);
      await takeBack(parts, log, operation, `It was cancelled.${ended}`);
      return;
    }
    const vm = await parts.store.vms.find(operation.vmId);
    if (vm && vm.state !== VM_STATE.DONE) this.ready(vm, true).catch(() => undefined);
    this.#copy(operation);
  }

  /** Leaves those whose VM is with another node now to that: there its disks are served, and copied from the start. */
  async passOn(): Promise<void> {
    const { parts, log, lane } = this.#doors;
    for (const operation of log.all().filter(({ instant }) => instant === true)) {
      const vm = await parts.store.vms.find(operation.vmId);
      if (!vm || parts.duties.owns(dutyOfVm(vm))) continue;
      this.#noTimer(operation.id);
      await lane.stop(operation.id, interrupted());
      await this.#stopServing(operation.id);
      if (!log.has(operation.id)) continue; // it has come to its end
      await log.handOver(operation);
      parts.duties.tell(LOOK);
    }
  }

  /** As the daemon stops: what is under way goes on when it starts again, and so do VMs that meet data which is not copied yet. */
  async stopAll(): Promise<void> {
    for (const id of this.#timers.keys()) this.#noTimer(id);
    await this.#serving.stopAll();
  }

  #served(vm: Vm, operation: Operation, disks: readonly RestoreDisk[]): ServedDiskOf[] {
    const directory = this.#directoryOf(operation.id);
    return readDisks(vm.template).flatMap(({ diskId, imageId }) => {
      const stored = disks[operation.imageIds.indexOf(imageId)]?.stored;
      if (!stored) return [];
      const socket = `${directory}/disk.${stored.diskId}.sock`;
      return [{ diskId, socket, exportName: `disk.${stored.diskId}`, virtualBytes: stored.virtualBytes }];
    });
  }

  #directoryOf(operationId: string): string {
    return `${this.#doors.parts.runDirectory}/${operationId}`;
  }

  async #serveTask(operationId: string): Promise<ServeTask> {
    const { parts } = this.#doors;
    const operation = await parts.store.operations.find(operationId);
    const { sourceId, disks } = operation?.plan as KeptInstant;
    return {
      kind: 'serve',
      operationId,
      store: await parts.backupStoreConfigOf(await parts.store.datastores.get(sourceId)),
      disks: disks.map(({ stored, members }) => ({ diskId: stored.diskId, members })),
      directory: this.#directoryOf(operationId),
    };
  }

  async #stopServing(operationId: string): Promise<void> {
    await this.#serving.stop(operationId);
    await this.#doors.parts.filesOf().removeEmpty(this.#directoryOf(operationId));
  }

  /** One attempt, when there is room for it. */
  #copy(operation: Operation): void {
    const { lane, runs } = this.#doors;
    this.#noTimer(operation.id);
    lane.add({
      key: operation.id,
      run: (signal) => this.#attempt(operation, signal),
      waits: (reason) => runs.waits(operation, reason),
    });
  }

  async #attempt(operation: Operation, signal: AbortSignal): Promise<void> {
    const kept = operation.plan as KeptInstant;
    try {
      if (kept.stage === 'copying') await this.#fill(operation, kept, signal);
      signal.throwIfAborted();
      kept.stage = 'copied';
      await this.#doors.parts.store.operations.save(operation);
      await this.#handOver(operation);
    } catch (error) {
      if (!signal.aborted) await this.#failed(operation, reasonOf(error));
    }
  }

  async #fill(operation: Operation, { sourceId, disks, targets }: KeptInstant, signal: AbortSignal): Promise<void> {
    const { parts, runs, makeWay } = this.#doors;
    const { store } = parts;
    await unlessAborted(makeWay(sourceId), signal);
    const destination = await store.datastores.get(operation.datastoreId);
    const host = await parts.bridgeOf(destination);
    await parts.endProcesses(operation.id, { butOf: STARTER }, host); // that of a dead daemon removes what it has begun
    const files = parts.imageStoreOf(destination);
    for (const target of targets) await files.remove(target); // of an attempt that was killed
    const config = await parts.backupStoreConfigOf(await store.datastores.get(sourceId));
    const directory = `${parts.runDirectoryOf(host)}/${operation.id}-copy`; // the other one is what the VM reads through
    await parts.filesOf(host).clearMount(directory);
    const task = { kind: 'restore' as const, operationId: operation.id, store: config, disks, directory };
    await parts.move<RestoreResult>(task, signal, (event) => runs.relay(operation, event), host);
  }

  /** From now on the VM stands on its images. It may be off, or be no more; nothing else happens to it meanwhile. */
  async #handOver(operation: Operation): Promise<void> {
    const { parts, log, turns } = this.#doors;
    const { store } = parts;
    await turns.take(operation.vmId, async () => {
      const vm = await store.vms.find(operation.vmId);
      if (vm?.instant && vm.state !== VM_STATE.DONE && vm.history.length > 0) {
        await (await hypervisorOf(parts, vm)).rebase(vm.deployId, (await described(parts, vm)).spec.disks);
      }
      await store.transaction(async (tx) => {
        if (vm)
          await tx.vms.update(vm.id, (record) => {
            delete record.instant;
          });
        for (const id of operation.imageIds) {
          const used = (await tx.links.of('vm-image', id)).length > 0;
          await tx.images.update(id, (image) => void (image.state = used ? IMAGE_STATE.USED : IMAGE_STATE.READY));
        }
        await log.end(tx, operation, 'done', '');
      });
    });
    log.announce(operation);
    await this.#stopServing(operation.id);
  }

  async #failed(operation: Operation, reason: string): Promise<void> {
    const { parts, runs } = this.#doors;
    const { id, vmId } = operation;
    parts.log.warn({ operation: id, vm: vmId, reason }, 'the copy behind a VM failed');
    runs.waits(operation, `another attempt; the last one failed: ${reason}`);
    const said = `Its disks could not be copied: ${reason} It goes on from the backup; onevm restore --resume ${vmId} tries again.`;
    if (await parts.store.vms.find(vmId))
      await parts.store.vms.update(vmId, (vm) => showError(vm, said, parts.clock()));
    const timer = setTimeout(() => this.#copy(operation), AGAIN_MS);
    timer.unref();
    this.#timers.set(id, timer);
  }

  #noTimer(operationId: string): void {
    clearTimeout(this.#timers.get(operationId));
    this.#timers.delete(operationId);
  }
}
