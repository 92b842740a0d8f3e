// The disks of a VM: how a template's DISK becomes one of the VM, and how a VM's DISK is read again. Pure.
import { CODE, OneError } from '../model/errors.ts';
import { field, setField, text, vectors, type Attributes, type Vector } from '../model/attributes.ts';
import { isDiskFormat } from '../model/ids.ts';
import { FILE_SYSTEMS, IMAGE_STATE, IMAGE_TYPE, type DiskFormat, type Image } from '../model/image.ts';

export type DiskKind = 'file' | 'cdrom' | 'fs' | 'swap';

export interface VmDisk {
  diskId: number;
  kind: DiskKind;
  /** -1 for a volatile disk. */
  imageId: number;
  /** Data of the image in its datastore, empty for a volatile disk. */
  source: string;
  /** Format of the VM's own disk: a non-persistent image is used through a qcow2 on top of it. */
  format: DiskFormat;
  persistent: boolean;
  sizeMb: number;
  target: string;
  fs: string;
  vector: Vector;
}

const IMAGE_IS_FREE = new Set<number>([IMAGE_STATE.READY, IMAGE_STATE.USED]);
/** 16 TiB. */
export const MAX_SIZE_MB = 16 * 1024 * 1024;

/** The VM's disks as its TEMPLATE tells. */
export function readDisks(template: Attributes): VmDisk[] {
  return vectors(template, 'DISK').map((vector) => {
    const format = field(vector, 'FORMAT') ?? 'raw';
    return {
      diskId: Number(field(vector, 'DISK_ID')),
      kind: (field(vector, 'TYPE') ?? 'FILE').toLowerCase() as DiskKind,
      imageId: Number(field(vector, 'IMAGE_ID') ?? -1),
      source: field(vector, 'SOURCE') ?? '',
      format: isDiskFormat(format) ? format : 'raw',
      persistent: field(vector, 'PERSISTENT') === 'YES',
      sizeMb: Number(field(vector, 'SIZE') ?? 0),
      target: field(vector, 'TARGET') ?? '',
      fs: field(vector, 'FS') ?? '',
      vector,
    };
  });
}

/** Where the data of a VM's disk lies: persistent images are used in place, others have a file in the VM's directory. */
export function diskPath(disk: VmDisk, vmDirectory: string): string {
  return disk.persistent || disk.kind === 'cdrom' ? disk.source : `${vmDirectory}/disk.${disk.diskId}`;
}

/** One DISK of a template made ready for a VM. `image` is what IMAGE_ID or IMAGE names, undefined for a volatile disk. */
export function makeDisk(wanted: Vector, diskId: number, image: Image | undefined, usedTargets: Set<string>): Vector {
  const disk = wanted.filter(([name]) => name !== 'DISK_ID').map(([name, value]): Vector[number] => [name, value]);
  setField(disk, 'DISK_ID', String(diskId));
  if (image) fromImage(disk, diskId, image);
  else volatile(disk, diskId);
  const target = field(disk, 'TARGET') || freeTarget(field(disk, 'DEV_PREFIX') || prefixOf(image), usedTargets);
  if (usedTargets.has(target)) {
    throw new OneError(
      CODE.ALLOCATE,
      `DISK ${diskId} has TARGET="${target}", which another disk uses; choose a free one.`,
    );
  }
  usedTargets.add(target);
  setField(disk, 'TARGET', target);
  return disk;
}

function fromImage(disk: Vector, diskId: number, image: Image): void {
  refuseUnusable(image);
  refuseOtherSize(disk, diskId, image);
  const cdrom = image.type === IMAGE_TYPE.CDROM;
  const ownFormat = image.persistent || cdrom ? image.format : 'qcow2';
  const values: Array<[string, string]> = [
    ['IMAGE_ID', String(image.id)],
    ['IMAGE', image.name],
    ['IMAGE_UNAME', image.uname],
    ['DATASTORE_ID', String(image.datastoreId)],
    ['DATASTORE', image.datastore],
    ['SOURCE', image.source],
    ['FORMAT', ownFormat],
    ['TYPE', cdrom ? 'CDROM' : 'FILE'],
    ['SIZE', String(image.sizeMb)],
    ['ORIGINAL_SIZE', String(image.sizeMb)],
    ['PERSISTENT', image.persistent ? 'YES' : 'NO'],
    ['CLONE', image.persistent || cdrom ? 'NO' : 'YES'],
    ['SAVE', image.persistent ? 'YES' : 'NO'],
    ['READONLY', cdrom ? 'YES' : 'NO'],
    ['TM_MAD', 'qcow2'],
    ['DISK_TYPE', cdrom ? 'CDROM' : 'FILE'],
  ];
  for (const [name, value] of values) setField(disk, name, value);
}

function refuseUnusable(image: Image): void {
  const name = `Image ${image.id} (${image.name})`;
  if (image.type === IMAGE_TYPE.BACKUP) {
    throw new OneError(CODE.ALLOCATE, `${name} is a backup: restore it first, then use the images that makes.`);
  }
  if (!IMAGE_IS_FREE.has(image.state) || (image.persistent && image.state !== IMAGE_STATE.READY)) {
    const why = image.state === IMAGE_STATE.USED_PERS ? 'is persistent and in use by another VM' : 'is not ready';
    throw new OneError(CODE.ALLOCATE, `${name} ${why}; wait until it is in state rdy (oneimage show ${image.id}).`);
  }
}

/** SIZE of a disk with an image comes from the image; a wish for another one must not be lost silently. */
function refuseOtherSize(disk: Vector, diskId: number, image: Image): void {
  const size = field(disk, 'SIZE') ?? '';
  if (size === '' || size === String(image.sizeMb)) return;
  throw new OneError(
    CODE.ALLOCATE,
    `DISK ${diskId} has SIZE="${size}", but image ${image.id} (${image.name}) has ${image.sizeMb} MB, and resizing it is not available; leave SIZE out.`,
  );
}

function volatile(disk: Vector, diskId: number): void {
  const type = (field(disk, 'TYPE') ?? '').toLowerCase();
  if (type !== 'fs' && type !== 'swap') {
    const given = type === '' ? 'has neither IMAGE_ID, IMAGE nor TYPE' : `has TYPE="${type}"`;
    throw new OneError(
      CODE.ALLOCATE,
      `DISK ${diskId} ${given}; a disk needs an image, or TYPE fs or swap with SIZE in MB.`,
    );
  }
  const size = field(disk, 'SIZE') ?? '';
  if (!/^[1-9]\d*$/.test(size) || Number(size) > MAX_SIZE_MB) {
    throw new OneError(
      CODE.ALLOCATE,
      `DISK ${diskId} has SIZE="${size}"; it must be a number of MB from 1 to ${MAX_SIZE_MB}.`,
    );
  }
  const format = (field(disk, 'FORMAT') || (type === 'swap' ? 'raw' : 'qcow2')).toLowerCase();
  if (!isDiskFormat(format)) {
    throw new OneError(CODE.ALLOCATE, `DISK ${diskId} has FORMAT="${format}"; it must be qcow2 or raw.`);
  }
  const fs = field(disk, 'FS') ?? '';
  if (type === 'fs' && fs !== '' && !FILE_SYSTEMS.includes(fs.toLowerCase())) {
    const known = FILE_SYSTEMS.join(', ');
    throw new OneError(CODE.ALLOCATE, `DISK ${diskId} has FS="${fs}"; it must be one of ${known}, or empty for none.`);
  }
  setField(disk, 'TYPE', type);
  setField(disk, 'FORMAT', format);
  setField(disk, 'PERSISTENT', 'NO');
}

/** What the image says, else virtio; but there is no virtio CDROM. */
function prefixOf(image: Image | undefined): string {
  return (image && text(image.template, 'DEV_PREFIX')) || (image?.type === IMAGE_TYPE.CDROM ? 'hd' : 'vd');
}

function freeTarget(prefix: string, used: Set<string>): string {
  for (let number = 0; number < 26 * 27; number++) {
    const target = prefix + letters(number);
    if (!used.has(target)) return target;
  }
  throw new OneError(CODE.ALLOCATE, `There is no free device name that begins with ${prefix}.`);
}

/** 0 -> a, 25 -> z, 26 -> aa. */
function letters(number: number): string {
  const last = String.fromCharCode(97 + (number % 26));
  return number < 26 ? last : letters(Math.floor(number / 26) - 1) + last;
}
