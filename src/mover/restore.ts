// A restore, where the images go: stream each disk out of the backup store into a new file, sparsely, and believe it only
// when its length and content are those that were backed up. Nothing is written beside the target.
import { createHash } from 'node:crypto';
import { open, rm } from 'node:fs/promises';
import { openBackupStore } from '../datastore/all.ts';
import type { BackupStore } from '../datastore/backup-store.ts';
import { readQcow2Header, readSequentialQcow2 } from '../disk/qcow2-read.ts';
import { verifyRaw, writeRaw } from '../disk/raw-write.ts';
import { writeStream, type WrittenStream } from '../disk/stream-write.ts';
import { CODE, OneError } from '../model/errors.ts';
import type { MoverEvent, RestoreDisk, RestoreResult, RestoreTask } from '../model/mover-protocol.ts';
import type { DiskProgress } from '../model/operation.ts';

const PROGRESS_MS = 500;

type Tell = (event: MoverEvent) => void;
type Restored = RestoreResult['disks'][number];

export async function restore(task: RestoreTask, signal: AbortSignal, tell: Tell): Promise<RestoreResult> {
  const store = openBackupStore(task.store);
  const progress = task.disks.map(({ stored }): DiskProgress => ({
    diskId: stored.diskId,
    bytesDone: 0,
    bytesTotal: stored.fileBytes,
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
  const [member, ...more] = disk.members;
  if (!member || more.length > 0) {
    throw new OneError(
      CODE.INTERNAL,
      `Disk ${disk.stored.diskId} is made of ${disk.members.length} points; one is expected.`,
    );
  }
  const hash = disk.targetFormat === 'raw' ? createHash('sha256') : undefined; // a qcow2 target is hashed as it is written
  let bytes = 0;
  const stream = store.read(member.source, member.path);
  async function* counted(): AsyncGenerator<Uint8Array> {
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      signal.throwIfAborted();
      hash?.update(chunk);
      bytes += chunk.length;
      if (progress) progress.bytesDone = bytes;
      yield chunk;
    }
  }
  const name = `${member.path} of snapshot ${member.source}`;
  const { writtenBytes, sha256 } =
    hash === undefined
      ? await toQcow2(counted(), disk)
      : { writtenBytes: await toRaw(counted(), name, disk), sha256: hash.digest('hex') };
  refuseDifferent(disk, name, bytes, sha256);
  return { diskId: disk.stored.diskId, virtualBytes: disk.stored.virtualBytes, writtenBytes, sha256 };
}

/** What is stored is a qcow2 already; `writeStream` reads the file back. */
async function toQcow2(stream: AsyncIterable<Uint8Array>, disk: RestoreDisk): Promise<WrittenStream> {
  const written = await writeStream(disk.target, stream);
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

async function toRaw(stream: AsyncIterable<Uint8Array>, name: string, disk: RestoreDisk): Promise<number> {
  const qcow2 = await readSequentialQcow2(stream, name);
  if (qcow2.virtualBytes !== disk.stored.virtualBytes) {
    await qcow2.close();
    const sizes = `${qcow2.virtualBytes} bytes where ${disk.stored.virtualBytes} were backed up`;
    throw new OneError(CODE.INTERNAL, `${name} holds a disk of ${sizes}.`);
  }
  const record = await writeRaw(disk.target, qcow2.virtualBytes, qcow2.data());
  await verifyRaw(disk.target, record);
  return record.writtenBytes;
}

function refuseDifferent({ stored }: RestoreDisk, name: string, bytes: number, sha256: string): void {
  if (bytes !== stored.fileBytes) {
    throw new OneError(CODE.INTERNAL, `${name} has ${bytes} bytes, but ${stored.fileBytes} were backed up.`);
  }
  if (stored.sha256 !== '' && sha256 !== stored.sha256) {
    throw new OneError(
      CODE.INTERNAL,
      `${name} is not what was backed up: its SHA-256 is ${sha256}, not ${stored.sha256}.`,
    );
  }
}
