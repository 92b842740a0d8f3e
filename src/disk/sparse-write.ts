// Makes new files and writes to them sparsely: 64 KiB blocks that are all zero are not written and stay holes, what lies
// between is written in as large pieces as there are, and goes to the disk while more is being written.
import { open, type FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';
import { CODE, OneError, reasonOf } from '../model/errors.ts';
import { createDirect } from './direct-write.ts';

export const BLOCK_BYTES = 65536;
const ZEROES = Buffer.alloc(BLOCK_BYTES);
/** So much is written before the system is asked to bring it to the disk: at the end there is little left to wait for. */
const SYNC_BYTES = 32 * 2 ** 20;

/** How the windows of a raw file are written. */
export interface RawPlace {
  /** Whether what was written is there as soon as `write` has ended: then it is read back at once. */
  readonly atOnce: boolean;
  /** The first window of [from, end) that may hold something though it gets no data, or `end`. */
  nextUsed(from: number, end: number): number;
  /** Returns how many bytes were written. Throws what the system reports. */
  write(file: FileHandle, bytes: Uint8Array, position: number): Promise<number>;
  /** Called once, when all windows have been written. */
  settle(): Promise<void>;
}

/** A new file, all of it a hole. */
export const NEW_PLACE: RawPlace = {
  atOnce: true,
  nextUsed: (_from, end) => end,
  write: writeSparse,
  settle: () => Promise.resolve(),
};

/** Brings what is written to the disk while more is being written. */
export class EarlySync {
  readonly #file: FileHandle;
  #pending = 0;
  #syncing: Promise<void> | undefined;

  constructor(file: FileHandle) {
    this.#file = file;
  }

  wrote(bytes: number): void {
    this.#pending += bytes;
    if (this.#pending < SYNC_BYTES || this.#syncing) return;
    this.#pending = 0;
    const syncing = this.#file.datasync().finally(() => (this.#syncing = undefined));
    syncing.catch(() => undefined); // the last sync meets it again, or the write behind it
    this.#syncing = syncing;
  }

  /** Waits for what was begun. Throws what the system reports. */
  async settle(): Promise<void> {
    await this.#syncing;
  }
}

/**
 * Creates a file and opens it for reading and writing. Past the page cache where that is possible: then buffers for it are aligned, and as
 * long as `directLength` says. Who writes pieces that begin and end anywhere needs the cache. Throws OneError, also when there is one of
 * this name.
 */
export async function createFile(path: string, how: 'direct' | 'cached' = 'direct'): Promise<FileHandle> {
  try {
    return how === 'direct' ? await createDirect(path) : await open(path, 'wx+', 0o600);
  } catch (cause) {
    throw fileError('create', path, cause);
  }
}

/**
 * Writes `bytes` at `position` (a multiple of 64 KiB) of a file that has zeroes there, blocks of zeroes left out. Returns
 * how many bytes were written. Throws what the system reports.
 */
export async function writeSparse(file: FileHandle, bytes: Uint8Array, position: number): Promise<number> {
  let written = 0;
  let start = -1;
  for (let at = 0; at < bytes.length; at += BLOCK_BYTES) {
    const zero = isZero(bytes.subarray(at, at + BLOCK_BYTES));
    if (!zero && start < 0) start = at;
    if (zero && start >= 0) {
      await writeAt(file, bytes.subarray(start, at), position + start);
      written += at - start;
      start = -1;
    }
  }
  if (start < 0) return written;
  await writeAt(file, bytes.subarray(start), position + start);
  return written + bytes.length - start;
}

/**
 * Reads back into `room` what was written at `position`, and compares; behind its end a file holds zeroes. Throws OneError when it holds
 * something else.
 */
export async function checkWritten(
  file: FileHandle,
  path: string,
  bytes: Uint8Array,
  room: Buffer,
  position: number,
): Promise<void> {
  let filled = 0;
  for (let read = -1; read !== 0 && filled < bytes.length; filled += read) {
    read = (await file.read(room, filled, bytes.length - filled, position + filled)).bytesRead;
  }
  room.fill(0, filled, bytes.length);
  if (room.compare(bytes, 0, bytes.length, 0, bytes.length) === 0) return;
  throw different(path, `bytes ${position} to ${position + bytes.length} are not those written`);
}

/** The error of a file that does not hold what was written to it. */
export function different(path: string, why: string): OneError {
  return new OneError(CODE.INTERNAL, `${path} does not hold what was written: ${why}.`, {
    hint: 'Check the storage for errors, then try again.',
  });
}

/** Sets the file's length and waits until it and its name are on the disk. */
export async function settleFile(file: FileHandle, path: string, length: number): Promise<void> {
  await file.truncate(length);
  await file.sync();
  const directory = await open(dirname(path), 'r');
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}

/** Fills `into` from `position`. Throws OneError when the file ends before. */
export async function readFully(file: FileHandle, path: string, into: Uint8Array, position: number): Promise<void> {
  for (let filled = 0; filled < into.length;) {
    const { bytesRead } = await file.read(into, filled, into.length - filled, position + filled);
    if (bytesRead === 0) throw fileError('read back', path, new Error(`it ends at byte ${position + filled}`));
    filled += bytesRead;
  }
}

/** The error of a file operation; an error that users can read already stays as it is. */
export function fileError(attempt: string, path: string, cause: unknown): OneError {
  if (cause instanceof OneError) return cause;
  const code = cause instanceof Error && 'code' in cause ? cause.code : '';
  const hint = code === 'ENOSPC' || code === 'EDQUOT' ? 'Free some space, then try again.' : '';
  return new OneError(CODE.INTERNAL, `Could not ${attempt} ${path}: ${reasonOf(cause)}.`, { cause, hint });
}

/** Writes all of `bytes` at `position`. Throws what the system reports. */
export async function writeAt(file: FileHandle, bytes: Uint8Array, position: number): Promise<void> {
  for (let written = 0; written < bytes.length;) {
    const result = await file.write(bytes, written, bytes.length - written, position + written);
    written += result.bytesWritten;
  }
}

export function isZero(block: Uint8Array): boolean {
  return ZEROES.compare(block, 0, block.length, 0, block.length) === 0;
}
