// Takes the bytes of a stored disk in any order and puts them where they belong in a new file: as they are for a qcow2, and for a raw
// file each cluster at its place on the disk, which is known when the tables at the front of the file have come. Behind the writing, from
// the front on, the file is read back and hashed as if it were the stored one: what is complete at the end is also checked.
import { createHash, type Hash } from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';
import { CODE, OneError } from '../model/errors.ts';
import type { DiskFormat } from '../model/image.ts';
import { Qcow2Layout, type Piece } from './qcow2-layout.ts';
import { readSequentialQcow2 } from './qcow2-read.ts';
import {
  BLOCK_BYTES,
  createFile,
  EarlySync,
  fileError,
  isZero,
  readFully,
  settleFile,
  writeAt,
  writeSparse,
} from './sparse-write.ts';
import { WrittenRanges } from './written-ranges.ts';

const HASHED_AT_ONCE = 1024 * 1024;
/** What may come before the tables are complete. */
const MOST_EARLY_BYTES = 128 * 2 ** 20;

export interface ScatteredDisk {
  path: string;
  format: DiskFormat;
  /** Length of the stored file, and size of the disk that it holds. */
  fileBytes: number;
  virtualBytes: number;
  /** Of the stored file, in errors. */
  name: string;
}

interface Early {
  offset: number;
  data: Buffer;
}

/** A file that is being written. Whoever made one closes it. */
export class ScatteredWriter {
  writtenBytes = 0;
  readonly #disk: ScatteredDisk;
  readonly #file: FileHandle;
  readonly #sync: EarlySync;
  readonly #ranges = new WrittenRanges();
  readonly #underWay = new Set<Promise<void>>();
  readonly #wakers: Array<() => void> = [];
  #layout: Qcow2Layout | undefined;
  #early: Early[] | undefined;
  #earlyBytes = 0;
  #front = Buffer.alloc(0);
  #again = false;
  #ended = false;
  /** The hash of the file, or why there is none. */
  readonly #hashed: Promise<string>;

  private constructor(disk: ScatteredDisk, file: FileHandle) {
    this.#disk = disk;
    this.#file = file;
    this.#sync = new EarlySync(file);
    if (disk.format === 'raw') this.#early = [];
    const ready = disk.format === 'raw' ? this.#readTables() : Promise.resolve();
    this.#hashed = ready.then(() => this.#hashAll());
    this.#hashed.catch(() => undefined); // met by finish
  }

  /** Creates the file. Throws OneError, also when there is one of this name. */
  static async create(disk: ScatteredDisk): Promise<ScatteredWriter> {
    const file = await createFile(disk.path, 'cached');
    try {
      await file.truncate(disk.format === 'raw' ? disk.virtualBytes : disk.fileBytes);
    } catch (cause) {
      await file.close();
      throw fileError('give its length to', disk.path, cause);
    }
    return new ScatteredWriter(disk, file);
  }

  /** Takes bytes of the stored file; they may be used again when it settles. Throws OneError. */
  async write(offset: number, data: Buffer): Promise<void> {
    if (offset + data.length > this.#disk.fileBytes) {
      throw new OneError(
        CODE.INTERNAL,
        `Could not write ${this.#disk.path}: ${this.#disk.name} is longer than it was.`,
      );
    }
    const writing = this.#early ? this.#keep(offset, data) : this.#put(offset, data);
    this.#underWay.add(writing);
    try {
      await writing;
    } finally {
      this.#underWay.delete(writing);
    }
  }

  /**
   * To be called when nothing more comes: waits until all is on the disk and checked as far as it came, and returns the hash. Throws
   * OneError, also when something is missing.
   */
  async finish(): Promise<string> {
    this.#ended = true;
    await Promise.all(this.#underWay);
    this.#wake();
    const sha256 = await this.#hashed;
    try {
      await this.#sync.settle();
      const { format, virtualBytes, fileBytes, path } = this.#disk;
      await settleFile(this.#file, path, format === 'raw' ? virtualBytes : fileBytes);
    } catch (cause) {
      throw fileError('write', this.#disk.path, cause);
    }
    return sha256;
  }

  async close(): Promise<void> {
    this.#ended = true;
    this.#wake();
    await Promise.allSettled([...this.#underWay, this.#hashed, this.#sync.settle()]);
    await this.#file.close();
  }

  #keep(offset: number, data: Buffer): Promise<void> {
    this.#earlyBytes += data.length;
    if (this.#earlyBytes > MOST_EARLY_BYTES) {
      const why = `its tables had not come after ${MOST_EARLY_BYTES} bytes`;
      return Promise.reject(new OneError(CODE.INTERNAL, `Could not restore ${this.#disk.name}: ${why}.`));
    }
    this.#early?.push({ offset, data: Buffer.from(data) });
    this.#note(offset, data.length);
    return Promise.resolve();
  }

  /** Reads the tables out of what has come, then puts that where it belongs. */
  async #readTables(): Promise<void> {
    const { name, virtualBytes, fileBytes } = this.#disk;
    const qcow2 = await readSequentialQcow2(this.#frontBytes(), name);
    await qcow2.close();
    const { clusters, backing } = qcow2;
    const layout = new Qcow2Layout({ virtualBytes: qcow2.virtualBytes, clusters });
    if (backing || qcow2.virtualBytes !== virtualBytes || layout.fileBytes !== fileBytes) {
      throw new OneError(CODE.INTERNAL, `${name} is not laid out as the disk that was backed up.`);
    }
    this.#front = Buffer.alloc(layout.metadataBytes);
    this.#layout = layout;
    const early = this.#early ?? [];
    this.#early = undefined;
    const writing = Promise.all(early.map(({ offset, data }) => this.#place(offset, data))).then(() => undefined);
    this.#underWay.add(writing);
    await writing.finally(() => this.#underWay.delete(writing));
  }

  /** The first bytes of the stored file, as they come. */
  async *#frontBytes(): AsyncGenerator<Uint8Array> {
    for (let at = 0; ;) {
      const next = this.#early?.find(({ offset, data }) => offset <= at && at < offset + data.length);
      if (next) {
        yield next.data.subarray(at - next.offset);
        at = next.offset + next.data.length;
      } else if (this.#ended) return;
      else await this.#more();
    }
  }

  async #put(offset: number, data: Buffer): Promise<void> {
    await this.#place(offset, data);
    this.#note(offset, data.length);
  }

  async #place(offset: number, data: Buffer): Promise<void> {
    try {
      for (const piece of this.#pieces(offset, data.length)) {
        const { fileOffset, length } = piece;
        const bytes = data.subarray(fileOffset - offset, fileOffset - offset + length);
        if (piece.kind === 'metadata') bytes.copy(this.#front, fileOffset);
        else if (piece.kind === 'data') await this.#writePart(bytes, piece.guestOffset);
        else if (!isZero(bytes)) throw new Error(`${this.#disk.name} has data behind the end of its disk`);
      }
    } catch (cause) {
      throw fileError('write', this.#disk.path, cause);
    }
  }

  /** Of a qcow2 everything stands where it stood. */
  #pieces(offset: number, length: number): Piece[] {
    return this.#layout?.pieces(offset, length) ?? [{ kind: 'data', guestOffset: offset, fileOffset: offset, length }];
  }

  async #writePart(bytes: Buffer, position: number): Promise<void> {
    const first = bytes.subarray(0, (BLOCK_BYTES - (position % BLOCK_BYTES)) % BLOCK_BYTES);
    let written = 0;
    if (first.length > 0 && !isZero(first)) {
      await writeAt(this.#file, first, position);
      written += first.length;
    }
    const rest = bytes.subarray(first.length);
    if (rest.length > 0) written += await writeSparse(this.#file, rest, position + first.length);
    this.writtenBytes += written;
    this.#sync.wrote(written);
  }

  #note(offset: number, length: number): void {
    if (!this.#ranges.add(offset, offset + length)) this.#again = true;
    this.#wake();
  }

  #wake(): void {
    for (const wake of this.#wakers.splice(0)) wake();
  }

  #more(): Promise<void> {
    return new Promise((resolve) => this.#wakers.push(resolve));
  }

  /** Follows the writers to the end. What was written twice is hashed once more when nobody writes any longer. */
  async #hashAll(): Promise<string> {
    const { fileBytes, name } = this.#disk;
    const hash = createHash('sha256');
    let at = 0;
    while (at < fileBytes) {
      const upTo = Math.min(this.#ranges.prefix, at + HASHED_AT_ONCE);
      const enough = this.#ended || upTo - at === HASHED_AT_ONCE || upTo === fileBytes;
      if (enough && upTo > at) {
        await this.#hashPart(hash, at, upTo);
        at = upTo;
      } else if (this.#ended) {
        throw new OneError(CODE.INTERNAL, `${name} did not come to its end: byte ${at} of ${fileBytes} is missing.`);
      } else await this.#more();
    }
    while (!this.#ended) await this.#more();
    if (!this.#again) return hash.digest('hex');
    const anew = createHash('sha256');
    for (let from = 0; from < fileBytes; from += HASHED_AT_ONCE) {
      await this.#hashPart(anew, from, Math.min(fileBytes, from + HASHED_AT_ONCE));
    }
    return anew.digest('hex');
  }

  async #hashPart(hash: Hash, from: number, to: number): Promise<void> {
    for (const piece of this.#pieces(from, to - from)) {
      const { fileOffset, length } = piece;
      if (piece.kind === 'metadata') hash.update(this.#front.subarray(fileOffset, fileOffset + length));
      else if (piece.kind === 'padding') hash.update(Buffer.alloc(length));
      else {
        const bytes = this.#buffer.subarray(0, length);
        await readFully(this.#file, this.#disk.path, bytes, piece.guestOffset);
        hash.update(bytes);
      }
    }
  }

  readonly #buffer = Buffer.alloc(HASHED_AT_ONCE);
}
