// Merges layers of a chain that follow each other into one new snapshot, in their store or, as a copy, in another: what they are together is
// computed from their tables, shown as files, and made of their streams while the backup program reads. Nothing is removed or written here.
import { addAbortSignal } from 'node:stream';
import { openBackupStore } from '../datastore/all.ts';
import { SnapshotLeft, type BackupStore, type Snapshot } from '../datastore/backup-store.ts';
import type { VirtualFile } from '../fuse/mount.ts';
import { RECORD_FILE, writeBackupRecord, type BackupRecord } from '../model/backup-record.ts';
import { CleanStop, CODE, OneError, reasonOf } from '../model/errors.ts';
import type { Layer } from '../model/image.ts';
import { UPLOADING, type MoverEvent } from '../model/mover-protocol.ts';
import type { FlattenResult, FlattenTask } from '../model/tasks/flatten.ts';
import { readAtMost } from './bounded-read.ts';
import { FlattenedDisk } from './flattened-disk.ts';
import { membersOf } from './layer-members.ts';
import { readRecord } from '../datastore/stored-record.ts';
import { Undo } from './undo.ts';
import { lateTextFile, textFile, upload } from './upload.ts';

/** Streams that stay open between the reading of their tables and that of their data; each is a program of the store. */
const MOST_OPEN = 16;
const SHA256_DIGITS = 64;
const MOST_XML_BYTES = 16 * 2 ** 20;

type Tell = (event: MoverEvent) => void;

export async function flatten(task: FlattenTask, signal: AbortSignal, tell: Tell): Promise<FlattenResult> {
  const undo = new Undo();
  let result: FlattenResult;
  try {
    result = await merge(task, signal, tell, undo);
  } catch (error) {
    const left = await undo.run();
    if (left.length > 0) throw withLeftOver(reasonOf(error), left, error);
    const clean = signal.aborted && !(error instanceof SnapshotLeft);
    throw clean ? new CleanStop(reasonOf(error), { cause: error }) : error;
  }
  const left = await undo.run();
  if (left.length > 0) throw withLeftOver('The merged layers were stored.', left);
  return { ...result, peakRssBytes: process.resourceUsage().maxRSS * 1024 };
}

async function merge(task: FlattenTask, signal: AbortSignal, tell: Tell, undo: Undo): Promise<FlattenResult> {
  const top = task.layers.at(-1);
  if (top === undefined || (task.layers.length < 2 && !task.into)) {
    throw new OneError(CODE.INTERNAL, `${task.layers.length} layer cannot be merged; two are needed.`);
  }
  const store = openBackupStore(task.store);
  const into = await openTarget(task, store, signal);
  tell({ type: 'phase', phase: 'reading the layers' });
  const description = addAbortSignal(signal, store.read(top.source, `${top.path}/vm.xml`));
  const vmXml = readAtMost(description, MOST_XML_BYTES, `${top.path}/vm.xml of snapshot ${top.source}`);
  vmXml.catch(() => undefined); // met below: the disks need not wait for it
  const disks = await openDisks(store, task, top, signal, undo);
  const onProgress = (): void => tell({ type: 'progress', disks: disks.map((disk) => disk.progress()) });

  tell({ type: 'phase', phase: UPLOADING });
  const { directory, vmId, operationId } = task;
  const mtimeSec = Math.floor(Date.now() / 1000);
  const files = new Map<string, VirtualFile>(disks.map((disk) => [disk.name, disk.virtualFile(mtimeSec)]));
  const record = await recordOf(store, task, top, signal);
  const written = (): string => writeBackupRecord({ ...record, disks: disks.map((disk) => recorded(record, disk)) });
  files.set(RECORD_FILE, lateTextFile(written, disks.length * SHA256_DIGITS, mtimeSec));
  files.set('vm.xml', textFile(await vmXml, mtimeSec));
  const snapshot = await upload(into, {
    ...{ directory, vmId, operationId, signal, undo, onProgress, files, mtimeSec },
    background: true,
  });
  onProgress();
  await requireRead(into, disks, snapshot);
  return resultOf(disks, snapshot);
}

async function openTarget({ into }: FlattenTask, store: BackupStore, signal: AbortSignal): Promise<BackupStore> {
  if (!into) return store;
  const target = openBackupStore(into);
  await target.prepare(signal);
  return target;
}

/** The record of the result: of its point, what that says which held the point so far; one of before there were records says nothing. */
async function recordOf(
  store: BackupStore,
  { record }: FlattenTask,
  top: Layer,
  signal: AbortSignal,
): Promise<BackupRecord> {
  const found = await readRecord(store, top.source, top.path, signal);
  if (typeof found === 'string') return { ...record, disks: [] };
  const point = { ...found.point, id: record.point.id, below: record.point.below };
  return { ...found, ...placed(record), point };
}

/** Where the result belongs, whatever was written before. */
function placed({ operation, chain, directory }: FlattenTask['record']): Partial<BackupRecord> {
  return { operation, chain, directory };
}

function recorded({ disks }: BackupRecord, disk: FlattenedDisk): BackupRecord['disks'][number] {
  const { samples: _, ...known } = disk.known();
  const target = disks.find(({ diskId }) => diskId === known.diskId)?.target ?? '';
  return { ...known, target };
}

async function openDisks(
  store: BackupStore,
  { layers, whole }: FlattenTask,
  top: Layer,
  signal: AbortSignal,
  undo: Undo,
): Promise<FlattenedDisk[]> {
  const disks: FlattenedDisk[] = [];
  let open = 0;
  for (const { diskId } of top.disks) {
    const members = membersOf(layers, diskId);
    const disk = await FlattenedDisk.open(store, members, whole, signal);
    undo.push(`close the layers of disk ${diskId}`, () => disk.close());
    open += members.length;
    if (open > MOST_OPEN) await disk.rest();
    disks.push(disk);
  }
  return disks;
}

/** A backup program that ended well without having read all has stored something else, which must not stay. */
async function requireRead(store: BackupStore, disks: FlattenedDisk[], { source }: Snapshot): Promise<void> {
  const disk = disks.find((one) => one.stored() === undefined);
  if (disk === undefined) return;
  await store.remove([source]);
  throw new OneError(CODE.INTERNAL, `The merged ${disk.name} was not read to its end, so its snapshot was removed.`);
}

function resultOf(disks: FlattenedDisk[], snapshot: Snapshot): FlattenResult {
  return {
    source: snapshot.source,
    disks: disks.flatMap((disk) => disk.stored() ?? []),
    readBytes: disks.reduce((sum, disk) => sum + disk.readBytes, 0),
    processedBytes: snapshot.processedBytes,
    storedBytes: snapshot.storedBytes,
    peakRssBytes: 0,
  };
}

function withLeftOver(what: string, left: string[], cause?: unknown): OneError {
  return new OneError(CODE.INTERNAL, `${what} Left behind: ${left.join('; ')}.`, { cause });
}
