// Saves what a disk of a VM holds as a new image. A running VM's disk is read from one instant of it, through the same exports as a
// backup; that of a VM that is off from its file.
import { text, withText } from '../model/attributes.ts';
import { DATASTORE_TYPE, type Datastore } from '../model/datastore.ts';
import { CODE, OneError } from '../model/errors.ts';
import { IMAGE_STATE, IMAGE_TYPE, type Image } from '../model/image.ts';
import { VM_STATE, type Vm, type VmChange } from '../model/vm.ts';
import { NOUNS } from '../store/nouns.ts';
import type { Store } from '../store/store.ts';
import type { DiskData } from '../datastore/image-store.ts';
import type { BackupBegin } from '../hypervisor/hypervisor.ts';
import type { ChangeWork } from './change.ts';
import { diskOf } from './device-list.ts';
import { diskSnapshotOf, snapshotName } from './disk-snapshot-list.ts';
import { diskPath, overlayDirectory, type VmDisk } from './disks.ts';
import { isLive } from './hotplug.ts';
import { newImage, type ImagePlace } from './new-image.ts';
import { activeLayer } from './overlays.ts';
import type { Parts } from './parts.ts';
import { hostIfAny, hypervisorOf, systemDatastore, vmDirectory } from './places.ts';
import { keepWithinQuota } from './quota.ts';

type Save = Extract<VmChange, { kind: 'save-disk' }>;

export interface SaveOrder {
  diskId: number;
  name: string;
  /** OS, DATABLOCK ...; empty for that of the disk's own image. */
  type: string;
  /** A snapshot of the disk; -1 for what it holds now. */
  snapshotId: number;
  /** Owner, time and place of the image; the caller may use that datastore. */
  place: Omit<ImagePlace, 'id'>;
}

/** Throws when the VM has no such disk or snapshot. */
export function checkSave(vm: Vm, diskId: number, snapshotId: number): VmDisk {
  const disk = diskOf(vm, diskId);
  if (snapshotId >= 0) diskSnapshotOf(vm, diskId, snapshotId);
  else if (snapshotId < -1)
    throw new OneError(CODE.ACTION, `Snapshot ${snapshotId} is not right; -1 is the disk itself.`);
  return disk;
}

/** The datastore the image goes to: that of the disk's own image, else the first for images. */
export async function datastoreForSave(store: Store, disk: VmDisk): Promise<Datastore> {
  const image = disk.imageId < 0 ? undefined : await store.images.find(disk.imageId);
  const own = image && (await store.datastores.find(image.datastoreId));
  const all = own ? [own] : await store.datastores.list({ ascending: true });
  const found = all.find(({ type }) => type === DATASTORE_TYPE.IMAGE_DS);
  if (found) return found;
  throw new OneError(CODE.ACTION, 'There is no image datastore; create one with TYPE="IMAGE_DS".');
}

export async function beginSave(tx: Store, vm: Vm, order: SaveOrder): Promise<Save> {
  const { diskId, snapshotId, place } = order;
  const disk = checkSave(vm, diskId, snapshotId);
  if (snapshotId >= 0 && isRunning(vm)) {
    throw new OneError(
      CODE.ACTION,
      `Snapshot ${snapshotId} of disk ${diskId} cannot be read while virtual machine ${vm.id} runs; power it off first, or save the disk as it is now.`,
      { objectId: vm.id },
    );
  }
  const sizeMb = snapshotId < 0 ? disk.sizeMb : diskSnapshotOf(vm, diskId, snapshotId).sizeMb;
  const own = disk.imageId < 0 ? undefined : await tx.images.find(disk.imageId);
  const image = await tx.images.allocate((id) =>
    newImage({ ...place, id }, [
      ['NAME', order.name],
      ['TYPE', order.type === '' ? typeName(own) : order.type],
      ['SIZE', String(Math.max(sizeMb, 1))],
      ['FORMAT', disk.format],
      ...prefix(own),
      ['SAVED_VM_ID', String(vm.id)],
      ['SAVED_DISK_ID', String(diskId)],
      ['SAVED_IMAGE_ID', String(disk.imageId)],
    ]),
  );
  await keepWithinQuota(tx, image, NOUNS.images.charges(image));
  return { kind: 'save-disk', diskId, snapshotId, imageId: image.id };
}

export function saveDisk({ diskId, snapshotId, imageId }: Save): ChangeWork {
  return {
    repeatable: false, // the image was LOCKED by a daemon that is gone, and counts as failed
    carryOut: async (parts, vm) => {
      const image = await parts.store.images.get(imageId);
      const host = await hostIfAny(parts.store, vm); // the disk is read where it is
      const files = parts.imageStoreOf(await parts.store.datastores.get(image.datastoreId), host);
      const disk = diskOf(vm, diskId);
      const copy = (from: DiskData): Promise<unknown> => files.copyDisk(from, disk.format, image.source);
      if (!isLive(vm)) {
        const snapshot = snapshotId < 0 ? {} : { snapshot: snapshotName(vm.id, diskId, snapshotId) };
        await copy({ ...(await dataOf(parts, vm, disk)), ...snapshot });
        return;
      }
      const instant = await (await hypervisorOf(parts, vm)).beginBackup(await beginOf(parts, vm, diskId, imageId));
      try {
        const [one] = instant.exports;
        if (!one) throw new OneError(CODE.INTERNAL, `Disk ${diskId} of virtual machine ${vm.id} was not exported.`);
        await copy({ socket: one.socket, exportName: one.exportName });
      } finally {
        await instant.end();
      }
    },
    undo: async (parts, vm) => {
      if (!isLive(vm)) return;
      await (await hypervisorOf(parts, vm)).cleanBackup(await beginOf(parts, vm, diskId, imageId));
    },
    settle: async (tx, _vm, error) => {
      const image = await tx.images.find(imageId);
      if (!image || image.state === IMAGE_STATE.DELETE) return;
      await tx.images.update(imageId, (record) => {
        record.prevState = record.state;
        record.state = error === undefined ? IMAGE_STATE.READY : IMAGE_STATE.ERROR;
        if (error !== undefined) record.template = withText(record.template, 'ERROR', error);
      });
    },
  };
}

async function dataOf(parts: Parts, vm: Vm, disk: VmDisk): Promise<{ path: string; format: VmDisk['format'] }> {
  const { path, format } = await activeLayer(parts, vm, disk);
  return { path, format };
}

/** The same each time, so that a daemon that starts again finds what the last one left. */
async function beginOf(parts: Parts, vm: Vm, diskId: number, imageId: number): Promise<BackupBegin> {
  const disk = diskOf(vm, diskId);
  const directory = vmDirectory(vm, await systemDatastore(parts.store));
  const { target, format } = disk;
  return {
    operationId: imageId.toString(16).padStart(16, '0'),
    vmId: vm.id,
    domain: vm.deployId,
    live: true,
    disks: [
      {
        ...{ diskId, target, format, path: diskPath(disk, directory), file: `disk.${diskId}.0` },
        overlays: overlayDirectory(disk, directory),
      },
    ],
    runDirectory: `${parts.runDirectoryOf(await hostIfAny(parts.store, vm))}/save-${imageId}`,
    freeze: 'NONE',
  };
}

function isRunning(vm: Vm): boolean {
  return vm.state === VM_STATE.ACTIVE;
}

function typeName(own: Image | undefined): string {
  const type = own?.type ?? IMAGE_TYPE.DATABLOCK;
  return Object.entries(IMAGE_TYPE).find(([, number]) => number === type)?.[0] ?? 'DATABLOCK';
}

/** A disk of the copy is attached as the original is. */
function prefix(own: Image | undefined): Array<[string, string]> {
  const given = own && text(own.template, 'DEV_PREFIX');
  return given === undefined ? [] : [['DEV_PREFIX', given]];
}
