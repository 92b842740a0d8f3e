// Decides what a restore in place makes of a VM's disks, or why it is not possible. Pure. Throws a OneError (ACTION) that says what
// there is instead of what was asked for.
import { DATASTORE_TYPE, type Datastore } from '../model/datastore.ts';
import { CODE, OneError } from '../model/errors.ts';
import { IMAGE_STATE, type Image } from '../model/image.ts';
import type { RestoreDisk, WrittenDisk } from '../model/tasks/restore.ts';
import type { Vm } from '../model/vm.ts';
import { setDiskSize } from '../vm/device-list.ts';
import { diskPath, overlayDirectory, readDisks, type VmDisk } from '../vm/disks.ts';
import { endChain } from '../vm/increment-ability.ts';
import { nextOrRefuse } from '../vm/states.ts';
import { planRestore } from './plan.ts';

export interface InPlaceRequest {
  vm: Vm;
  image: Image;
  backupDatastore: Pick<Datastore, 'id' | 'dsMad'>;
  /** Where the VM has its own files. */
  vmDirectory: string;
  /** -1 for the newest point. */
  incrementId: number;
  /** -1 for all disks that the point holds. */
  diskId: number;
  /** Take a backup of another VM, and disks of other sizes. */
  force: boolean;
  operationId: string;
}

/** What happens to one disk: a new file beside it takes its name, and what was there is put aside until all is recorded. */
export interface SwappedDisk {
  diskId: number;
  path: string;
  fresh: string;
  aside: string;
  /** Directory of layers over the disk, which go with it. */
  overlays: string;
  overlaysAside: string;
  sizeMb: number;
  sizeBefore: number;
  /** The image whose own file the disk is; -1 for none. */
  persistentImageId: number;
}

export interface InPlacePlan {
  pointId: number;
  disks: SwappedDisk[];
  /** What the mover is to write, in the same order. */
  work: RestoreDisk[];
}

const NOWHERE = { id: -1, type: DATASTORE_TYPE.IMAGE_DS };

export function planInPlace(request: InPlaceRequest): InPlacePlan {
  const { vm, image, incrementId, diskId, force } = request;
  nextOrRefuse('restore', vm);
  const given = (name: string, id: number): number | undefined => {
    if (id >= 0) return id;
    if (id === -1) return undefined;
    throw refusal(vm, image, `${name} ${id} is not right; it is a number from 0, or -1 for what is usual`);
  };
  const wantedDisk = given('disk', diskId);
  if (wantedDisk !== undefined) requireDisk(request, wantedDisk);
  const plan = planRestore({
    ...{ image, backupDatastore: request.backupDatastore, destination: NOWHERE, name: `vm-${vm.id}` },
    incrementId: given('increment', incrementId),
    diskId: wantedDisk,
  });
  if (image.state !== IMAGE_STATE.READY) throw refusal(vm, image, 'the image is not in state rdy; wait until it is');
  if (!force && !image.vms.includes(vm.id)) {
    const whose = image.vms.length === 0 ? 'of no known VM' : `of VM ${image.vms.join(', ')}`;
    throw refusal(vm, image, `the backup is ${whose}`);
  }
  const mine = new Map(readDisks(vm.template).map((disk) => [disk.diskId, disk]));
  const disks: SwappedDisk[] = [];
  const work: RestoreDisk[] = [];
  for (const { stored, members } of plan.disks) {
    const disk = mine.get(stored.diskId);
    if (!disk || disk.kind === 'cdrom') {
      if (force) continue;
      throw refusal(vm, image, `the backup holds disk ${stored.diskId}, which the VM does not have`);
    }
    const swapped = swapOf(request, disk, Math.ceil(stored.virtualBytes / 2 ** 20));
    if (!force) refuseOther(request, disk, swapped, stored.originalFormat);
    disks.push(swapped);
    work.push({ stored, members, target: swapped.fresh, targetFormat: disk.format, present: swapped.path });
  }
  if (disks.length === 0) throw refusal(vm, image, 'the VM has none of the disks that the backup holds');
  return { pointId: plan.point.id, disks, work };
}

function requireDisk({ vm, image }: InPlaceRequest, diskId: number): void {
  const all = readDisks(vm.template).filter(({ kind }) => kind !== 'cdrom');
  if (all.some((disk) => disk.diskId === diskId)) return;
  const has = all.map((disk) => disk.diskId).join(', ') || 'none';
  throw refusal(vm, image, `the VM has no disk ${diskId} that could be restored; it has ${has}`);
}

function refuseOther({ vm, image }: InPlaceRequest, disk: VmDisk, swapped: SwappedDisk, format: string): void {
  if (format !== disk.format) {
    throw refusal(vm, image, `disk ${disk.diskId} has FORMAT="${disk.format}", and had "${format}" in the backup`);
  }
  if (swapped.sizeMb !== disk.sizeMb) {
    throw refusal(vm, image, `disk ${disk.diskId} has ${disk.sizeMb} MB, and had ${swapped.sizeMb} MB in the backup`);
  }
}

function swapOf({ vmDirectory, operationId }: InPlaceRequest, disk: VmDisk, sizeMb: number): SwappedDisk {
  const path = diskPath(disk, vmDirectory);
  const overlays = overlayDirectory(disk, vmDirectory);
  return {
    ...{ diskId: disk.diskId, path, overlays, sizeMb, sizeBefore: disk.sizeMb },
    fresh: `${path}.restore-${operationId}`,
    aside: `${path}.before-restore-${operationId}`,
    overlaysAside: `${overlays}.before-restore-${operationId}`,
    persistentImageId: disk.persistent ? disk.imageId : -1,
  };
}

/** The record of a VM whose disks are those of the backup now: nothing that lay in the old files is spoken of any more. */
export function afterSwap(vm: Vm, disks: readonly SwappedDisk[], imageId: number, pointId: number): void {
  const restored = new Set(disks.map(({ diskId }) => diskId));
  vm.template = vm.template.filter(([name]) => name !== 'SNAPSHOT');
  vm.diskSnapshots = (vm.diskSnapshots ?? []).map((one) =>
    restored.has(one.diskId) ? { ...one, snapshots: [] } : one,
  );
  vm.standalone = [...new Set([...(vm.standalone ?? []), ...restored])];
  const [word, verb] = restored.size === 1 ? ['disk', 'was'] : ['disks', 'were'];
  const from = `increment ${pointId} of image ${imageId}`;
  endChain(vm, `${word} ${[...restored].join(', ')} ${verb} restored in place from ${from}`);
}

/** The sizes of the disks while the restore goes on, or again as they were before. */
export function sizeDisks(vm: Vm, disks: readonly SwappedDisk[], which: 'sizeMb' | 'sizeBefore'): void {
  const has = new Set(readDisks(vm.template).map(({ diskId }) => diskId));
  for (const disk of disks) if (has.has(disk.diskId)) setDiskSize(vm, disk.diskId, disk[which]);
}

/** What was written, and which way was taken, in words. */
export function saidWritten(written: readonly WrittenDisk[]): string {
  const bytes = (count: number): string => `${(count / 2 ** 20).toFixed(1)} MiB`;
  const said = written.map(({ diskId, way, why, writtenBytes, clearedBytes }) => {
    if (way === 'whole') return `disk ${diskId}: ${bytes(writtenBytes)} written, all of it, because ${why}`;
    const cleared = clearedBytes === 0 ? '' : ` and ${bytes(clearedBytes)} cleared`;
    return `disk ${diskId}: ${bytes(writtenBytes)} written${cleared}, only what differed`;
  });
  return said.length === 0 ? '' : `${said.join('; ')}.`;
}

function refusal(vm: Vm, image: Image, why: string): OneError {
  return new OneError(
    CODE.ACTION,
    `Could not restore virtual machine ${vm.id} from image ${image.id} (${image.name}): ${why}.`,
    { objectId: vm.id },
  );
}
