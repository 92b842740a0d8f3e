// Writes a stream as it is to a new file, sparsely, hashing it on the way; then reads the file back and compares.
import { createHash, type Hash } from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';
import { CODE, OneError } from '../model/errors.ts';
import { createFile, EarlySync, fileError, readFully, settleFile, writeSparse } from './sparse-write.ts';

const BUFFER_BYTES = 1024 * 1024;

export interface WrittenStream {
  /** Length of the file. */
  bytes: number;
  /** Bytes written, holes not counted. */
  writtenBytes: number;
  /** SHA-256 of the whole stream, in hex. */
  sha256: string;
}

/**
 * Writes the stream to a new file at `path`, waits until it is on the disk, reads it back and compares. Throws OneError,
 * also when there is a file of this name; a file that was begun is left for the caller to remove.
 */
export async function writeStream(
  path: string,
  stream: AsyncIterable<Uint8Array>,
  signal?: AbortSignal,
): Promise<WrittenStream> {
  const file = await createFile(path);
  try {
    const written = await writeAll(file, stream);
    await settleFile(file, path, written.bytes);
    await verify(file, path, written, signal);
    return written;
  } catch (cause) {
    throw fileError('write', path, cause);
  } finally {
    await file.close();
  }
}

async function writeAll(file: FileHandle, stream: AsyncIterable<Uint8Array>): Promise<WrittenStream> {
  const writer = new BufferedWriter(file);
  const hash = createHash('sha256');
  for await (const chunk of stream) {
    hash.update(chunk);
    await writer.add(chunk);
  }
  const writtenBytes = await writer.flush();
  return { bytes: writer.bytes, writtenBytes, sha256: hash.digest('hex') };
}

/** Gathers small chunks into large writes; one buffer is filled while the other is being written. */
class BufferedWriter {
  bytes = 0;
  readonly #file: FileHandle;
  readonly #sync: EarlySync;
  #filling = Buffer.alloc(BUFFER_BYTES);
  #spare = Buffer.alloc(BUFFER_BYTES);
  #filled = 0;
  #written = 0;
  #writing: Promise<void> = Promise.resolve();

  constructor(file: FileHandle) {
    this.#file = file;
    this.#sync = new EarlySync(file);
  }

  async add(chunk: Uint8Array): Promise<void> {
    for (let at = 0; at < chunk.length;) {
      const part = chunk.subarray(at, at + BUFFER_BYTES - this.#filled);
      this.#filling.set(part, this.#filled);
      this.#filled += part.length;
      at += part.length;
      if (this.#filled === BUFFER_BYTES) await this.#sendOff();
    }
  }

  /** Returns how many bytes were written in all. */
  async flush(): Promise<number> {
    await this.#sendOff();
    await this.#writing;
    await this.#sync.settle();
    return this.#written;
  }

  async #sendOff(): Promise<void> {
    await this.#writing;
    const position = this.bytes;
    this.bytes += this.#filled;
    this.#writing = writeSparse(this.#file, this.#filling.subarray(0, this.#filled), position).then((written) => {
      this.#written += written;
      this.#sync.wrote(written);
    });
    this.#writing.catch(() => undefined); // met by the next buffer or by flush
    [this.#filling, this.#spare] = [this.#spare, this.#filling];
    this.#filled = 0;
  }
}

async function verify(
  file: FileHandle,
  path: string,
  written: WrittenStream,
  signal: AbortSignal | undefined,
): Promise<void> {
  const hash = createHash('sha256');
  await hashFile(file, path, written.bytes, hash, signal);
  if (hash.digest('hex') === written.sha256) return;
  throw new OneError(CODE.INTERNAL, `${path} does not hold what was written: its SHA-256 differs.`, {
    hint: 'Check the storage for errors, then try again.',
  });
}

async function hashFile(
  file: FileHandle,
  path: string,
  bytes: number,
  hash: Hash,
  signal: AbortSignal | undefined,
): Promise<void> {
  const buffer = Buffer.alloc(BUFFER_BYTES);
  for (let at = 0; at < bytes; at += BUFFER_BYTES) {
    signal?.throwIfAborted();
    const part = buffer.subarray(0, Math.min(BUFFER_BYTES, bytes - at));
    await readFully(file, path, part, at);
    hash.update(part);
  }
}
