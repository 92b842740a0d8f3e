// Disks and NICs that come to a VM and leave it, while it runs or is powered off. A domain that is off is made anew when it starts,
// so then the record and the disk's file are all there is to change.
import { field, type Vector } from '../model/attributes.ts';
import { CODE, OneError } from '../model/errors.ts';
import type { Image } from '../model/image.ts';
import type { VirtualNetwork } from '../model/vnet.ts';
import { VM_STATE, type Vm, type VmChange } from '../model/vm.ts';
import type { Store } from '../store/store.ts';
import { prepareDisk } from './boot.ts';
import type { ChangeWork } from './change.ts';
import { addDisk, addNic, diskOf, nicOf, refuseDetach, refuseNicDetach, removeDisk, removeNic } from './device-list.ts';
import { diskPath, isInPlace } from './disks.ts';
import { domainDisk, domainNic } from './domain-spec.ts';
import { leaseNic } from './leases.ts';
import { collapse, removeLayers } from './overlays.ts';
import type { Parts } from './parts.ts';
import { filesOf, hostIfAny, hypervisorOf, imagesOf, systemDatastore, vmDirectory } from './places.ts';
import { stateAfter } from './states.ts';
import { holdImage } from './uses.ts';

/** `image` is what the DISK names, undefined for a volatile one. */
export async function beginDiskAttach(tx: Store, vm: Vm, wanted: Vector, image: Image | undefined): Promise<VmChange> {
  const diskId = addDisk(vm, wanted, image);
  if (image) await holdImage(tx, image.id);
  return { kind: 'attach-disk', diskId };
}

export function beginDiskDetach(vm: Vm, diskId: number): VmChange {
  refuseDetach(vm, diskId);
  return { kind: 'detach-disk', diskId };
}

export async function beginNicAttach(
  tx: Store,
  vm: Vm,
  wanted: Vector,
  network: VirtualNetwork | undefined,
): Promise<VmChange> {
  const nic = addNic(vm, wanted, network);
  await leaseNic(tx, vm.id, nic);
  return { kind: 'attach-nic', nicId: Number(field(nic, 'NIC_ID')) };
}

export function beginNicDetach(vm: Vm, nicId: number): VmChange {
  refuseNicDetach(vm, nicId);
  return { kind: 'detach-nic', nicId };
}

export function attachDisk(diskId: number): ChangeWork {
  return {
    repeatable: true,
    carryOut: async (parts, vm) => {
      const disk = diskOf(vm, diskId);
      const system = await systemDatastore(parts.store);
      const directory = vmDirectory(vm, system);
      const images = await imagesOf(parts.store, vm);
      await prepareDisk(parts.imageStoreOf(system, await hostIfAny(parts.store, vm)), disk, images, directory);
      if (!isLive(vm)) return;
      const hypervisor = await hypervisorOf(parts, vm);
      await hypervisor.attachDisk(vm.deployId, domainDisk(disk, images.get(disk.imageId), directory));
    },
    undo: (parts, vm) => takeDiskAway(parts, vm, diskId),
    failed: (vm) => removeDisk(vm, diskId),
  };
}

export function detachDisk(diskId: number): ChangeWork {
  return {
    repeatable: true,
    carryOut: (parts, vm) => takeDiskAway(parts, vm, diskId),
    done: (vm) => removeDisk(vm, diskId),
  };
}

/** A disk's file goes only when the machine has let go of it for sure. */
async function takeDiskAway(parts: Parts, vm: Vm, diskId: number): Promise<void> {
  const disk = diskOf(vm, diskId);
  if (isLive(vm)) await (await hypervisorOf(parts, vm)).detachDisk(vm.deployId, disk);
  if (isInPlace(disk)) return collapse(parts, vm, [disk]);
  await removeLayers(parts, vm, disk);
  const path = diskPath(disk, vmDirectory(vm, await systemDatastore(parts.store)));
  await (await filesOf(parts, vm)).remove(path);
}

export function attachNic(nicId: number): ChangeWork {
  return {
    repeatable: true,
    carryOut: async (parts, vm) => {
      if (!isLive(vm)) return;
      const [nic] = domainNic(nicOf(vm, nicId).vector, nicId);
      if (!nic) throw new OneError(CODE.ACTION, `NIC ${nicId} has no bridge to be connected to.`);
      await (await hypervisorOf(parts, vm)).attachNic(vm.deployId, nic);
    },
    undo: (parts, vm) => takeNicAway(parts, vm, nicId),
    failed: (vm) => removeNic(vm, nicId),
  };
}

export function detachNic(nicId: number): ChangeWork {
  return {
    repeatable: true,
    carryOut: (parts, vm) => takeNicAway(parts, vm, nicId),
    done: (vm) => removeNic(vm, nicId),
  };
}

async function takeNicAway(parts: Parts, vm: Vm, nicId: number): Promise<void> {
  if (!isLive(vm)) return;
  const mac = field(nicOf(vm, nicId).vector, 'MAC') ?? '';
  await (await hypervisorOf(parts, vm)).detachNic(vm.deployId, { nicId, mac });
}

/** Whether the VM runs while its change goes on. */
export function isLive(vm: Pick<Vm, 'state' | 'lcmState'>): boolean {
  return stateAfter(vm)?.state === VM_STATE.ACTIVE;
}
