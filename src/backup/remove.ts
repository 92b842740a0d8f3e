// Deletes a backup: its data first, its record after. A failure is shown on the image, which can then be deleted again.
import { withText } from '../model/attributes.ts';
import { sourcesOf } from '../model/chain.ts';
import { reasonOf } from '../model/errors.ts';
import { IMAGE_STATE, type Image } from '../model/image.ts';
import type { Parts } from '../vm/parts.ts';
import { retain } from './retention.ts';

export async function removeBackup(parts: Parts, image: Image, signal?: AbortSignal): Promise<void> {
  const { store } = parts;
  let before = image.state;
  await store.images.update(image.id, (record) => {
    before = record.state;
    if (before !== IMAGE_STATE.DELETE) record.prevState = before;
    record.state = IMAGE_STATE.DELETE;
  });
  if (before === IMAGE_STATE.DELETE) return; // somebody else is at it
  try {
    const datastore = await store.datastores.get(image.datastoreId);
    await (await parts.backupStoreOf(datastore)).remove(sourcesOf(image), signal);
  } catch (error) {
    parts.log.warn({ image: image.id, err: error }, 'a backup could not be deleted');
    await store.images.update(image.id, (record) => {
      record.prevState = record.state;
      record.state = IMAGE_STATE.ERROR;
      record.template = withText(record.template, 'ERROR', `The backup could not be deleted: ${reasonOf(error)}`);
    });
    return;
  }
  await store.transaction(async (tx) => {
    await tx.images.remove(image.id);
    for (const vmId of image.vms) {
      if (!(await tx.vms.find(vmId))) continue;
      await tx.vms.update(vmId, (vm) => void (vm.backups.ids = vm.backups.ids.filter((id) => id !== image.id)));
    }
  });
}

/** Deletes what KEEP_LAST of the VM does not keep, until the signal aborts: the rest goes with the next backup. */
export async function dropSurplus(parts: Parts, vmId: number, signal: AbortSignal): Promise<void> {
  const vm = await parts.store.vms.get(vmId);
  const images: Image[] = [];
  for (const id of vm.backups.ids) {
    const image = await parts.store.images.find(id);
    if (image) images.push(image);
  }
  for (const { image, drop, reason } of retain(images, vm.backups.config.keepLast)) {
    if (drop !== 'image') continue;
    if (signal.aborted) return;
    parts.log.info({ vm: vmId, image: image.id, reason }, 'a backup is dropped by KEEP_LAST');
    await removeBackup(parts, image, signal);
  }
}
