// Which images VMs use: held when a VM is made, given back when it ends.
import { IMAGE_STATE } from '../model/image.ts';
import type { Vm } from '../model/vm.ts';
import type { Store } from '../store/store.ts';
import { readDisks } from './disks.ts';
import { imagesOf } from './places.ts';

/** Marks the images of a new VM as used. */
export async function holdImages(tx: Store, vm: Vm): Promise<void> {
  for (const { imageId } of readDisks(vm.template)) {
    if (imageId < 0) continue;
    await tx.images.update(imageId, (image) => {
      image.vms = [...new Set([...image.vms, vm.id])]; // two disks may use one image
      image.runningVms = image.vms.length;
      image.state = image.persistent ? IMAGE_STATE.USED_PERS : IMAGE_STATE.USED;
    });
  }
}

/** Gives back what an ended VM used. */
export async function releaseImages(tx: Store, vm: Vm): Promise<void> {
  for (const imageId of (await imagesOf(tx, vm)).keys()) {
    await tx.images.update(imageId, (image) => {
      image.vms = image.vms.filter((id) => id !== vm.id);
      image.runningVms = image.vms.length;
      if (image.vms.length === 0 && (image.state === IMAGE_STATE.USED || image.state === IMAGE_STATE.USED_PERS)) {
        image.state = IMAGE_STATE.READY;
      }
    });
  }
}
