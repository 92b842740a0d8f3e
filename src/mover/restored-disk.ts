// One disk out of the backup store: its members checked against their records to the last byte, written as a raw file or as the qcow2
// that they are, and read back.
import { createHash, type Hash } from 'node:crypto';
import { addAbortSignal } from 'node:stream';
import { open } from 'node:fs/promises';
import { refuseDifferent } from '../disk/checked-stream.ts';
import { Qcow2Layout } from '../disk/qcow2-layout.ts';
import { readQcow2Header, readSequentialQcow2, requireStored, type DataPiece } from '../disk/qcow2-read.ts';
import { qcow2Stream } from '../disk/qcow2-stream.ts';
import { RawWriter, verifyRaw, writePieces } from '../disk/raw-write.ts';
import { writeStream } from '../disk/stream-write.ts';
import { CODE, OneError } from '../model/errors.ts';
import type { RestoreDisk } from '../model/tasks/restore.ts';
import type { Member } from '../model/tasks/served-disk.ts';
import type { MemberStore } from './member-reader.ts';
import { differentSize, nameOf, openMerged } from './merged-disk.ts';

export interface WriteOptions {
  signal: AbortSignal;
  /** Told of all bytes that come out of the store. */
  passed: (bytes: number) => void;
  /** Of a raw target that is there already; else a new file is made. */
  writer?: RawWriter;
}

export interface Written {
  writtenBytes: number;
  sha256: string;
}

/** A disk that one file holds is taken as it is. */
export async function restoreOne(
  store: MemberStore,
  disk: RestoreDisk,
  member: Member,
  options: WriteOptions,
): Promise<Written> {
  const { signal, passed } = options;
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
      ? await toQcow2(counted(), disk)
      : { writtenBytes: await toRaw(counted(), name, disk, options), sha256: hash.digest('hex') };
  refuseDifferent(name, disk.stored, { fileBytes, sha256: written.sha256 });
  return written;
}

/** The hash is that of the new file; of a raw one it is that of its data, holes left out. */
export async function restoreMerged(store: MemberStore, disk: RestoreDisk, options: WriteOptions): Promise<Written> {
  const merged = await openMerged(store, disk.members, { ...options, whole: true });
  try {
    const { virtualBytes, clusters } = merged;
    if (disk.targetFormat === 'qcow2') {
      const layout = new Qcow2Layout({ virtualBytes, clusters });
      return await toQcow2(qcow2Stream(layout, merged.data()), disk);
    }
    const hash = createHash('sha256');
    const writtenBytes = await writeVerified(disk, virtualBytes, hashed(merged.data(), hash), options);
    return { writtenBytes, sha256: hash.digest('hex') };
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

async function writeVerified(
  { target }: RestoreDisk,
  virtualBytes: number,
  pieces: AsyncIterable<DataPiece>,
  { writer, signal }: WriteOptions,
): Promise<number> {
  const record = await writePieces(writer ?? (await RawWriter.create(target, virtualBytes)), pieces);
  await verifyRaw(target, record, signal);
  return record.writtenBytes;
}

/** What is stored is a qcow2 already; `writeStream` reads back what it writes. */
async function toQcow2(stream: AsyncIterable<Uint8Array>, disk: RestoreDisk): Promise<Written> {
  const written = await writeStream(disk.target, stream);
  await requireOwnHeader(disk);
  return { writtenBytes: written.writtenBytes, sha256: written.sha256 };
}

/** A machine will have the file as its disk, and QEMU follows what stands in it: it is the disk that was backed up, and leads nowhere. */
export async function requireOwnHeader({ target, stored }: Pick<RestoreDisk, 'target' | 'stored'>): Promise<void> {
  const file = await open(target, 'r');
  try {
    const header = await readQcow2Header(file, target);
    requireStored(header, target);
    if (header.backing === undefined && header.virtualBytes === stored.virtualBytes) return;
    throw new OneError(CODE.INTERNAL, `${target} is not the disk that was backed up: its header says otherwise.`);
  } finally {
    await file.close();
  }
}

async function toRaw(
  stream: AsyncIterable<Uint8Array>,
  name: string,
  disk: RestoreDisk,
  options: WriteOptions,
): Promise<number> {
  const qcow2 = await readSequentialQcow2(stream, name);
  if (qcow2.virtualBytes === disk.stored.virtualBytes) {
    return writeVerified(disk, qcow2.virtualBytes, qcow2.data(), options);
  }
  await qcow2.close();
  throw differentSize(name, qcow2.virtualBytes, disk.stored.virtualBytes);
}
