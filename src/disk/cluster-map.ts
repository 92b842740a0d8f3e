// Which 64 KiB clusters of a disk hold data and which are explicit zero: two bits a cluster and a rank directory, so that
// a 16 TiB disk costs 65 MiB and no object per cluster. A map does not change once it is built.
import { Bitmap, lowestBit, popcount } from './bitmap.ts';
import type { ExtentKind, Range } from './extent.ts';

export const CLUSTER_BYTES = 65536;
/** 64 TiB. */
export const MAX_VIRTUAL_BYTES = 2 ** 30 * CLUSTER_BYTES;

/** Words of one entry of the rank directory: 2048 clusters. */
const RANK_WORDS = 64;

/** Neighbouring clusters of one kind. */
export interface Run {
  first: number;
  count: number;
  kind: ExtentKind;
}

export class ClusterMap {
  readonly virtualBytes: number;
  readonly clusterCount: number;
  readonly dataClusters: number;
  readonly zeroClusters: number;
  readonly #data: Bitmap;
  readonly #zero: Bitmap;
  /** Data clusters before each directory entry, and all of them at the end. */
  readonly #ranks: Uint32Array;

  /** Takes two bitmaps with a bit a cluster and keeps them; data wins over zero. `ClusterMapBuilder` makes them. */
  constructor(virtualBytes: number, data: Bitmap, zero: Bitmap) {
    this.virtualBytes = virtualBytes;
    this.clusterCount = data.length;
    zero.subtract(data);
    this.#data = data;
    this.#zero = zero;
    this.#ranks = rankDirectory(data);
    this.dataClusters = this.#ranks.at(-1) ?? 0;
    this.zeroClusters = zero.count();
  }

  kind(cluster: number): ExtentKind {
    if (this.#data.has(cluster)) return 'data';
    return this.#zero.has(cluster) ? 'zero' : 'absent';
  }

  /** How many data clusters stand before this one. */
  rank(cluster: number): number {
    const word = cluster >>> 5;
    const entry = Math.floor(word / RANK_WORDS);
    const below = (this.#data.words[word] ?? 0) & ~(-1 << (cluster & 31));
    return (this.#ranks[entry] ?? 0) + this.#data.count(entry * RANK_WORDS, word) + popcount(below);
  }

  /** The cluster of the data cluster number `rank` (from 0); `clusterCount` when there are not so many. */
  select(rank: number): number {
    if (rank >= this.dataClusters) return this.clusterCount;
    const entry = this.#entryOf(rank);
    let left = rank - (this.#ranks[entry] ?? 0);
    for (let word = entry * RANK_WORDS; ; word++) {
      const bits = this.#data.words[word] ?? 0;
      const count = popcount(bits);
      if (left < count) return word * 32 + nthBit(bits, left);
      left -= count;
    }
  }

  /** The first run of data clusters in [from, end), cut at both; undefined when there is none. */
  nextDataRun(from: number, end: number = this.clusterCount): Run | undefined {
    return nextRunOf(this.#data, 'data', from, end);
  }

  /** The first run of explicit zero clusters in [from, end), cut at both; undefined when there is none. */
  nextZeroRun(from: number, end: number = this.clusterCount): Run | undefined {
    return nextRunOf(this.#zero, 'zero', from, end);
  }

  /** The run that `from` (below `clusterCount`) starts or stands in, from there on. */
  runAt(from: number): Run {
    const kind = this.kind(from);
    const end = this.#endOfRun(kind, from);
    return { first: from, count: end - from, kind };
  }

  /** Whether any cluster of [from, end) is data or explicit zero. */
  hasAny(from: number, end: number): boolean {
    return this.#data.nextSet(from, end) < end || this.#zero.nextSet(from, end) < end;
  }

  /** This map on top of one of the same disk: what it says hides what stands below, what it does not say shows through. */
  over(below: ClusterMap): ClusterMap {
    const data = below.#data.copy();
    data.subtract(this.#zero);
    data.add(this.#data);
    const zero = below.#zero.copy();
    zero.add(this.#zero); // where this one has data, data wins
    return new ClusterMap(this.virtualBytes, data, zero);
  }

  /** The same without explicit zeroes, for a disk with nothing below it to hide. */
  withoutZeroes(): ClusterMap {
    return new ClusterMap(this.virtualBytes, this.#data, new Bitmap(this.clusterCount));
  }

  /** Byte ranges of the data in guest order, from data cluster number `fromRank` on, cut at the end of the disk. */
  *dataRanges(fromRank = 0): Generator<Range> {
    let run = this.nextDataRun(this.select(fromRank));
    while (run) {
      const offset = run.first * CLUSTER_BYTES;
      yield { offset, length: Math.min(run.count * CLUSTER_BYTES, this.virtualBytes - offset) };
      run = this.nextDataRun(run.first + run.count);
    }
  }

  #endOfRun(kind: ExtentKind, from: number): number {
    if (kind === 'data') return this.#data.nextClear(from);
    if (kind === 'zero') return this.#zero.nextClear(from);
    return this.#data.nextSetInEither(this.#zero, from);
  }

  /** The last directory entry with at most `rank` data clusters before it. */
  #entryOf(rank: number): number {
    let low = 0;
    let high = this.#ranks.length - 1;
    while (high - low > 1) {
      const middle = (low + high) >>> 1;
      if ((this.#ranks[middle] ?? 0) <= rank) low = middle;
      else high = middle;
    }
    return low;
  }
}

function nextRunOf(bitmap: Bitmap, kind: ExtentKind, from: number, end: number): Run | undefined {
  const first = bitmap.nextSet(from, end);
  return first >= end ? undefined : { first, count: bitmap.nextClear(first, end) - first, kind };
}

function rankDirectory(data: Bitmap): Uint32Array {
  const entries = Math.ceil(data.words.length / RANK_WORDS);
  const ranks = new Uint32Array(entries + 1);
  for (let entry = 0; entry < entries; entry++) {
    const end = Math.min((entry + 1) * RANK_WORDS, data.words.length);
    ranks[entry + 1] = (ranks[entry] ?? 0) + data.count(entry * RANK_WORDS, end);
  }
  return ranks;
}

function nthBit(word: number, n: number): number {
  let bits = word;
  for (let left = n; left > 0; left--) bits &= bits - 1;
  return lowestBit(bits);
}
