// Writes a disk's data to a new raw file, sparsely, and remembers a CRC32 of every window it wrote, so that a pass over
// the file can tell whether it holds what was written. Data comes in guest order; one window is filled while the one
// before is being written.
import { open, type FileHandle } from 'node:fs/promises';
import { crc32 } from 'node:zlib';
import { CODE, OneError } from '../model/errors.ts';
import { createFile, fileError, readFully, settleFile, writeSparse } from './sparse-write.ts';

const WINDOW_BYTES = 2 * 1024 * 1024;

/** Which windows of a raw file were written, and the CRC32 of each. 8 bytes a window. */
export class RawRecord {
  readonly virtualBytes: number;
  /** Bytes written to the file, holes not counted. */
  writtenBytes = 0;
  count = 0;
  /** Window number and CRC32 by turns. */
  #entries = new Uint32Array(1024);

  constructor(virtualBytes: number) {
    this.virtualBytes = virtualBytes;
  }

  add(window: number, crc: number): void {
    if (this.count * 2 === this.#entries.length) {
      const larger = new Uint32Array(this.#entries.length * 2);
      larger.set(this.#entries);
      this.#entries = larger;
    }
    this.#entries[this.count * 2] = window;
    this.#entries[this.count * 2 + 1] = crc;
    this.count += 1;
  }

  /** Place of the window number `index` (from 0) of those written, and its CRC32. */
  at(index: number): { offset: number; length: number; crc: number } {
    const offset = (this.#entries[index * 2] ?? 0) * WINDOW_BYTES;
    const length = Math.min(WINDOW_BYTES, this.virtualBytes - offset);
    return { offset, length, crc: this.#entries[index * 2 + 1] ?? 0 };
  }
}

export class RawWriter {
  readonly #path: string;
  readonly #file: FileHandle;
  readonly #record: RawRecord;
  #filling: Buffer = Buffer.alloc(WINDOW_BYTES);
  #spare: Buffer = Buffer.alloc(WINDOW_BYTES);
  #window = -1;
  #end = 0;
  #writing: Promise<void> = Promise.resolve();

  private constructor(path: string, file: FileHandle, virtualBytes: number) {
    this.#path = path;
    this.#file = file;
    this.#record = new RawRecord(virtualBytes);
  }

  /** Creates the file with its full length, all holes. Throws OneError, also when there is a file of this name. */
  static async create(path: string, virtualBytes: number): Promise<RawWriter> {
    const file = await createFile(path);
    try {
      await file.truncate(virtualBytes);
    } catch (cause) {
      await file.close();
      throw fileError('create', path, cause);
    }
    return new RawWriter(path, file, virtualBytes);
  }

  /** Takes a copy of `data`, which must not start before the end of the piece before. Throws OneError. */
  async write(guestOffset: number, data: Uint8Array): Promise<void> {
    const end = guestOffset + data.length;
    if (guestOffset < this.#end || end > this.#record.virtualBytes) {
      const range = `[${guestOffset}, ${end}) after byte ${this.#end}`;
      throw new OneError(CODE.INTERNAL, `Could not write ${this.#path}: it has no room for ${range}.`);
    }
    this.#end = end;
    for (let at = 0; at < data.length;) {
      const window = Math.floor((guestOffset + at) / WINDOW_BYTES);
      if (window !== this.#window) await this.#startWindow(window);
      const within = guestOffset + at - window * WINDOW_BYTES;
      const count = Math.min(WINDOW_BYTES - within, data.length - at);
      this.#filling.set(data.subarray(at, at + count), within);
      at += count;
    }
  }

  /** Writes what is left, waits until everything is on the disk and closes the file. Throws OneError. */
  async finish(): Promise<RawRecord> {
    try {
      await this.#startWindow(-1);
      await this.#writing;
      await settleFile(this.#file, this.#path, this.#record.virtualBytes);
    } catch (cause) {
      throw fileError('write', this.#path, cause);
    } finally {
      await this.abandon();
    }
    return this.#record;
  }

  /** Closes the file as it is; removing it is the caller's matter. May be called again. */
  async abandon(): Promise<void> {
    await this.#writing.catch(() => undefined); // whoever abandons a file knows why already
    await this.#file.close();
  }

  /** Sends off the window that was filled and goes on to another one. */
  async #startWindow(window: number): Promise<void> {
    if (this.#window >= 0) {
      try {
        await this.#writing;
      } catch (cause) {
        throw fileError('write', this.#path, cause);
      }
      this.#sendOff(this.#window);
      this.#filling.fill(0);
    }
    this.#window = window;
  }

  #sendOff(window: number): void {
    const offset = window * WINDOW_BYTES;
    const bytes = this.#filling.subarray(0, Math.min(WINDOW_BYTES, this.#record.virtualBytes - offset));
    this.#record.add(window, crc32(bytes));
    this.#writing = writeSparse(this.#file, bytes, offset).then((written) => {
      this.#record.writtenBytes += written;
    });
    this.#writing.catch(() => undefined); // met by the next window or by finish
    [this.#filling, this.#spare] = [this.#spare, this.#filling];
  }
}

/** Writes all pieces, which come in guest order, to a new raw file. Throws OneError; the file is left then. */
export async function writeRaw(
  path: string,
  virtualBytes: number,
  pieces: AsyncIterable<{ guestOffset: number; data: Uint8Array }>,
): Promise<RawRecord> {
  const writer = await RawWriter.create(path, virtualBytes);
  try {
    for await (const { guestOffset, data } of pieces) await writer.write(guestOffset, data);
  } catch (error) {
    await writer.abandon();
    throw error;
  }
  return writer.finish();
}

/** Reads the file back and compares it with what was written. Throws OneError that tells where they differ, or that it was stopped. */
export async function verifyRaw(path: string, record: RawRecord, signal?: AbortSignal): Promise<void> {
  let file: FileHandle | undefined;
  try {
    file = await open(path, 'r');
    const { size } = await file.stat();
    if (size !== record.virtualBytes) throw different(path, `it has ${size} bytes, not ${record.virtualBytes}`);
    await verifyWindows(file, path, record, signal);
  } catch (cause) {
    throw fileError('read back', path, cause);
  } finally {
    await file?.close();
  }
}

async function verifyWindows(
  file: FileHandle,
  path: string,
  record: RawRecord,
  signal: AbortSignal | undefined,
): Promise<void> {
  const buffer = Buffer.alloc(WINDOW_BYTES);
  for (let index = 0; index < record.count; index++) {
    signal?.throwIfAborted();
    const { offset, length, crc } = record.at(index);
    const bytes = buffer.subarray(0, length);
    await readFully(file, path, bytes, offset);
    if (crc32(bytes) !== crc) throw different(path, `bytes ${offset} to ${offset + length} are not those written`);
  }
}

function different(path: string, why: string): OneError {
  return new OneError(CODE.INTERNAL, `${path} does not hold what was written: ${why}.`, {
    hint: 'Check the storage for errors, then try again.',
  });
}
