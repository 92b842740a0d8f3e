// Looks through a backup datastore for backups that no record is left of and records them again: from what each snapshot says of itself.
// What is known is left alone, and what a run is writing or has left belongs to that run. What cannot be believed is told, a line each.
import type { BackupStore, ListedSnapshot } from '../datastore/backup-store.ts';
import { readRecord } from '../datastore/stored-record.ts';
import { sourcesOf } from '../model/chain.ts';
import type { Datastore } from '../model/datastore.ts';
import { reasonOf } from '../model/errors.ts';
import type { Operation } from '../model/operation.ts';
import { SELF_VM_ID } from '../model/self-backup.ts';
import type { Store } from '../store/store.ts';
import type { OperationLog } from '../vm/operation-log.ts';
import type { Parts } from '../vm/parts.ts';
import { whyEnded } from '../vm/runs.ts';
import type { DescribedSnapshot } from './rebuild.ts';
import { recordFound } from './found-image.ts';

const AT_ONCE = 2;
/** Lines that are kept. */
const MOST_LINES = 1000;

export function draftRescan(log: OperationLog, datastoreId: number, uid: number): Operation {
  return log.draft({
    ...{ kind: 'rescan', vmId: -1, hostId: -1, datastoreId, imageIds: [], plan: null, reason: '' },
    asked: { by: 'user', uid },
  });
}

/** What the rescan says: how much was found, and what was left alone and why. */
interface Found {
  imageIds: number[];
  points: number;
  lines: string[];
}

export async function rescanOnce(
  parts: Parts,
  log: OperationLog,
  operation: Operation,
  signal: AbortSignal,
): Promise<void> {
  const { store } = parts;
  try {
    signal.throwIfAborted();
    const datastore = await store.datastores.get(operation.datastoreId);
    const { imageIds, points, lines } = await rescan(parts, log, operation, datastore, signal);
    operation.imageIds = imageIds;
    operation.told = lines.length > MOST_LINES ? [...lines.slice(0, MOST_LINES), '…'] : lines;
    const reason = `${imageIds.length} images with ${points} points were recorded, ${lines.length} snapshots left alone`;
    await store.transaction((tx) => log.end(tx, operation, 'done', reason));
  } catch (error) {
    await store.transaction((tx) => log.end(tx, operation, 'failed', reasonOf(whyEnded(error, signal))));
  }
  log.announce(operation);
}

async function rescan(
  parts: Parts,
  log: OperationLog,
  operation: Operation,
  datastore: Datastore,
  signal: AbortSignal,
): Promise<Found> {
  await log.progress(operation, { phase: 'listing the snapshots' });
  const backups = await parts.backupStoreOf(datastore);
  await backups.prepare(signal);
  const listed = await backups.list(signal);
  // looked at after the list: what a run stored meanwhile is recorded by then, or its run still goes on
  const known = await knownSources(parts.store, datastore.id);
  const lines: string[] = [];
  const unknown = await withoutRuns(
    parts.store,
    listed.filter(({ source, vmId }) => vmId !== SELF_VM_ID && !known.has(source)),
    lines,
  );
  await log.progress(operation, { phase: `reading the records of ${unknown.length} snapshots` });
  const described = await describe(backups, unknown, lines, signal);
  await log.progress(operation, { phase: 'recording' });
  const there = new Set((await backups.list(signal)).map(({ source }) => source));
  const uid = operation.asked?.by === 'user' ? operation.asked.uid : 0;
  const found: Found = { imageIds: [], points: 0, lines };
  for (const group of chainsOf(described.filter(({ source }) => there.has(source)))) {
    signal.throwIfAborted();
    const made = await recordFound(parts, { datastore, group, listed: there, uid });
    if (made.imageId >= 0) found.imageIds.push(made.imageId);
    found.points += made.points;
    lines.push(...made.lines);
  }
  return found;
}

async function describe(
  backups: BackupStore,
  snapshots: readonly ListedSnapshot[],
  lines: string[],
  signal: AbortSignal,
): Promise<DescribedSnapshot[]> {
  const described: DescribedSnapshot[] = [];
  const read = async ({ source, directory, storedAt, vmId }: ListedSnapshot): Promise<void> => {
    const record = await readRecord(backups, source, directory, signal);
    if (typeof record === 'string') lines.push(`Snapshot ${source} of VM ${vmId}: ${record}.`);
    else described.push({ source, directory, storedAt, record });
  };
  for (let at = 0; at < snapshots.length; at += AT_ONCE) await Promise.all(snapshots.slice(at, at + AT_ONCE).map(read));
  return described;
}

async function knownSources(store: Store, datastoreId: number): Promise<Set<string>> {
  const sources = new Set<string>();
  for await (const images of store.images.each({ link: { kind: 'image-datastore', target: datastoreId } })) {
    for (const image of images) for (const source of sourcesOf(image)) sources.add(source);
  }
  return sources;
}

/** Without the snapshots of runs that this OneVault has a record of: they are written just now, or are to be removed. */
async function withoutRuns(store: Store, snapshots: ListedSnapshot[], lines: string[]): Promise<ListedSnapshot[]> {
  const free: ListedSnapshot[] = [];
  for (const snapshot of snapshots) {
    const run = await store.operations.find(snapshot.operationId);
    if (run === undefined || run.result === 'done' || run.unknownEnd === true) free.push(snapshot);
    else if (run.result !== 'running')
      lines.push(`Snapshot ${snapshot.source} of VM ${snapshot.vmId}: run ${run.id}, which made it, has failed.`);
  }
  return free;
}

/** Snapshots by the image that they belong to; a machine of another OneVault is another one. */
function chainsOf(snapshots: readonly DescribedSnapshot[]): DescribedSnapshot[][] {
  const groups = new Map<string, DescribedSnapshot[]>();
  for (const one of snapshots) {
    const { installation, vm, chain } = one.record;
    const key = `${installation} ${vm.id} ${chain}`;
    groups.set(key, [...(groups.get(key) ?? []), one]);
  }
  return [...groups.values()];
}
