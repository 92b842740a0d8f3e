// Builds a cluster map from extents in guest order. A cluster is data when any byte of data touches it, and also when
// zeroes cover only a part of it: then the whole cluster is kept as it reads. It is zero when zeroes cover all of it.
import { CODE, OneError } from '../model/errors.ts';
import { Bitmap } from './bitmap.ts';
import { CLUSTER_BYTES, ClusterMap, MAX_VIRTUAL_BYTES } from './cluster-map.ts';
import type { Extent } from './extent.ts';

export class ClusterMapBuilder {
  readonly #virtualBytes: number;
  readonly #data: Bitmap;
  readonly #zero: Bitmap;
  #end = 0;
  /** Zeroes that may go on in the next extent: [start, end). */
  #zeroStart = 0;
  #zeroEnd = 0;

  /** Throws OneError when a disk of this size is not supported. */
  constructor(virtualBytes: number) {
    if (!Number.isSafeInteger(virtualBytes) || virtualBytes < 0 || virtualBytes > MAX_VIRTUAL_BYTES) {
      throw new OneError(CODE.ACTION, `A disk of ${virtualBytes} bytes is not supported: the largest has 64 TiB.`);
    }
    const clusters = Math.ceil(virtualBytes / CLUSTER_BYTES);
    this.#virtualBytes = virtualBytes;
    this.#data = new Bitmap(clusters);
    this.#zero = new Bitmap(clusters);
  }

  /** Throws OneError when the extent starts before the end of the one before, or leaves the disk. */
  add({ offset, length, kind }: Extent): void {
    const end = offset + length;
    if (!Number.isSafeInteger(offset) || length < 0 || offset < this.#end || end > this.#virtualBytes) {
      const range = `[${offset}, ${end})`;
      throw new OneError(
        CODE.INTERNAL,
        `The map of a disk of ${this.#virtualBytes} bytes cannot take the extent ${range} after byte ${this.#end}.`,
      );
    }
    this.#end = end;
    if (length === 0) return;
    if (kind === 'zero') this.#addZero(offset, end);
    if (kind === 'data') this.#data.set(Math.floor(offset / CLUSTER_BYTES), Math.ceil(end / CLUSTER_BYTES));
  }

  /** The map; the builder must not be used afterwards. */
  build(): ClusterMap {
    this.#flushZero();
    return new ClusterMap(this.#virtualBytes, this.#data, this.#zero);
  }

  #addZero(offset: number, end: number): void {
    if (offset !== this.#zeroEnd) {
      this.#flushZero();
      this.#zeroStart = offset;
    }
    this.#zeroEnd = end;
  }

  /** Marks the clusters that the open zeroes cover as zero, and those they cover in part as data. */
  #flushZero(): void {
    const [start, end] = [this.#zeroStart, this.#zeroEnd];
    if (start === end) return;
    const first = Math.ceil(start / CLUSTER_BYTES);
    const last = end === this.#virtualBytes ? this.#zero.length : Math.floor(end / CLUSTER_BYTES);
    this.#zero.set(first, last);
    if (start % CLUSTER_BYTES !== 0) this.#data.set(first - 1, first);
    if (last * CLUSTER_BYTES < end) this.#data.set(last, last + 1);
  }
}

/** The map of all extents. Throws OneError as the builder does. */
export function clusterMapOf(virtualBytes: number, extents: Iterable<Extent>): ClusterMap {
  const builder = new ClusterMapBuilder(virtualBytes);
  for (const extent of extents) builder.add(extent);
  return builder.build();
}

/** The same for extents that arrive one by one. */
export async function clusterMapFrom(virtualBytes: number, extents: AsyncIterable<Extent>): Promise<ClusterMap> {
  const builder = new ClusterMapBuilder(virtualBytes);
  for await (const extent of extents) builder.add(extent);
  return builder.build();
}
