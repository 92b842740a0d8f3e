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

/** Where the data of a VM's disk lies: in its image or wherever an imported VM has it, else in a file in the VM's directory. */
export function diskPath(disk: VmDisk, vmDirectory: string): string {
  return isInPlace(disk) ? disk.source : `${vmDirectory}/disk.${disk.diskId}`;
}

/** Where layers over that file may lie, when the increments of the VM's backups are made of layers. */
export function overlayDirectory({ diskId }: Pick<VmDisk, 'diskId'>, vmDirectory: string): string {
  return `${vmDirectory}/disk.${diskId}.snap`;
}

/** Whether the disk is no file that the VM's directory holds: it is neither made nor removed with the VM. */
export function isInPlace(disk: VmDisk): boolean {
  return disk.persistent || disk.kind === 'cdrom' || (disk.imageId < 0 && disk.source !== '');
}

/** Given by the system alone; what a template has of them is not read. */
const SYSTEM = new Set(['DISK_ID', 'ATTACH', 'ORIGINAL_SIZE']);

/**
 * One DISK of a template made ready for a VM. `image` is what IMAGE_ID or IMAGE names, undefined for a volatile disk. Only a VM that
 * is taken over as it is (`imported`) may have files of its own as disks: with SOURCE anybody could read any file.
 */
export function makeDisk(
  wanted: Vector,
  diskId: number,
  image: Image | undefined,
  usedTargets: Set<string>,
  imported = false,
): Vector {
  const disk = wanted.filter(([name]) => !SYSTEM.has(name)).map(([name, value]): Vector[number] => [name, value]);
  setField(disk, 'DISK_ID', String(diskId));
  if (image) fromImage(disk, diskId, image);
  else if (hasFile(disk)) fromFile(disk, diskId, imported);
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
  const size = sizeOver(disk, diskId, image);
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
    ['SIZE', String(size)],
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
    throw new OneError(CODE.ALLOCATE, `${name} ${whyUnusable(image)}.`);
  }
}

/** Why an image cannot be a disk now, and what can be done. */
function whyUnusable({ id, state }: Image): string {
  switch (state) {
    case IMAGE_STATE.ERROR:
      return `could not be made, or its data is gone; oneimage show ${id} says why`;
    case IMAGE_STATE.DISABLED:
      return `is disabled; oneimage enable ${id} makes it usable`;
    case IMAGE_STATE.DELETE:
      return 'is being deleted; use another';
    case IMAGE_STATE.USED_PERS:
      return `is persistent and in use by another VM; wait until it is in state rdy (oneimage show ${id})`;
    default:
      return `is not ready; wait until it is in state rdy (oneimage show ${id})`;
  }
}

/** SIZE of a disk with an image: the image's, or more, when the disk is a file of its own that can be larger than what it stands on. */
function sizeOver(disk: Vector, diskId: number, image: Image): number {
  const given = field(disk, 'SIZE') ?? '';
  if (given === '' || given === String(image.sizeMb)) return image.sizeMb;
  const size = sizeMbOf(given, `DISK ${diskId}`);
  const name = `image ${image.id} (${image.name})`;
  if (size < image.sizeMb) {
    throw new OneError(
      CODE.ALLOCATE,
      `DISK ${diskId} has SIZE="${given}", but ${name} has ${image.sizeMb} MB, and a disk cannot be smaller; leave SIZE out.`,
    );
  }
  if (!image.persistent && image.type !== IMAGE_TYPE.CDROM) return size;
  const why = image.persistent ? 'is persistent; let it grow with onevm disk-resize' : 'is a CDROM';
  throw new OneError(CODE.ALLOCATE, `DISK ${diskId} has SIZE="${given}", but ${name} ${why}; leave SIZE out.`);
}

/** A number of MB; `whose` begins the error. */
export function sizeMbOf(given: string, whose: string): number {
  if (/^[1-9]\d*$/.test(given) && Number(given) <= MAX_SIZE_MB) return Number(given);
  throw new OneError(
    CODE.ALLOCATE,
    `${whose} has SIZE="${given}"; it must be a number of MB from 1 to ${MAX_SIZE_MB}.`,
  );
}

function hasFile(disk: Vector): boolean {
  return (field(disk, 'SOURCE') ?? '') !== '';
}

function fromFile(disk: Vector, diskId: number, imported: boolean): void {
  const source = field(disk, 'SOURCE') ?? '';
  if (!imported) {
    throw new OneError(
      CODE.ALLOCATE,
      `DISK ${diskId} has SOURCE="${source}" and no image; make an image of that file (oneimage create) and use its IMAGE_ID.`,
    );
  }
  const format = field(disk, 'FORMAT') ?? '';
  if (!isDiskFormat(format)) {
    throw new OneError(CODE.ALLOCATE, `DISK ${diskId} has FORMAT="${format}"; it must be qcow2 or raw.`);
  }
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
  sizeMbOf(field(disk, 'SIZE') ?? '', `DISK ${diskId}`);
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
