// Merges sequential qcow2 streams of one disk, oldest first, into what they are together: of each cluster the newest one that says
// anything is taken. Every stream is read to its end, hidden parts too, so that whoever checks it has seen it all. Memory is the maps
// of the members and one chunk of each.
import { CODE, OneError } from '../model/errors.ts';
import { CLUSTER_BYTES, type ClusterMap, type Run } from './cluster-map.ts';
import { readSequentialQcow2, type DataPiece, type SequentialQcow2 } from './qcow2-read.ts';
import { readScatteredQcow2, type RandomFile } from './qcow2-scattered.ts';

/** A sequential qcow2 as a stream, or one whose clusters lie anywhere as a file. */
export type MergeMember = ({ stream: AsyncIterable<Uint8Array> } | { file: RandomFile }) & {
  /** Stands in errors. */
  name: string;
};

/** A member whose tables have been read. */
type Opened = Pick<SequentialQcow2, 'virtualBytes' | 'clusters' | 'data' | 'close'>;

export class MergedQcow2 {
  readonly virtualBytes: number;
  /** What the members are together. */
  readonly clusters: ClusterMap;
  /** Newest first. */
  readonly #sources: Source[];

  constructor(members: Opened[], clusters: ClusterMap) {
    this.virtualBytes = clusters.virtualBytes;
    this.clusters = clusters;
    this.#sources = members.map((member) => new Source(member)).reverse();
  }

  /**
   * The data of `clusters` in guest order; a piece is valid until the next one is asked for, and none reaches beyond the disk. To be
   * called once. Throws OneError when any member fails, and ends only when all have been read to their end.
   */
  async *data(): AsyncGenerator<DataPiece, void, undefined> {
    try {
      for (let at = 0; at < this.clusters.clusterCount;) {
        const { source, end } = this.#ownerOf(at);
        if (source) yield* source.take(at * CLUSTER_BYTES, Math.min(end * CLUSTER_BYTES, this.virtualBytes));
        at = end;
      }
      for (const source of this.#sources) await source.drain();
    } finally {
      await this.close();
    }
  }

  /** Lets go of all members. May be called again. */
  async close(): Promise<void> {
    await Promise.all(this.#sources.map((source) => source.close()));
  }

  /** Where the data of a cluster comes from, if it has any, and up to which cluster that is so. */
  #ownerOf(cluster: number): { source: Source | undefined; end: number } {
    let end = this.clusters.clusterCount;
    for (const source of this.#sources) {
      const run = source.runAt(cluster);
      end = Math.min(end, run.first + run.count);
      if (run.kind !== 'absent') return { source: run.kind === 'data' ? source : undefined, end };
    }
    return { source: undefined, end };
  }
}

/** One member while it is merged. */
class Source {
  readonly #member: Opened;
  readonly #pieces: AsyncGenerator<DataPiece, void, undefined>;
  #piece: DataPiece | undefined;
  #run: Run | undefined;

  constructor(member: Opened) {
    this.#member = member;
    this.#pieces = member.data();
  }

  /** The run around a cluster, which must not lie before that of the last call. */
  runAt(cluster: number): Run {
    if (this.#run === undefined || cluster >= this.#run.first + this.#run.count) {
      this.#run = this.#member.clusters.runAt(cluster);
    }
    return this.#run;
  }

  /** The bytes [from, to), which are data of this member; what lies before them is skipped. */
  async *take(from: number, to: number): AsyncGenerator<DataPiece, void, undefined> {
    for (let at = from; at < to;) {
      const { guestOffset, data } = await this.#pieceAt(at);
      const part = data.subarray(at - guestOffset, Math.min(data.length, to - guestOffset));
      yield { guestOffset: at, data: part };
      at += part.length;
    }
  }

  async drain(): Promise<void> {
    while ((await this.#next()) !== undefined);
  }

  async close(): Promise<void> {
    await this.#pieces.return();
    await this.#member.close(); // pieces that nobody asked for have not begun, and end without letting go
  }

  async #pieceAt(at: number): Promise<DataPiece> {
    let piece = this.#piece ?? (await this.#next());
    while (piece !== undefined && piece.guestOffset + piece.data.length <= at) piece = await this.#next();
    if (piece !== undefined && piece.guestOffset <= at) return piece;
    throw new OneError(CODE.INTERNAL, `A stored disk has no data at byte ${at}, where its tables say so.`);
  }

  async #next(): Promise<DataPiece | undefined> {
    const next = await this.#pieces.next();
    this.#piece = next.done === true ? undefined : next.value;
    return this.#piece;
  }
}

/**
 * Reads the tables of all members, oldest first, and stops before their data. `whole` says that the first holds the whole disk:
 * nothing lies below that explicit zeroes would have to hide. Throws OneError when one is no such file or not of the same size;
 * then all are let go.
 */
export async function mergeSequential(members: MergeMember[], whole: boolean): Promise<MergedQcow2> {
  const opened = await Promise.allSettled(members.map(openMember));
  const there = opened.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
  try {
    const failed = opened.find((result) => result.status === 'rejected');
    if (failed) throw failed.reason;
    return new MergedQcow2(there, mergedMap(there, members, whole));
  } catch (error) {
    await Promise.allSettled(there.map((member) => member.close()));
    throw error;
  }
}

function openMember(member: MergeMember): Promise<Opened> {
  return 'file' in member
    ? readScatteredQcow2(member.file, member.name)
    : readSequentialQcow2(member.stream, member.name);
}

function mergedMap(read: Opened[], members: MergeMember[], whole: boolean): ClusterMap {
  const [lowest, ...rest] = read;
  if (lowest === undefined) throw new OneError(CODE.INTERNAL, 'A disk cannot be made of nothing.');
  let clusters = lowest.clusters;
  for (const [index, { virtualBytes, clusters: upper }] of rest.entries()) {
    if (virtualBytes !== lowest.virtualBytes) {
      const sizes = `${virtualBytes} bytes, ${members[0]?.name ?? ''} one of ${lowest.virtualBytes}`;
      throw new OneError(CODE.INTERNAL, `${members[index + 1]?.name ?? ''} holds a disk of ${sizes}.`);
    }
    clusters = upper.over(clusters);
  }
  return whole ? clusters.withoutZeroes() : clusters;
}
