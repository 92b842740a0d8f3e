// Disks that grow, while their VM runs or is off. The record says the new size at once, so that quotas see it; a failure takes it
// back. A persistent image has the size of its disk.
import type { Vm, VmChange } from '../model/vm.ts';
import { NOUNS } from '../store/nouns.ts';
import type { Store } from '../store/store.ts';
import type { ChangeWork } from './change.ts';
import { diskOf, refuseResize, setDiskSize } from './device-list.ts';
import { isLive } from './hotplug.ts';
import { activeLayer } from './overlays.ts';
import { hostIfAny, hypervisorOf, systemDatastore } from './places.ts';
import { keepWithinQuota } from './quota.ts';

type Resize = Extract<VmChange, { kind: 'resize-disk' }>;

/** `given` is the new size in MB as the caller wrote it. */
export async function beginDiskResize(tx: Store, vm: Vm, diskId: number, given: string): Promise<VmChange> {
  const sizeMb = refuseResize(vm, diskId, given);
  const disk = diskOf(vm, diskId);
  setDiskSize(vm, diskId, sizeMb);
  if (disk.persistent && disk.imageId >= 0) {
    const { sizeMb: before } = await tx.images.get(disk.imageId);
    const image = await setImageSize(tx, disk.imageId, sizeMb);
    const charges = NOUNS.images.charges(image).filter(({ metric }) => metric === 'SIZE');
    await keepWithinQuota(
      tx,
      image,
      charges.map((charge) => ({ ...charge, amount: sizeMb - before })),
    );
  }
  return { kind: 'resize-disk', diskId, sizeMb, sizeBefore: disk.sizeMb };
}

export function growDisk({ diskId, sizeMb, sizeBefore }: Resize): ChangeWork {
  return {
    repeatable: true,
    carryOut: async (parts, vm) => {
      const disk = diskOf(vm, diskId);
      const bytes = sizeMb * 2 ** 20;
      if (isLive(vm)) return (await hypervisorOf(parts, vm)).resizeDisk(vm.deployId, disk.target, bytes);
      const system = await systemDatastore(parts.store);
      const { path, format } = await activeLayer(parts, vm, disk);
      await parts.imageStoreOf(system, await hostIfAny(parts.store, vm)).grow(path, format, bytes);
    },
    failed: (vm) => setDiskSize(vm, diskId, sizeBefore),
    settle: async (tx, vm, error) => {
      const disk = diskOf(vm, diskId);
      if (error !== undefined && disk.persistent && disk.imageId >= 0) {
        await setImageSize(tx, disk.imageId, sizeBefore);
      }
    },
  };
}

function setImageSize(tx: Store, imageId: number, sizeMb: number): ReturnType<Store['images']['update']> {
  return tx.images.update(imageId, (image) => void (image.sizeMb = sizeMb));
}
