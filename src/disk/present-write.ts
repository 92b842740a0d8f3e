// Writes windows over a raw file that holds something already, most of it the same: what is there is read, and only blocks that differ
// are written. Blocks that are to be zeroes are gathered and made holes by whoever can.
import type { FileHandle } from 'node:fs/promises';
import type { Bitmap } from './bitmap.ts';
import type { Range } from './extent.ts';
import { BLOCK_BYTES, isZero, readFully, writeAt, type RawPlace } from './sparse-write.ts';

/** Ranges that are cleared together. */
const MOST_GATHERED = 1024;

export interface Present {
  path: string;
  /** A bit a window of the new disk: whether the file may hold anything but zeroes in it. */
  used: Bitmap;
  /** Makes ranges of the file read as zeroes, and take no room where that is possible. */
  clear: (ranges: readonly Range[]) => Promise<void>;
}

export class PresentPlace implements RawPlace {
  readonly atOnce = false;
  /** Bytes that were made zeroes without being written. */
  clearedBytes = 0;
  readonly #present: Present;
  #there: Buffer = Buffer.alloc(0);
  #ranges: Range[] = [];

  constructor(present: Present) {
    this.#present = present;
  }

  nextUsed(from: number, end: number): number {
    return this.#present.used.nextSet(from, end);
  }

  async write(file: FileHandle, bytes: Uint8Array, position: number): Promise<number> {
    if (this.#there.length < bytes.length) this.#there = Buffer.alloc(bytes.length);
    const there = this.#there.subarray(0, bytes.length);
    await readFully(file, this.#present.path, there, position);
    let written = 0;
    let start = -1;
    const flush = async (end: number): Promise<void> => {
      if (start < 0) return;
      await writeAt(file, bytes.subarray(start, end), position + start);
      written += end - start;
      start = -1;
    };
    for (let at = 0; at < bytes.length; at += BLOCK_BYTES) {
      const end = Math.min(at + BLOCK_BYTES, bytes.length);
      const wanted = bytes.subarray(at, end);
      const differs = there.compare(wanted, 0, wanted.length, at, end) !== 0;
      const clears = differs && isZero(wanted);
      if (differs && !clears && start < 0) start = at;
      if (!differs || clears) await flush(at);
      if (clears) this.#gather(position + at, end - at);
    }
    await flush(bytes.length);
    if (this.#ranges.length >= MOST_GATHERED) await this.settle();
    return written;
  }

  async settle(): Promise<void> {
    const ranges = this.#ranges;
    this.#ranges = [];
    if (ranges.length > 0) await this.#present.clear(ranges);
  }

  #gather(offset: number, length: number): void {
    this.clearedBytes += length;
    const last = this.#ranges.at(-1);
    if (last && last.offset + last.length === offset) last.length += length;
    else this.#ranges.push({ offset, length });
  }
}
