// A restore, where the images go: stream each disk out of the backup store into a new file, sparsely, merging its members on the
// way, and believe it only when their length and content are those that were backed up. Nothing is written beside the target.
import { createHash, type Hash } from 'node:crypto';
import { addAbortSignal } from 'node:stream';
import { open, rm } from 'node:fs/promises';
import { openBackupStore } from '../datastore/all.ts';
import type { BackupStore } from '../datastore/backup-store.ts';
import { refuseDifferent } from '../disk/checked-stream.ts';
import { Qcow2Layout } from '../disk/qcow2-layout.ts';
import { readQcow2Header, readSequentialQcow2, type DataPiece } from '../disk/qcow2-read.ts';
import { qcow2Stream } from '../disk/qcow2-stream.ts';
import { verifyRaw, writeRaw } from '../disk/raw-write.ts';
import { writeStream } from '../disk/stream-write.ts';
import { CODE, OneError } from '../model/errors.ts';
import type { Member, MoverEvent, RestoreDisk, RestoreResult, RestoreTask } from '../model/mover-protocol.ts';
import type { DiskProgress } from '../model/operation.ts';
import { differentSize, nameOf, openMerged, type MergeOptions } from './merged-disk.ts';

const PROGRESS_MS = 500;

type Tell = (event: MoverEvent) => void;
type Restored = RestoreResult['disks'][number];
type Written = Pick<Restored, 'writtenBytes' | 'sha256'>;

export async function restore(task: RestoreTask, signal: AbortSignal, tell: Tell): Promise<RestoreResult> {
  const store = openBackupStore(task.store);
  const progress = task.disks.map(({ stored, members }): DiskProgress => ({
    diskId: stored.diskId,
    bytesDone: 0,
    bytesTotal: members.reduce((sum, member) => sum + member.stored.fileBytes, 0),
  }));
  const timer = setInterval(() => tell({ type: 'progress', disks: progress }), PROGRESS_MS);
  const begun: string[] = [];
  try {
    const disks: Restored[] = [];
    for (const [index, disk] of task.disks.entries()) {
      tell({ type: 'phase', phase: `restoring disk ${disk.stored.diskId}` });
      begun.push(disk.target);
      disks.push(await restoreDisk(store, disk, signal, progress[index]));
      tell({ type: 'progress', disks: progress });
    }
    return { disks, peakRssBytes: process.resourceUsage().maxRSS * 1024 };
  } catch (error) {
    for (const path of begun) await rm(path, { force: true });
    throw error;
  } finally {
    clearInterval(timer);
  }
}

async function restoreDisk(
  store: BackupStore,
  disk: RestoreDisk,
  signal: AbortSignal,
  progress: DiskProgress | undefined,
): Promise<Restored> {
  const passed = (bytes: number): void => {
    if (progress) progress.bytesDone += bytes;
  };
  const [member, ...more] = disk.members;
  if (!member) throw new OneError(CODE.INTERNAL, `Disk ${disk.stored.diskId} is made of no points.`);
  const { writtenBytes, sha256 } =
    more.length === 0
      ? await restoreOne(store, disk, member, signal, passed)
      : await restoreMerged(store, disk, { whole: true, signal, passed });
  return { diskId: disk.stored.diskId, virtualBytes: disk.stored.virtualBytes, writtenBytes, sha256 };
}

/** A disk that one file holds is taken as it is. */
async function restoreOne(
  store: BackupStore,
  disk: RestoreDisk,
  member: Member,
  signal: AbortSignal,
  passed: (bytes: number) => void,
): Promise<Written> {
  const hash = disk.targetFormat === 'raw' ? createHash('sha256') : undefined; // a qcow2 target is hashed as it is written
  let fileBytes = 0;
  const stream = addAbortSignal(signal, store.read(member.source, member.path));
  async function* counted(): AsyncGenerator<Uint8Array> {
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      signal.throwIfAborted();
      hash?.update(chunk);
      fileBytes += chunk.length;
      passed(chunk.length);
      yield chunk;
    }
  }
  const name = nameOf(member);
  const written =
    hash === undefined
      ? await toQcow2(counted(), disk, signal)
      : { writtenBytes: await toRaw(counted(), name, disk, signal), sha256: hash.digest('hex') };
  refuseDifferent(name, disk.stored, { fileBytes, sha256: written.sha256 });
  return written;
}

/** The hash is that of the new file; of a raw one it is that of its data, holes left out. */
async function restoreMerged(store: BackupStore, disk: RestoreDisk, options: MergeOptions): Promise<Written> {
  const merged = await openMerged(store, disk.members, options);
  try {
    const { virtualBytes, clusters } = merged;
    if (disk.targetFormat === 'qcow2') {
      return await toQcow2(
        qcow2Stream(new Qcow2Layout({ virtualBytes, clusters }), merged.data()),
        disk,
        options.signal,
      );
    }
    const hash = createHash('sha256');
    const record = await writeRaw(disk.target, virtualBytes, hashed(merged.data(), hash));
    await verifyRaw(disk.target, record, options.signal);
    return { writtenBytes: record.writtenBytes, sha256: hash.digest('hex') };
  } finally {
    await merged.close();
  }
}

async function* hashed(pieces: AsyncIterable<DataPiece>, hash: Hash): AsyncGenerator<DataPiece> {
  for await (const piece of pieces) {
    hash.update(piece.data);
    yield piece;
  }
}

/** What is stored is a qcow2 already; `writeStream` reads the file back. */
async function toQcow2(stream: AsyncIterable<Uint8Array>, disk: RestoreDisk, signal: AbortSignal): Promise<Written> {
  const written = await writeStream(disk.target, stream, signal);
  const file = await open(disk.target, 'r');
  try {
    const header = await readQcow2Header(file, disk.target);
    if (header.backing !== undefined || header.virtualBytes !== disk.stored.virtualBytes) {
      throw new OneError(
        CODE.INTERNAL,
        `${disk.target} is not the disk that was backed up: its header says otherwise.`,
      );
    }
  } finally {
    await file.close();
  }
  return written;
}

async function toRaw(
  stream: AsyncIterable<Uint8Array>,
  name: string,
  disk: RestoreDisk,
  signal: AbortSignal,
): Promise<number> {
  const qcow2 = await readSequentialQcow2(stream, name);
  if (qcow2.virtualBytes !== disk.stored.virtualBytes) {
    await qcow2.close();
    throw differentSize(name, qcow2.virtualBytes, disk.stored.virtualBytes);
  }
  const record = await writeRaw(disk.target, qcow2.virtualBytes, qcow2.data());
  await verifyRaw(disk.target, record, signal);
  return record.writtenBytes;
}
