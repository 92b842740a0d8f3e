// Carries out what is asked of a VM: deploy, power off, resume, reboot, terminate. Each step leaves the record in a state
// from which a restart of the daemon can go on.
import { mkdir, rm } from 'node:fs/promises';
import type { Hypervisor } from '../hypervisor/hypervisor.ts';
import { withText } from '../model/attributes.ts';
import type { Datastore } from '../model/datastore.ts';
import { CODE, OneError, reasonOf } from '../model/errors.ts';
import type { Host } from '../model/host.ts';
import { domainName, isDiskFormat } from '../model/ids.ts';
import type { Image } from '../model/image.ts';
import { LCM, VM_STATE, type LcmState, type Vm } from '../model/vm.ts';
import { diskPath, readDisks, type VmDisk } from './disks.ts';
import { domainSpec } from './domain-spec.ts';
import { closeHistory, HISTORY_ACTION, openHistory, showError } from './history.ts';
import { nowSec, type Parts } from './parts.ts';
import { hostOf, imagesOf, systemDatastore, vmDirectory } from './places.ts';
import { enter, setState, type Action } from './states.ts';
import { Turns } from './turns.ts';
import { releaseImages } from './uses.ts';

export class VmRunner {
  readonly #parts: Parts;
  readonly #turns = new Turns();
  /** When each VM was last asked to power off, in epoch milliseconds. */
  readonly #askedAt = new Map<number, number>();
  readonly #background = new Set<Promise<void>>();

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** Accepts the deployment of a VM on a host; the rest goes on in the background. `datastoreId` -1 leaves the choice open. */
  async deploy(vmId: number, host: Host, datastoreId = -1): Promise<void> {
    const { store, clock } = this.#parts;
    const system = await systemDatastore(store);
    if (datastoreId >= 0 && datastoreId !== system.id) refuseDatastore(await store.datastores.get(datastoreId), system);
    await store.transaction(async (tx) => {
      await tx.vms.update(vmId, (vm) => {
        enter('deploy', vm);
        vm.history.push(openHistory(vm, host, system, nowSec(clock)));
        vm.deployId = domainName(vm.id);
        vm.userTemplate = withText(vm.userTemplate, 'ERROR');
      });
    });
    this.#later(vmId, LCM.PROLOG_FAILURE, () => this.#prolog(vmId));
  }

  /** Accepts an action of one.vm.action. */
  async act(action: Action, vmId: number): Promise<void> {
    const { store, clock } = this.#parts;
    await store.transaction(async (tx) => {
      const vm = await tx.vms.update(vmId, (vm) => {
        enter(action, vm);
        if (vm.state === VM_STATE.DONE) vm.etime = nowSec(clock);
      });
      if (vm.state === VM_STATE.DONE) await releaseImages(tx, vm); // it was on no host: nothing else is to be ended
    });
    this.#askedAt.set(vmId, clock());
    const hard = action.endsWith('-hard');
    switch (action) {
      case 'poweroff':
      case 'poweroff-hard':
        return this.#later(vmId, LCM.RUNNING, async () =>
          (await this.#hypervisor(vmId)).shutdown(domainName(vmId), hard),
        );
      case 'resume':
        return this.#later(vmId, LCM.BOOT_FAILURE, () => this.#boot(vmId));
      case 'reboot':
      case 'reboot-hard':
        return this.#later(vmId, LCM.RUNNING, async () =>
          (await this.#hypervisor(vmId)).reboot(domainName(vmId), hard),
        );
      case 'terminate':
      case 'terminate-hard':
        return this.#later(vmId, LCM.EPILOG_FAILURE, () => this.#terminate(vmId, hard));
      default:
        return undefined;
    }
  }

  /** How long ago the VM was last asked to power off, in seconds. */
  sinceAskedSec(vmId: number): number {
    const { clock } = this.#parts;
    const askedAt = this.#askedAt.get(vmId);
    if (askedAt === undefined) this.#askedAt.set(vmId, clock());
    return (clock() - (askedAt ?? clock())) / 1000;
  }

  /** Goes on with what a stopped daemon left half-done. */
  takeUp(vm: Vm): void {
    if (vm.state !== VM_STATE.ACTIVE) return;
    if (vm.lcmState === LCM.PROLOG) this.#later(vm.id, LCM.PROLOG_FAILURE, () => this.#prolog(vm.id));
    if (vm.lcmState === LCM.BOOT || vm.lcmState === LCM.BOOT_POWEROFF) {
      this.#later(vm.id, LCM.BOOT_FAILURE, () => this.#boot(vm.id));
    }
    if (vm.lcmState === LCM.EPILOG) this.#later(vm.id, LCM.EPILOG_FAILURE, () => this.epilog(vm.id));
  }

  /** Removes what a VM has on its host and gives its images back; ends in DONE. */
  async epilog(vmId: number): Promise<void> {
    const { store, clock } = this.#parts;
    const vm = await store.vms.update(vmId, (vm) => {
      if (vm.state !== VM_STATE.DONE) setState(vm, VM_STATE.ACTIVE, LCM.EPILOG);
    });
    if (vm.state === VM_STATE.DONE) return; // the tick and an action may both have seen the guest go
    if (vm.history.length > 0) {
      await (await this.#hypervisor(vmId)).remove(domainName(vmId));
      await rm(vmDirectory(vm, await systemDatastore(store)), { recursive: true, force: true });
    }
    await store.transaction(async (tx) => {
      const ended = await tx.vms.update(vmId, (vm) => {
        setState(vm, VM_STATE.DONE, LCM.LCM_INIT);
        vm.etime = nowSec(clock);
        closeHistory(vm, nowSec(clock), HISTORY_ACTION.TERMINATE);
      });
      await releaseImages(tx, ended);
    });
  }

  /** Settles when nothing is under way; used when the daemon stops. */
  async idle(): Promise<void> {
    while (this.#background.size > 0) await Promise.all(this.#background);
  }

  async #prolog(vmId: number): Promise<void> {
    const { store } = this.#parts;
    const vm = await store.vms.get(vmId);
    const system = await systemDatastore(store);
    const directory = vmDirectory(vm, system);
    await mkdir(directory, { recursive: true, mode: 0o755 });
    const images = await imagesOf(store, vm);
    for (const disk of readDisks(vm.template)) await this.#prepareDisk(disk, images, directory, system);
    await store.vms.update(vmId, (vm) => setState(vm, VM_STATE.ACTIVE, LCM.BOOT));
    await this.#boot(vmId);
  }

  async #prepareDisk(disk: VmDisk, images: Map<number, Image>, directory: string, system: Datastore): Promise<void> {
    if (disk.persistent || disk.kind === 'cdrom') return;
    const files = this.#parts.imageStoreOf(system);
    const path = diskPath(disk, directory);
    if (disk.kind === 'file') {
      const image = images.get(disk.imageId);
      if (!image)
        throw new OneError(CODE.NO_EXISTS, `Image ${disk.imageId} of disk ${disk.diskId} does not exist any more.`);
      await files.overlay({ path: image.source, format: isDiskFormat(image.format) ? image.format : 'raw' }, path);
    } else {
      await files.volatile(path, disk.sizeMb * 1024 * 1024, disk.format, disk.kind, disk.fs);
    }
  }

  async #boot(vmId: number): Promise<void> {
    const { store, clock } = this.#parts;
    const vm = await store.vms.get(vmId);
    const host = await hostOf(store, vm);
    const directory = vmDirectory(vm, await systemDatastore(store));
    const spec = domainSpec(vm, await imagesOf(store, vm), directory, host.kvm === true);
    try {
      await this.#parts.hypervisorOf(host).deploy(spec);
    } catch (error) {
      await this.#fail(vmId, LCM.BOOT_FAILURE, error);
      return;
    }
    await store.vms.update(vmId, (vm) => {
      setState(vm, VM_STATE.ACTIVE, LCM.RUNNING);
      vm.lastPoll = nowSec(clock);
      const current = vm.history.at(-1);
      if (current && current.rstime === 0) current.rstime = nowSec(clock);
    });
  }

  async #terminate(vmId: number, hard: boolean): Promise<void> {
    const vm = await this.#parts.store.vms.get(vmId);
    if (vm.state === VM_STATE.DONE) return;
    if (vm.lcmState === LCM.SHUTDOWN && !hard) {
      await (await this.#hypervisor(vmId)).shutdown(domainName(vmId), false);
    } else {
      await this.epilog(vmId);
    }
  }

  async #hypervisor(vmId: number): Promise<Hypervisor> {
    const { store } = this.#parts;
    return this.#parts.hypervisorOf(await hostOf(store, await store.vms.get(vmId)));
  }

  /** Does the slow part of an action after the caller has its answer; a failure is shown on the VM. */
  #later(vmId: number, failedState: LcmState, work: () => Promise<void>): void {
    const done = this.#turns.take(vmId, work).catch((error: unknown) => this.#fail(vmId, failedState, error));
    this.#background.add(done);
    void done.finally(() => this.#background.delete(done));
  }

  async #fail(vmId: number, lcm: Vm['lcmState'], error: unknown): Promise<void> {
    this.#parts.log.warn({ vm: vmId, err: error }, 'an action on a VM failed');
    await this.#parts.store.vms.update(vmId, (vm) => {
      // a VM that is in a backup by now, as after a reboot that failed, belongs to that run
      if (vm.state === VM_STATE.ACTIVE && vm.operationId === null) setState(vm, VM_STATE.ACTIVE, lcm);
      showError(vm, reasonOf(error), this.#parts.clock());
    });
  }
}

function refuseDatastore(given: Datastore, system: Datastore): never {
  throw new OneError(
    CODE.ACTION,
    `Datastore ${given.id} (${given.name}) cannot hold the disks of running VMs here; use ${system.id} (${system.name}), or leave it out.`,
    { objectId: given.id },
  );
}
