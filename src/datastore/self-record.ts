// Lists the copies of OneVault's own database in a store, by the record that lies in each.
import { addAbortSignal } from 'node:stream';
import { OneError, reasonOf } from '../model/errors.ts';
import {
  MOST_SELF_RECORD_BYTES,
  readSelfRecord,
  SELF_RECORD_FILE,
  SELF_VM_ID,
  type ListedSelf,
  type SelfRecord,
} from '../model/self-backup.ts';
import type { BackupStore, ListedSnapshot } from './backup-store.ts';

/** A copy, and where its files are in the snapshot. */
export interface StoredSelf extends ListedSelf {
  directory: string;
}

export interface ListedSelves {
  selves: StoredSelf[];
  /** What could not be believed, a line each. */
  lines: string[];
}

type Reading = Pick<BackupStore, 'list' | 'read'>;

export async function listSelves(store: Reading, signal: AbortSignal): Promise<ListedSelves> {
  const found: ListedSelves = { selves: [], lines: [] };
  for (const snapshot of await store.list(signal)) {
    if (snapshot.vmId !== SELF_VM_ID) continue;
    const record = await recordOf(store, snapshot, signal);
    const { source, directory, storedAt } = snapshot;
    if (typeof record === 'string') found.lines.push(`Snapshot ${source}: ${record}.`);
    else found.selves.push({ source, directory, storedAt, record });
  }
  return found;
}

async function recordOf(
  store: Reading,
  { source, directory }: ListedSnapshot,
  signal: AbortSignal,
): Promise<SelfRecord | string> {
  try {
    const stream = addAbortSignal(signal, store.read(source, `${directory}/${SELF_RECORD_FILE}`));
    const chunks: Buffer[] = [];
    let bytes = 0;
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      bytes += chunk.length;
      chunks.push(chunk);
      if (bytes > MOST_SELF_RECORD_BYTES) break; // leaving the loop ends the stream
    }
    return readSelfRecord(Buffer.concat(chunks).toString('utf8'));
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof OneError && error.retry) throw error;
    return `its ${SELF_RECORD_FILE} could not be read: ${reasonOf(error)}`;
  }
}
