// Reads the manifest of a disk that is stored as slices, and believes it only when it is the one that was stored.
import { createHash } from 'node:crypto';
import { addAbortSignal } from 'node:stream';
import type { BackupStore } from '../datastore/backup-store.ts';
import { manifestName, SliceManifest } from '../disk/slices.ts';
import { CODE, OneError } from '../model/errors.ts';
import type { Member } from '../model/tasks/served-disk.ts';
import { readAtMost } from './bounded-read.ts';

/** Of the largest disk that is stored, with every slice in it. */
const MOST_BYTES = 256 * 2 ** 20;

/** Throws OneError when it is not there or another one. */
export async function readManifest(
  store: Pick<BackupStore, 'read'>,
  { source, path, stored }: Member,
  signal: AbortSignal,
): Promise<SliceManifest> {
  const file = manifestName(path);
  const name = `${file} of snapshot ${source}`;
  const bytes = await readAtMost(addAbortSignal(signal, store.read(source, file)), MOST_BYTES, name);
  if (createHash('sha256').update(bytes).digest('hex') !== stored.sha256) {
    throw new OneError(CODE.INTERNAL, `${name} is not what was backed up: its SHA-256 is another.`);
  }
  return SliceManifest.parse(bytes.toString('utf8'), name);
}
