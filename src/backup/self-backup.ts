// Takes a copy of OneVault's own database and stores it in a backup datastore, with the secrets that it cannot do without where the store
// encrypts; copies that are too many are removed.
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { copyFile, mkdir, rm, stat, writeFile } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { keepsSecrets } from '../datastore/all.ts';
import type { BackupStore } from '../datastore/backup-store.ts';
import { listSelves } from '../datastore/self-record.ts';
import type { Datastore } from '../model/datastore.ts';
import { reasonOf } from '../model/errors.ts';
import type { Operation } from '../model/operation.ts';
import {
  SELF_DATABASE_FILE,
  SELF_RECORD_FILE,
  SELF_SECRET_FILES,
  SELF_VM_ID,
  surplusSelves,
  writeSelfRecord,
  type SelfRecord,
} from '../model/self-backup.ts';
import { copyDatabase } from '../store/copy.ts';
import type { StorePlace } from '../store/open.ts';
import type { OperationLog } from '../vm/operation-log.ts';
import { nowSec, type Parts } from '../vm/parts.ts';

/** What is copied, and what of it stays. */
export interface SelfSources {
  place: StorePlace;
  stateDirectory: string;
  installation: string;
  keep: number;
}

/** What came of it, in words. */
export interface SelfStored {
  reason: string;
  /** Whether space can be given back. */
  freed: boolean;
}

export function directoryOfSelf(parts: Pick<Parts, 'runDirectory'>, { id }: Pick<Operation, 'id'>): string {
  return `${parts.runDirectory}/self-${id}`;
}

/** Throws when no copy was stored. Old copies that could not be removed are told, and go with the next one. */
export async function storeSelf(
  parts: Parts,
  log: OperationLog,
  sources: SelfSources,
  operation: Operation,
  datastore: Datastore,
  signal: AbortSignal,
): Promise<SelfStored> {
  const directory = directoryOfSelf(parts, operation);
  try {
    await log.progress(operation, { phase: 'copying the database' });
    await mkdir(directory, { mode: 0o700 });
    const withSecrets = keepsSecrets(datastore.dsMad);
    const record = await fillDirectory(parts, sources, operation, directory, withSecrets);
    signal.throwIfAborted();
    await log.progress(operation, { phase: 'storing the copy' });
    const store = await parts.backupStoreOf(datastore);
    await store.prepare(signal);
    const run = { directory, vmId: SELF_VM_ID, operationId: operation.id, background: true, signal };
    const { source, processedBytes, storedBytes, warnings = [] } = await store.backup(run);
    for (const warning of warnings) log.warned(operation, warning);
    operation.figures = { processedBytes, storedBytes, scratchBytes: 0, peakRssBytes: 0 };
    const removed = await removeOld(parts, log, sources, operation, store, signal);
    const kib = Math.ceil(record.databaseBytes / 1024);
    const key = withSecrets ? '' : '; the key is not with it, for the store does not encrypt';
    const old = removed === 0 ? '' : `; ${removed} older copies were removed`;
    return { reason: `the database (${kib} KiB) is in snapshot ${source}${key}${old}`, freed: removed > 0 };
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

async function fillDirectory(
  parts: Parts,
  { place, stateDirectory, installation }: SelfSources,
  operation: Operation,
  directory: string,
  withSecrets: boolean,
): Promise<SelfRecord> {
  const copy = `${directory}/${SELF_DATABASE_FILE}`;
  const date = nowSec(parts.clock);
  await copyDatabase(place, copy);
  for (const [name, path] of withSecrets ? SELF_SECRET_FILES : []) {
    await copyFile(`${stateDirectory}/${path}`, `${directory}/${name}`).catch((error: unknown) => {
      // the credentials file may have been taken away; the key is there, or the daemon had not started
      if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error;
    });
  }
  const sum = createHash('sha256');
  await pipeline(createReadStream(copy), sum);
  const record: SelfRecord = {
    installation,
    operation: operation.id,
    date,
    databaseBytes: (await stat(copy)).size,
    databaseSha256: sum.digest('hex'),
    withSecrets,
  };
  await writeFile(`${directory}/${SELF_RECORD_FILE}`, writeSelfRecord(record), { mode: 0o600 });
  return record;
}

/** Returns how many. The copy is there already: what goes wrong now is a warning. */
async function removeOld(
  parts: Parts,
  log: OperationLog,
  { installation, keep }: SelfSources,
  operation: Operation,
  store: BackupStore,
  signal: AbortSignal,
): Promise<number> {
  try {
    await log.progress(operation, { phase: 'removing older copies' });
    const { selves } = await listSelves(store, signal);
    const surplus = surplusSelves(selves, installation, keep).map(({ source }) => source);
    if (surplus.length > 0) await store.remove(surplus, signal);
    return surplus.length;
  } catch (error) {
    const reason = reasonOf(error);
    parts.log.warn({ operation: operation.id, reason }, 'older copies of the database could not be removed');
    log.warned(operation, `Older copies could not be removed: ${reason}`);
    return 0;
  }
}
