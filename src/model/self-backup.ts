// Backups of OneVault's own database in a backup datastore: what lies in such a snapshot, what its record says, and which of them are
// kept. What is read is believed only as far as it is well formed. Pure.
import { matching, number, object, readJson, type Read } from './json-shape.ts';

/** Stands where snapshots have the number of their VM: no VM gets so far. */
export const SELF_VM_ID = 2_147_483_647;
export const SELF_RECORD_FILE = 'onevault-self.json';
export const SELF_DATABASE_FILE = 'one.db';
/** Files beside the database without which it is of little use, by their path in the state directory: they are secrets, or hold some. */
export const SELF_SECRET_FILES = new Map([
  ['onevault_key', '.one/onevault_key'],
  ['one_auth', '.one/one_auth'],
]);
/** A larger record is not read. */
export const MOST_SELF_RECORD_BYTES = 16_384;
const FORMAT = 1;

/** What is set about backups of the database. */
export interface SelfBackupSettings {
  /** Name or id of the backup datastore; undefined when there is no schedule. */
  datastore: string | undefined;
  intervalSec: number;
  /** How many are kept in a datastore. */
  keep: number;
}

export const DEFAULT_SELF_BACKUP: SelfBackupSettings = { datastore: undefined, intervalSec: 86_400, keep: 7 };

export interface SelfRecord {
  /** Id of the OneVault whose database it is. */
  installation: string;
  /** Run that stored the snapshot. */
  operation: string;
  /** Epoch seconds at which the database was copied. */
  date: number;
  databaseBytes: number;
  databaseSha256: string;
  /** Whether the secret files are with it. */
  withSecrets: boolean;
}

export function writeSelfRecord(record: SelfRecord): string {
  return `${JSON.stringify({ format: FORMAT, ...record }, null, 1)}\n`;
}

const truth: Read<boolean> = (value) => (typeof value === 'boolean' ? { is: value } : undefined);

const RECORD = object({
  format: number,
  installation: matching(/^[\w-]{1,64}$/),
  operation: matching(/^[0-9a-f]{16}$/),
  date: number,
  databaseBytes: number,
  databaseSha256: matching(/^[0-9a-f]{64}$/),
  withSecrets: truth,
});

/** The record in a file, or in words why it cannot be believed. */
export function readSelfRecord(file: string): SelfRecord | string {
  const said = readJson(RECORD, file);
  if (said === undefined) return `its ${SELF_RECORD_FILE} is no record of a backup of the database`;
  const { format, ...record } = said;
  if (format !== FORMAT) return `its ${SELF_RECORD_FILE} has format ${format}, and only ${FORMAT} is known`;
  return record;
}

/** A snapshot of a database, as it is listed. */
export interface ListedSelf {
  source: string;
  /** Epoch seconds of when it was stored. */
  storedAt: number;
  record: SelfRecord;
}

/** Those of this OneVault that are too many: the oldest ones, never the newest. */
export function surplusSelves<T extends ListedSelf>(selves: readonly T[], installation: string, keep: number): T[] {
  return newestFirst(selves.filter(({ record }) => record.installation === installation)).slice(Math.max(1, keep));
}

/** By the time of the copy; two of one second by when they were stored. */
export function newestFirst<T extends ListedSelf>(selves: readonly T[]): T[] {
  return [...selves].sort((a, b) => b.record.date - a.record.date || b.storedAt - a.storedAt);
}

/** Milliseconds until the next is due. One that failed is tried again after `retryMs`, or the interval if that is shorter. */
export function selfDueInMs(
  { doneMs, triedMs }: { doneMs: number | undefined; triedMs: number | undefined },
  intervalSec: number,
  retryMs: number,
  nowMs: number,
): number {
  const interval = intervalSec * 1000;
  const due = doneMs === undefined ? nowMs : doneMs + interval;
  const again = triedMs === undefined ? nowMs : triedMs + Math.min(retryMs, interval);
  return Math.max(0, due - nowMs, again - nowMs);
}
