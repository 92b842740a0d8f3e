// Reads the record of a snapshot out of a store, never more of it than a record may have.
import { addAbortSignal } from 'node:stream';
import { MOST_RECORD_BYTES, RECORD_FILE, readBackupRecord, type BackupRecord } from '../model/backup-record.ts';
import { OneError, reasonOf } from '../model/errors.ts';
import type { BackupStore } from './backup-store.ts';

/** The record, or in words why there is none that can be believed. Throws when the store may answer another time. */
export async function readRecord(
  store: Pick<BackupStore, 'read'>,
  source: string,
  directory: string,
  signal: AbortSignal,
): Promise<BackupRecord | string> {
  try {
    return readBackupRecord(await textOf(store, source, `${directory}/${RECORD_FILE}`, signal));
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof OneError && error.retry) throw error;
    return `its ${RECORD_FILE} could not be read: ${reasonOf(error)}`;
  }
}

async function textOf(
  store: Pick<BackupStore, 'read'>,
  source: string,
  path: string,
  signal: AbortSignal,
): Promise<string> {
  const stream = addAbortSignal(signal, store.read(source, path));
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    chunks.push(chunk);
    if (bytes > MOST_RECORD_BYTES) break; // leaving the loop ends the stream
  }
  return Buffer.concat(chunks).toString('utf8');
}
