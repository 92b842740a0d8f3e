// One backup of OpenNebula as it lies in a repository: which files it has, what their headers say, and what machine vm.xml describes. Pure:
// whoever can read gives the bytes. What is not believed is said in words; nothing that a file names is followed.
import { posix } from 'node:path';
import type { SnapshotFile } from '../datastore/backup-store.ts';
import { parseHeader } from '../disk/qcow2-format.ts';
import { scatteredRefusal } from '../disk/qcow2-scattered.ts';
import { field, merge, text, vectors, type Attributes } from '../model/attributes.ts';
import { reasonOf } from '../model/errors.ts';
import type { BackupPoint, DiskFormat, StoredDisk } from '../model/image.ts';
import { attributesOf } from '../wire/template-xml.ts';
import { readXml } from '../wire/xml-read.ts';
import type { NebulaIncrement } from './documents.ts';

/** Of a backup that OpenNebula wrote. */
export interface BackupFiles {
  /** Absolute path inside the snapshot. */
  directory: string;
  disks: Array<{ diskId: number; file: string; bytes: number }>;
  /** Names that nothing is made of. */
  others: string[];
}

const MOST_DISKS = 256;

/** The disks and where they lie, or in words why these are not the files of such a backup. */
export function backupFilesOf(files: readonly SnapshotFile[]): BackupFiles | string {
  const descriptions = files.filter(({ path }) => posix.basename(path) === 'vm.xml');
  const [description, second] = descriptions;
  if (!description) return 'it has no vm.xml';
  if (second) return `it has two files vm.xml, ${description.path} and ${second.path}`;
  const directory = posix.dirname(description.path);
  if (!/^(\/[^/\p{Cc}]+)+$/u.test(directory) || /\/\.{1,2}(\/|$)/.test(directory)) {
    return `the path of its files, ${JSON.stringify(directory)}, is not one that can be read`;
  }
  const disks: BackupFiles['disks'] = [];
  const others: string[] = [];
  for (const { path, bytes } of files) {
    const file = posix.basename(path);
    if (posix.dirname(path) !== directory) return `its files lie in ${directory} and in ${posix.dirname(path)}`;
    const diskId = /^disk\.(\d{1,9})\.\d{1,9}$/.exec(file)?.[1];
    if (/^disk\.\d+\.(rbd2|\d+\.rbdiff)$/.test(file)) return `${file} is in the export format of Ceph`;
    if (diskId !== undefined) disks.push({ diskId: Number(diskId), file, bytes });
    else if (file !== 'vm.xml') others.push(file);
  }
  const ids = disks.map(({ diskId }) => diskId);
  const twice = ids.find((id, index) => ids.indexOf(id) !== index);
  if (twice !== undefined) return `it has two files of disk ${twice}`;
  if (disks.length === 0) return 'it has no disks';
  if (disks.length > MOST_DISKS) return `it has ${disks.length} disks; ${MOST_DISKS} are possible`;
  return { directory, disks: disks.sort((a, b) => a.diskId - b.diskId), others: others.sort() };
}

/** The size of a disk by the first bytes of its file, or in words why it cannot be read. */
export function virtualBytesOf(file: string, first: Buffer, whole: boolean): number | string {
  try {
    const header = parseHeader(first, file);
    const refused = scatteredRefusal(header);
    if (refused !== undefined) return `${file} cannot be read: ${refused}`;
    if (whole && header.backing !== undefined) {
      return `${file} holds changes alone, though it is recorded as a full backup: its header says that it stands on another file`;
    }
    return header.virtualBytes;
  } catch (error) {
    return reasonOf(error).replace(/\.$/, '');
  }
}

/** The machine as vm.xml describes it, which OpenNebula writes in base64; or in words why it cannot be believed. */
export function machineOf(vmXml: string, vmId: number): Attributes | string {
  const plain = vmXml.trimStart().startsWith('<') ? vmXml : Buffer.from(vmXml, 'base64').toString('utf8');
  try {
    const vm = readXml(plain.replace(/^\s*<\?xml[^>]*\?>/, ''));
    if (vm.name !== 'VM') return `its vm.xml describes a ${vm.name}, not a VM`;
    if (vm.textOf('ID') !== String(vmId)) return `its vm.xml is of machine ${vm.textOf('ID')}, the image of ${vmId}`;
    const template = vm.child('TEMPLATE');
    const user = vm.child('USER_TEMPLATE');
    return merge(template ? attributesOf(template) : [], user ? attributesOf(user) : []);
  } catch (error) {
    return `its vm.xml cannot be read: ${reasonOf(error).replace(/\.$/, '')}`;
  }
}

export interface ReadPoint {
  increment: NebulaIncrement;
  files: BackupFiles;
  /** By number. */
  virtualBytes: ReadonlyMap<number, number>;
  vmTemplate: Attributes;
  /** Of which image, in words. */
  origin: string;
}

/** The point as it is recorded. */
export function pointOf({ increment, files, virtualBytes, vmTemplate, origin }: ReadPoint): BackupPoint {
  const { id, parentId, type, date, source } = increment;
  const disks = files.disks.map(({ diskId, file, bytes }): StoredDisk => ({
    ...{ diskId, file, virtualBytes: virtualBytes.get(diskId) ?? 0, layout: 'QEMU', fileBytes: bytes, sha256: '' },
    originalFormat: formatOf(vmTemplate, diskId),
  }));
  const sizeMb = Math.ceil(disks.reduce((sum, { fileBytes }) => sum + fileBytes, 0) / 2 ** 20);
  return {
    ...{ id, parentId, type, date, sizeMb, source, consistency: 'crash', tracker: '', vmTemplate },
    layers: [{ source, path: files.directory, pointId: id, sizeMb, disks }],
    reason: `imported: ${origin}, ${type === 'FULL' ? 'full' : 'increment'} ${id}`,
  };
}

/** Why a point cannot stand on the one before, in words; undefined when it can. */
export function whyNotOn(before: BackupPoint, point: BackupPoint): string | undefined {
  const [lower = [], upper = []] = [before, point].map(({ layers }) => layers.flatMap(({ disks }) => disks));
  const ids = (disks: readonly StoredDisk[]): string => disks.map(({ diskId }) => diskId).join(', ');
  if (ids(lower) !== ids(upper)) return `it holds the disks ${ids(upper)}, and the one before ${ids(lower)}`;
  for (const { diskId, virtualBytes } of upper) {
    const was = lower.find((disk) => disk.diskId === diskId)?.virtualBytes ?? virtualBytes;
    if (was !== virtualBytes)
      return `disk ${diskId} has ${virtualBytes} bytes, and ${was} in the one before: it was resized`;
  }
  return undefined;
}

function formatOf(vmTemplate: Attributes, diskId: number): DiskFormat {
  const disk = vectors(vmTemplate, 'DISK').find((one) => field(one, 'DISK_ID') === String(diskId));
  const format = field(disk, 'FORMAT') || field(disk, 'DRIVER') || text(vmTemplate, 'FORMAT');
  return format === 'raw' ? 'raw' : 'qcow2';
}
