// The disks and NICs in a VM's record: finding one, adding one with an id that none ever had, and taking one out. A snapshot of the
// whole machine brings back its devices too, so they stay as they are until it is gone. Pure.
import { field, setField, text, vectors, type Attributes, type Vector } from '../model/attributes.ts';
import { CODE, OneError } from '../model/errors.ts';
import type { Image } from '../model/image.ts';
import type { Vm } from '../model/vm.ts';
import type { VirtualNetwork } from '../model/vnet.ts';
import { makeDisk, readDisks, sizeMbOf, type VmDisk } from './disks.ts';
import { makeNic, readNics, refuseUnofferedNics } from './nics.ts';
import { refuseWithSnapshots } from './states.ts';

type Counted = keyof NonNullable<Vm['highestIds']>;
const COUNTED: Record<Counted, [vector: string, id: string]> = {
  disk: ['DISK', 'DISK_ID'],
  nic: ['NIC', 'NIC_ID'],
  snapshot: ['SNAPSHOT', 'SNAPSHOT_ID'],
};

/** An id that no disk, NIC or snapshot of the VM ever had: a chain of backups may still know an earlier one by its number. */
export function takeId(vm: Vm, what: Counted): number {
  const highest: Record<Counted, number> = { disk: -1, nic: -1, snapshot: -1, ...vm.highestIds };
  const [vector, id] = COUNTED[what];
  const there = vectors(vm.template, vector).map((one) => Number(field(one, id) ?? -1));
  const taken = Math.max(highest[what], ...there) + 1;
  vm.highestIds = { ...highest, [what]: taken };
  return taken;
}

export function diskOf(vm: Vm, diskId: number): VmDisk {
  const disks = readDisks(vm.template);
  const disk = disks.find((one) => one.diskId === diskId);
  if (disk) return disk;
  throw missing(vm.id, 'disk', diskId, disks.map((one) => one.diskId).join(', '));
}

/** Adds a disk to the record; returns its id. */
export function addDisk(vm: Vm, wanted: Vector, image: Image | undefined): number {
  refuseWithSnapshots(vm, 'attaching a disk');
  const disks = readDisks(vm.template);
  if (image?.persistent && disks.some(({ imageId }) => imageId === image.id)) {
    const name = `Image ${image.id} (${image.name})`;
    throw new OneError(CODE.ACTION, `${name} is persistent and a disk of this VM already; no other may write to it.`);
  }
  const diskId = takeId(vm, 'disk');
  const disk = makeDisk(wanted, diskId, image, new Set(disks.map(({ target }) => target)));
  vm.template = [...vm.template, ['DISK', disk]];
  return diskId;
}

/** Throws when the disk cannot be taken from the VM now. */
export function refuseDetach(vm: Vm, diskId: number): void {
  const disk = diskOf(vm, diskId);
  refuseWithSnapshots(vm, 'detaching a disk');
  if (!disk.persistent || snapshotCount(vm, diskId) === 0) return;
  throw new OneError(
    CODE.ACTION,
    `Disk ${diskId} of virtual machine ${vm.id} is a persistent image with snapshots, which would be lost; delete them first.`,
    { objectId: vm.id, hint: `onevm disk-snapshot-delete ${vm.id} ${diskId} <snapshot>` },
  );
}

export function removeDisk(vm: Vm, diskId: number): void {
  vm.template = without(vm.template, 'DISK', 'DISK_ID', diskId);
  const left = vm.diskSnapshots?.filter((one) => one.diskId !== diskId);
  if (left) vm.diskSnapshots = left;
}

/** The size in MB that a disk shall have; throws when it is no larger than it is, or the disk cannot grow. */
export function refuseResize(vm: Vm, diskId: number, given: string): number {
  const disk = diskOf(vm, diskId);
  const sizeMb = sizeMbOf(given, `Disk ${diskId}`);
  refuseWithSnapshots(vm, 'resizing a disk');
  const why =
    sizeMb <= disk.sizeMb
      ? `has ${disk.sizeMb} MB, and a disk only grows: ${sizeMb} MB is not larger`
      : disk.kind === 'cdrom'
        ? 'is a CDROM, which cannot grow'
        : snapshotCount(vm, diskId) > 0
          ? 'has snapshots of its present size; delete them first (onevm disk-snapshot-delete)'
          : undefined;
  if (why === undefined) return sizeMb;
  throw new OneError(CODE.ACTION, `Disk ${diskId} of virtual machine ${vm.id} ${why}.`, { objectId: vm.id });
}

export function setDiskSize(vm: Vm, diskId: number, sizeMb: number): void {
  setField(diskOf(vm, diskId).vector, 'SIZE', String(sizeMb));
}

export function nicOf(vm: Vm, nicId: number): { nicId: number; networkId: number; vector: Vector } {
  const nics = readNics(vm.template);
  const nic = nics.find((one) => one.nicId === nicId);
  if (nic) return nic;
  throw missing(vm.id, 'NIC', nicId, nics.map((one) => one.nicId).join(', '));
}

/** Adds a NIC to the record, still without an address; returns its vector, which the record holds. */
export function addNic(vm: Vm, wanted: Vector, network: VirtualNetwork | undefined): Vector {
  refuseWithSnapshots(vm, 'attaching a NIC');
  refuseUnofferedNics([['NIC', wanted]]);
  const nicId = takeId(vm, 'nic');
  const nic = makeNic(wanted, vm.id, nicId, network, vectors(vm.template, 'NIC_DEFAULT')[0]);
  vm.template = [...vm.template, ['NIC', nic]];
  return nic;
}

export function refuseNicDetach(vm: Vm, nicId: number): void {
  nicOf(vm, nicId);
  refuseWithSnapshots(vm, 'detaching a NIC');
}

export function removeNic(vm: Vm, nicId: number): void {
  vm.template = without(vm.template, 'NIC', 'NIC_ID', nicId);
}

function snapshotCount(vm: Vm, diskId: number): number {
  return vm.diskSnapshots?.find((one) => one.diskId === diskId)?.snapshots.length ?? 0;
}

function without(template: Attributes, vector: string, idName: string, id: number): Attributes {
  return template.filter(
    ([name, value]) => name !== vector || typeof value === 'string' || field(value, idName) !== String(id),
  );
}

function missing(vmId: number, what: string, id: number, known: string): OneError {
  const has = known === '' ? 'none' : known;
  return new OneError(CODE.ACTION, `Virtual machine ${vmId} has no ${what} ${id}; it has ${has}.`, { objectId: vmId });
}

/** The one vector of this name in a template that a call was given. */
export function onlyVector(template: Attributes, name: string): Vector {
  const found = vectors(template, name);
  const [first] = found;
  if (first && found.length === 1) return first;
  const given = text(template, name) === undefined ? `${found.length}` : 'a text';
  throw new OneError(CODE.ACTION, `The template must have one ${name}=[ ... ]; it has ${given}.`);
}
