// Snapshots of single disks, kept inside their qcow2: by the hypervisor while the VM runs, in the file while it is off.
import type { DiskSnapshotChange, Vm, VmChange } from '../model/vm.ts';
import { CODE, OneError } from '../model/errors.ts';
import type { ChangeWork } from './change.ts';
import { diskOf } from './device-list.ts';
import {
  activateDiskSnapshot,
  addDiskSnapshot,
  diskSnapshotOf,
  dropDiskSnapshot,
  refuseDelete,
  snapshotName,
} from './disk-snapshot-list.ts';
import { diskPath, readDisks, type VmDisk } from './disks.ts';
import { isLive } from './hotplug.ts';
import { collapse } from './overlays.ts';
import type { Parts } from './parts.ts';
import { hostIfAny, hypervisorOf, systemDatastore, vmDirectory } from './places.ts';
import { hypervisorIds } from './snapshot-list.ts';

type Change = Extract<VmChange, { kind: DiskSnapshotChange }>;

export function beginDiskSnapshot(vm: Vm, diskId: number, name: string, nowSec: number): Change {
  return { kind: 'create-disk-snapshot', diskId, snapshotId: addDiskSnapshot(vm, diskId, name, nowSec) };
}

export function beginDiskRevert(vm: Vm, diskId: number, snapshotId: number): Change {
  const { sizeMb } = diskSnapshotOf(vm, diskId, snapshotId);
  const now = diskOf(vm, diskId).sizeMb;
  if (sizeMb === now) return { kind: 'revert-disk-snapshot', diskId, snapshotId };
  throw new OneError(
    CODE.ACTION,
    `Snapshot ${snapshotId} of disk ${diskId} has ${sizeMb} MB, but the disk has ${now} MB by now and cannot shrink.`,
    { objectId: vm.id },
  );
}

export function beginDiskSnapshotDelete(vm: Vm, diskId: number, snapshotId: number): Change {
  refuseDelete(vm, diskId, snapshotId);
  return { kind: 'delete-disk-snapshot', diskId, snapshotId };
}

export function createDiskSnapshot({ diskId, snapshotId }: Change): ChangeWork {
  return {
    repeatable: false,
    carryOut: async (parts, vm) => {
      const { files, path, disk } = await placeOf(parts, vm, diskId);
      await collapse(parts, vm, [disk]);
      const name = snapshotName(vm.id, diskId, snapshotId);
      if (!isLive(vm)) return files.createSnapshot(path, name);
      await (await hypervisorOf(parts, vm)).createDiskSnapshot(vm.deployId, disk.target, name);
    },
    undo: async (parts, vm) => {
      await collapse(parts, vm, [diskOf(vm, diskId)]); // the guest may stand still for one that was cut short
      await forget(parts, vm, diskId, snapshotId);
    },
    failed: (vm) => dropDiskSnapshot(vm, diskId, snapshotId),
  };
}

export function revertDiskSnapshot({ diskId, snapshotId }: Change): ChangeWork {
  return {
    repeatable: true,
    carryOut: async (parts, vm) => {
      const { files, path, disk } = await placeOf(parts, vm, diskId);
      await collapse(parts, vm, [disk]);
      await files.revertSnapshot(path, snapshotName(vm.id, diskId, snapshotId));
    },
    done: (vm) => activateDiskSnapshot(vm, diskId, snapshotId),
  };
}

export function deleteDiskSnapshot({ diskId, snapshotId }: Change): ChangeWork {
  return {
    repeatable: true,
    carryOut: (parts, vm) => forget(parts, vm, diskId, snapshotId),
    done: (vm) => dropDiskSnapshot(vm, diskId, snapshotId),
  };
}

async function forget(parts: Parts, vm: Vm, diskId: number, snapshotId: number): Promise<void> {
  const { files, path, disk } = await placeOf(parts, vm, diskId);
  const name = snapshotName(vm.id, diskId, snapshotId);
  if (!isLive(vm)) return files.deleteSnapshots(path, [name]);
  await (await hypervisorOf(parts, vm)).deleteDiskSnapshot(vm.deployId, disk.target, name);
}

/**
 * Forgets all snapshots in the files of persistent disks: to be called when a VM has left its host for good. What the disks hold
 * stays; others that use the image later must find no trace of this VM in it.
 */
export async function cleanPersistentDisks(parts: Parts, vm: Vm): Promise<void> {
  for (const disk of readDisks(vm.template)) {
    if (!disk.persistent || disk.imageId < 0 || disk.format !== 'qcow2') continue;
    const ofDisk = vm.diskSnapshots?.find(({ diskId }) => diskId === disk.diskId)?.snapshots ?? [];
    const names = [...ofDisk.map(({ id }) => snapshotName(vm.id, disk.diskId, id)), ...hypervisorIds(vm)];
    if (names.length === 0) continue;
    const { files, path } = await placeOf(parts, vm, disk.diskId);
    await files.deleteSnapshots(path, names);
  }
}

async function placeOf(parts: Parts, vm: Vm, diskId: number) {
  const disk: VmDisk = diskOf(vm, diskId);
  const system = await systemDatastore(parts.store);
  const host = await hostIfAny(parts.store, vm);
  return { disk, path: diskPath(disk, vmDirectory(vm, system)), files: parts.imageStoreOf(system, host) };
}
