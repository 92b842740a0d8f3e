// Writes a disk's data to a raw file, window by window in guest order; one window is filled while the one before is being written. What
// goes to a new file is read back at once. Of a file that held something already a CRC32 of every window is remembered, so that a pass
// over it at the end can tell whether it holds what was written.
import { open, type FileHandle } from 'node:fs/promises';
import { crc32 } from 'node:zlib';
import { CODE, OneError } from '../model/errors.ts';
import { alignedBuffer, directLength } from './direct-write.ts';
import {
  checkWritten,
  createFile,
  different,
  EarlySync,
  fileError,
  NEW_PLACE,
  readFully,
  settleFile,
  type RawPlace,
} from './sparse-write.ts';

export const WINDOW_BYTES = 2 * 1024 * 1024;

/** Which windows of a raw file were written and not read back, and the CRC32 of each. 8 bytes a window. */
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

  /** Place of the window number `index` (from 0) of those, and its CRC32. */
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
  readonly #place: RawPlace;
  readonly #sync: EarlySync;
  readonly #readBack: Buffer = alignedBuffer(WINDOW_BYTES);
  #filling: Buffer = alignedBuffer(WINDOW_BYTES);
  #spare: Buffer = alignedBuffer(WINDOW_BYTES);
  /** Up to where the window that is being filled is; what lies behind is of an earlier one. */
  #filled = 0;
  #window = -1;
  #end = 0;
  #writing: Promise<void> = Promise.resolve();

  private constructor(path: string, file: FileHandle, virtualBytes: number, place: RawPlace) {
    this.#path = path;
    this.#file = file;
    this.#record = new RawRecord(virtualBytes);
    this.#place = place;
    this.#sync = new EarlySync(file);
  }

  /** Creates the file with its full length, all holes. Throws OneError, also when there is a file of this name. */
  static async create(path: string, virtualBytes: number): Promise<RawWriter> {
    return RawWriter.#sized(path, await createFile(path), virtualBytes, NEW_PLACE);
  }

  /** Opens a file that is there and gives it its length. Throws OneError. */
  static async over(path: string, virtualBytes: number, place: RawPlace): Promise<RawWriter> {
    const file = await open(path, 'r+').catch((cause: unknown) => {
      throw fileError('open', path, cause);
    });
    return RawWriter.#sized(path, file, virtualBytes, place);
  }

  static async #sized(path: string, file: FileHandle, virtualBytes: number, place: RawPlace): Promise<RawWriter> {
    try {
      await file.truncate(virtualBytes);
    } catch (cause) {
      await file.close();
      throw fileError('give its length to', path, cause);
    }
    return new RawWriter(path, file, virtualBytes, place);
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
      if (within > this.#filled) this.#filling.fill(0, this.#filled, within);
      this.#filling.set(data.subarray(at, at + count), within);
      this.#filled = within + count;
      at += count;
    }
  }

  /** Writes what is left, waits until everything is on the disk and closes the file. Throws OneError. */
  async finish(): Promise<RawRecord> {
    try {
      await this.#startWindow(Math.ceil(this.#record.virtualBytes / WINDOW_BYTES));
      await this.#writing;
      await this.#place.settle();
      await this.#sync.settle();
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

  /** Sends off the window that was filled, and those up to the next one that hold what they should not; then goes on to that. */
  async #startWindow(window: number): Promise<void> {
    if (this.#window >= 0) await this.#sendOff(this.#window);
    const next = (from: number): number => this.#place.nextUsed(from, window);
    for (let used = next(this.#window + 1); used < window; used = next(used + 1)) await this.#sendOff(used);
    this.#window = window;
  }

  async #sendOff(window: number): Promise<void> {
    try {
      await this.#writing;
    } catch (cause) {
      throw fileError('write', this.#path, cause);
    }
    this.#filling.fill(0, this.#filled);
    this.#filled = 0;
    this.#writing = this.#write(this.#filling, window);
    this.#writing.catch(() => undefined); // met by the next window or by finish
    [this.#filling, this.#spare] = [this.#spare, this.#filling];
  }

  async #write(filled: Buffer, window: number): Promise<void> {
    const offset = window * WINDOW_BYTES;
    const length = Math.min(WINDOW_BYTES, this.#record.virtualBytes - offset);
    if (!this.#place.atOnce) this.#record.add(window, crc32(filled.subarray(0, length)));
    const bytes = filled.subarray(0, this.#place.atOnce ? directLength(length) : length);
    const written = await this.#place.write(this.#file, bytes, offset);
    this.#record.writtenBytes += written;
    this.#sync.wrote(written);
    if (this.#place.atOnce) await checkWritten(this.#file, this.#path, bytes, this.#readBack, offset);
  }
}

type Pieces = AsyncIterable<{ guestOffset: number; data: Uint8Array }>;

/** Writes all pieces, which come in guest order, to a new raw file. Throws OneError; the file is left then. */
export async function writeRaw(path: string, virtualBytes: number, pieces: Pieces): Promise<RawRecord> {
  return writePieces(await RawWriter.create(path, virtualBytes), pieces);
}

/** The same with a writer that is open; it is closed however that ends. */
export async function writePieces(writer: RawWriter, pieces: Pieces): Promise<RawRecord> {
  try {
    for await (const { guestOffset, data } of pieces) await writer.write(guestOffset, data);
  } catch (error) {
    await writer.abandon();
    throw error;
  }
  return writer.finish();
}

/** Reads back what was not yet, and compares it with what was written. Throws OneError that tells where they differ, or that it was stopped. */
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
