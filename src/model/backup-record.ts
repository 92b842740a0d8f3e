// The record that lies beside the disks of every snapshot (`onevault.json`): what a daemon that lost its database must know to list the
// point again and to restore it. It holds no secret. What is read is believed only as far as it is well formed: it may come from anybody
// who can write into the repository. Pure.
import type { Attributes } from './attributes.ts';
import { CONSISTENCIES, type Consistency, type StoredDisk } from './image.ts';
import { exactly, list, matching, maybe, number, object, readJson, text, type Read } from './json-shape.ts';

/** Name of the file in the virtual directory. */
export const RECORD_FILE = 'onevault.json';
/** A larger file is not read. */
export const MOST_RECORD_BYTES = 4 * 2 ** 20;
const FORMAT = 1;
const MOST_DISKS = 256;
const MOST_DISK_BYTES = 2 ** 53 - 1;

export interface BackupRecord {
  /** Id of the OneVault that took it. */
  installation: string;
  /** Run that stored the snapshot. */
  operation: string;
  /** The same in all snapshots of one backup image. */
  chain: string;
  /** Whether clients see the points as increments. */
  mode: 'FULL' | 'INCREMENT';
  vm: { id: number; name: string };
  owner: { uid: number; gid: number; uname: string; gname: string };
  point: {
    id: number;
    /** The snapshot stands on that which holds this point; -1 when it holds whole disks. Points between the two are part of it. */
    below: number;
    /** Epoch seconds of the instant. */
    date: number;
    consistency: Consistency;
    reason: string;
  };
  /** Path of the virtual directory inside the snapshot. */
  directory: string;
  /** With an empty hash where the backup program had not read the disk before this file. */
  disks: Array<StoredDisk & { target: string }>;
  vmTemplate: Attributes;
}

/** What is known before the disks are opened. */
export type RecordDraft = Omit<BackupRecord, 'disks' | 'point'> & {
  point: Omit<BackupRecord['point'], 'date' | 'consistency'>;
  targets: Record<number, string>;
};

export function completeRecord(
  { targets, point, ...draft }: RecordDraft,
  { date, consistency, disks }: { date: number; consistency: Consistency; disks: readonly StoredDisk[] },
): BackupRecord {
  return {
    ...draft,
    point: { ...point, date, consistency },
    disks: disks.map(({ samples: _, ...disk }) => ({ ...disk, target: targets[disk.diskId] ?? '' })),
  };
}

/** The file of a record. */
export function writeBackupRecord(record: BackupRecord): string {
  return `${JSON.stringify({ format: FORMAT, ...record }, null, 1)}\n`;
}

/** The record in a file, or in words why it cannot be believed. */
export function readBackupRecord(file: string): BackupRecord | string {
  if (file.length > MOST_RECORD_BYTES) return `its ${RECORD_FILE} is larger than ${MOST_RECORD_BYTES} bytes`;
  const format = readJson(object({ format: number }), file)?.format;
  if (format === undefined) return `its ${RECORD_FILE} is no record of a backup`;
  if (format !== FORMAT) {
    return `its ${RECORD_FILE} has format ${format}, and this OneVault knows ${FORMAT} alone; a newer one may read it`;
  }
  const record = readJson(RECORD, file);
  if (record === undefined) return `its ${RECORD_FILE} is not as format ${FORMAT} has it`;
  return contradiction(record) ?? record;
}

function contradiction({ point, disks }: BackupRecord): string | undefined {
  if (point.below >= point.id) return `its ${RECORD_FILE} says that point ${point.id} stands on point ${point.below}`;
  if (new Set(disks.map(({ diskId }) => diskId)).size < disks.length) return `its ${RECORD_FILE} names a disk twice`;
  if (new Set(disks.map(({ file }) => file)).size < disks.length) return `its ${RECORD_FILE} names a file twice`;
  return undefined;
}

const id = between(0, 2 ** 31 - 1);
const line = matching(/^[^\p{Cc}]{0,256}$/u);
const hex16 = matching(/^[0-9a-f]{8,64}$/);

function between(least: number, most: number): Read<number> {
  return (value) =>
    Number.isSafeInteger(value) && (value as number) >= least && (value as number) <= most
      ? { is: value as number }
      : undefined;
}

function oneOf<T extends string>(words: readonly T[]): Read<T> {
  return (value) => {
    const word = words.find((known) => known === value);
    return word === undefined ? undefined : { is: word };
  };
}

function atMost<T>(most: number, read: Read<T[]>): Read<T[]> {
  return (value) => (Array.isArray(value) && value.length > 0 && value.length <= most ? read(value) : undefined);
}

const name = matching(/^[A-Z0-9_.:-]{1,128}$/i);

/** An attribute of a template: its name, and a text or texts with names. */
const attribute: Read<[string, string | Array<[string, string]>]> = (value) => {
  if (!Array.isArray(value) || value.length !== 2) return undefined;
  const [key, said] = value as [unknown, unknown];
  const known = name(key);
  const plain = text(said) ?? list(pair)(said);
  return known && plain ? { is: [known.is, plain.is] } : undefined;
};

function pair(value: unknown): { is: [string, string] } | undefined {
  if (!Array.isArray(value) || value.length !== 2) return undefined;
  const key = name(value[0]);
  const said = text(value[1]);
  return key && said ? { is: [key.is, said.is] } : undefined;
}

const sha256 = matching(/^([0-9a-f]{64})?$/);

const DISK = object({
  diskId: id,
  file: matching(/^disk\.\d{1,9}(\.\d{1,9})?$/), // that of slices has no number
  virtualBytes: between(0, MOST_DISK_BYTES),
  layout: maybe(exactly('SLICES')),
  fileBytes: between(0, MOST_DISK_BYTES),
  sha256,
  changedSha256: maybe(sha256),
  originalFormat: oneOf(['qcow2', 'raw'] as const),
  target: matching(/^[a-z0-9]{0,16}$/),
});

const disk: Read<BackupRecord['disks'][number]> = (value) => {
  const read = DISK(value);
  if (!read) return undefined;
  const { layout, changedSha256, ...rest } = read.is;
  return { is: { ...rest, ...(layout && { layout }), ...(changedSha256 !== undefined && { changedSha256 }) } };
};

const RECORD: Read<BackupRecord> = object({
  installation: matching(/^[A-Za-z0-9-]{1,64}$/),
  operation: hex16,
  chain: hex16,
  mode: oneOf(['FULL', 'INCREMENT'] as const),
  vm: object({ id, name: line }),
  owner: object({ uid: id, gid: id, uname: line, gname: line }),
  point: object({
    id,
    below: between(-1, 2 ** 31 - 1),
    date: between(0, 2 ** 40),
    consistency: oneOf(CONSISTENCIES),
    reason: matching(/^[^\p{Cc}]{0,4096}$/u),
  }),
  directory: matching(/^(?!.*\/\.{1,2}(\/|$))(\/[^/\p{Cc}]+)+$/u),
  disks: atMost(MOST_DISKS, list(disk)),
  vmTemplate: list(attribute),
});
