// Writes a stream as it is to a new file, sparsely, hashing it on the way, and reads back and compares what it wrote.
import { createHash } from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';
import { alignedBuffer, directLength } from './direct-write.ts';
import { checkWritten, createFile, EarlySync, fileError, settleFile, writeSparse } from './sparse-write.ts';

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
 * Writes the stream to a new file at `path`, reads each piece back and compares, and waits until it is on the disk. Throws OneError,
 * also when there is a file of this name; a file that was begun is left for the caller to remove.
 */
export async function writeStream(path: string, stream: AsyncIterable<Uint8Array>): Promise<WrittenStream> {
  const file = await createFile(path);
  try {
    const written = await writeAll(file, path, stream);
    await settleFile(file, path, written.bytes);
    return written;
  } catch (cause) {
    throw fileError('write', path, cause);
  } finally {
    await file.close();
  }
}

async function writeAll(file: FileHandle, path: string, stream: AsyncIterable<Uint8Array>): Promise<WrittenStream> {
  const writer = new BufferedWriter(file, path);
  const hash = createHash('sha256');
  for await (const chunk of stream) {
    hash.update(chunk);
    await writer.add(chunk);
  }
  const writtenBytes = await writer.flush();
  return { bytes: writer.bytes, writtenBytes, sha256: hash.digest('hex') };
}

/** Gathers small chunks into large writes; one buffer is filled while the other is being written and read back. */
class BufferedWriter {
  bytes = 0;
  readonly #file: FileHandle;
  readonly #path: string;
  readonly #sync: EarlySync;
  readonly #readBack = alignedBuffer(BUFFER_BYTES);
  #filling = alignedBuffer(BUFFER_BYTES);
  #spare = alignedBuffer(BUFFER_BYTES);
  #filled = 0;
  #written = 0;
  #writing: Promise<void> = Promise.resolve();

  constructor(file: FileHandle, path: string) {
    this.#file = file;
    this.#path = path;
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
    const whole = this.#filling.subarray(0, directLength(this.#filled));
    whole.fill(0, this.#filled); // the file is cut to its length at the end
    this.#writing = this.#write(whole, position);
    this.#writing.catch(() => undefined); // met by the next buffer or by flush
    [this.#filling, this.#spare] = [this.#spare, this.#filling];
    this.#filled = 0;
  }

  async #write(bytes: Buffer, position: number): Promise<void> {
    const written = await writeSparse(this.#file, bytes, position);
    this.#written += written;
    this.#sync.wrote(written);
    await checkWritten(this.#file, this.#path, bytes, this.#readBack, position);
  }
}
