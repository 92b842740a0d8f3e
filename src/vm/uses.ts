// What VMs use of others: images are marked as used while a VM says that it uses them, and addresses are its own.
import { IMAGE_STATE } from '../model/image.ts';
import type { Vm } from '../model/vm.ts';
import type { Store } from '../store/store.ts';
import { readDisks } from './disks.ts';
import { removeActions } from './schedules.ts';

const { READY, USED, USED_PERS } = IMAGE_STATE;

/** Marks the images of a new VM as used. */
export async function holdImages(tx: Store, vm: Vm): Promise<void> {
  for (const id of imageIds(vm)) await holdImage(tx, id);
}

/** Marks the image of a VM's new disk as used. */
export async function holdImage(tx: Store, id: number): Promise<void> {
  const image = await tx.images.get(id);
  const state = image.persistent ? USED_PERS : USED;
  if (image.state !== state) await tx.images.update(id, (record) => void (record.state = state));
}

/** Gives back all that a VM had which is no more: its images, its addresses and what is scheduled. The store already says that it is DONE. */
export async function releaseAll(tx: Store, vm: Vm): Promise<void> {
  await releaseImages(tx, vm);
  await removeActions(tx, 'action-vm', vm.id);
  await tx.leases.freeVm(vm.id);
}

/** Gives back the images that nobody uses any more. `vm` is what it was; the store already says that it uses them no longer. */
export async function releaseImages(tx: Store, vm: Vm): Promise<void> {
  for (const id of imageIds(vm)) {
    const image = await tx.images.find(id);
    if (!image || (image.state !== USED && image.state !== USED_PERS)) continue;
    const users = await tx.links.of('vm-image', id);
    if (users.length === 0) await tx.images.update(id, (record) => void (record.state = READY));
  }
}

function imageIds(vm: Vm): Set<number> {
  return new Set(readDisks(vm.template).flatMap(({ imageId }) => (imageId < 0 ? [] : [imageId])));
}
