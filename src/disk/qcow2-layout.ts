// The layout of a sequential qcow2: header, L1, refcount table, refcount blocks and L2 tables first, then the data
// clusters in guest order. It follows from the cluster map alone, so that any byte of the metadata can be made at any
// time and the place of every data cluster is known before the first is read.
import { CODE, OneError } from '../model/errors.ts';
import { CLUSTER_BYTES, type ClusterMap } from './cluster-map.ts';
import { REFCOUNTS, TABLE_ENTRIES, writeHeader, type Backing } from './qcow2-format.ts';
import { fillL1, fillL2, fillOffsets, fillRefcounts } from './qcow2-tables.ts';

/** What stands at a place of the file. `padding` is zeroes: the end of the last cluster, behind the end of the disk. */
export type Piece =
  | { kind: 'metadata'; fileOffset: number; length: number }
  | { kind: 'data'; guestOffset: number; fileOffset: number; length: number }
  | { kind: 'padding'; fileOffset: number; length: number };

export class Qcow2Layout {
  /** Size of the disk that the file tells: the given one rounded up to 512. */
  readonly virtualBytes: number;
  readonly fileBytes: number;
  readonly metadataBytes: number;
  /** Bytes of data clusters, the padding of the last one included. */
  readonly dataBytes: number;
  readonly #clusters: ClusterMap;
  readonly #backing: Backing | undefined;
  /** L1 indices that have an L2 table. */
  readonly #tables: Uint32Array;
  readonly #l1Entries: number;
  /** First cluster of the file that belongs to each part, in the order of the file. */
  readonly #first: { l1: number; refcountTable: number; refcountBlocks: number; l2: number; data: number };
  /** The metadata cluster that was made last: small reads often stay in one. */
  readonly #made = Buffer.alloc(CLUSTER_BYTES);
  #madeCluster = -1;

  /** Throws OneError when `virtualBytes` is not the map's, or the backing does not fit into a header. */
  constructor(options: { virtualBytes: number; clusters: ClusterMap; backing?: Backing }) {
    const { virtualBytes, clusters, backing } = options;
    if (virtualBytes !== clusters.virtualBytes) {
      const sizes = `${virtualBytes} bytes from a map of ${clusters.virtualBytes}`;
      throw new OneError(CODE.INTERNAL, `A disk cannot be laid out as qcow2 with ${sizes}.`);
    }
    this.virtualBytes = Math.ceil(virtualBytes / 512) * 512;
    this.#clusters = clusters;
    this.#backing = backing;
    this.#tables = tablesOf(clusters);
    this.#l1Entries = Math.max(1, Math.ceil(clusters.clusterCount / TABLE_ENTRIES));
    this.#first = firstClusters(this.#l1Entries, this.#tables.length, clusters.dataClusters);
    this.metadataBytes = this.#first.data * CLUSTER_BYTES;
    this.dataBytes = clusters.dataClusters * CLUSTER_BYTES;
    this.fileBytes = this.metadataBytes + this.dataBytes;
    this.#make(0);
  }

  /** What stands at [offset, offset+length) of the file, cut at its end, as consecutive pieces. */
  pieces(offset: number, length: number): Piece[] {
    const pieces: Piece[] = [];
    const end = Math.min(offset + length, this.fileBytes);
    let at = Math.max(0, offset);
    if (at < end && at < this.metadataBytes) {
      const to = Math.min(end, this.metadataBytes);
      pieces.push({ kind: 'metadata', fileOffset: at, length: to - at });
      at = to;
    }
    if (at < end) this.#addData(pieces, at, end);
    return pieces;
  }

  /**
   * Fills `into` with the metadata bytes [fileOffset, fileOffset+into.length). Throws OneError when they are not all
   * metadata.
   */
  metadata(fileOffset: number, into: Uint8Array): void {
    if (fileOffset < 0 || fileOffset + into.length > this.metadataBytes) {
      const range = `[${fileOffset}, ${fileOffset + into.length})`;
      throw new OneError(CODE.INTERNAL, `The qcow2 has no metadata at ${range}: it ends at ${this.metadataBytes}.`);
    }
    for (let at = 0; at < into.length;) {
      const within = (fileOffset + at) % CLUSTER_BYTES;
      const count = Math.min(CLUSTER_BYTES - within, into.length - at);
      this.#make((fileOffset + at - within) / CLUSTER_BYTES);
      into.set(count === CLUSTER_BYTES ? this.#made : this.#made.subarray(within, within + count), at);
      at += count;
    }
  }

  #addData(pieces: Piece[], from: number, end: number): void {
    const rank = Math.floor((from - this.metadataBytes) / CLUSTER_BYTES);
    let at = from;
    let run = this.#clusters.nextDataRun(this.#clusters.select(rank));
    let within = from % CLUSTER_BYTES;
    while (run && at < end) {
      const guestOffset = run.first * CLUSTER_BYTES + within;
      const inRun = run.count * CLUSTER_BYTES - within;
      const length = Math.min(inRun, end - at);
      const data = Math.max(0, Math.min(length, this.#clusters.virtualBytes - guestOffset));
      if (data > 0) pieces.push({ kind: 'data', guestOffset, fileOffset: at, length: data });
      if (data < length) pieces.push({ kind: 'padding', fileOffset: at + data, length: length - data });
      at += length;
      within = 0;
      run = this.#clusters.nextDataRun(run.first + run.count);
    }
  }

  /** Makes a cluster of metadata in `#made`. */
  #make(cluster: number): void {
    if (cluster === this.#madeCluster) return;
    this.#madeCluster = cluster;
    const out = this.#made.fill(0);
    const first = this.#first;
    if (cluster >= first.l2) {
      const table = this.#tables[cluster - first.l2] ?? 0;
      fillL2(out, this.#clusters, table * TABLE_ENTRIES, first.data);
    } else if (cluster >= first.refcountBlocks) {
      const covered = (cluster - first.refcountBlocks) * REFCOUNTS;
      fillRefcounts(out, this.fileBytes / CLUSTER_BYTES - covered);
    } else if (cluster >= first.refcountTable) {
      const from = (cluster - first.refcountTable) * TABLE_ENTRIES;
      fillOffsets(out, first.refcountBlocks + from, first.l2);
    } else if (cluster >= first.l1) {
      fillL1(out, this.#tables, (cluster - first.l1) * TABLE_ENTRIES, first.l2);
    } else this.#header(out);
  }

  #header(out: Buffer): void {
    const { l1, refcountTable, refcountBlocks } = this.#first;
    const placed = {
      virtualBytes: this.virtualBytes,
      l1Entries: this.#l1Entries,
      l1Offset: l1 * CLUSTER_BYTES,
      refcountTableOffset: refcountTable * CLUSTER_BYTES,
      refcountTableClusters: refcountBlocks - refcountTable,
      backing: this.#backing,
    };
    writeHeader(placed, out);
  }
}

/** The L1 indices whose part of the disk has any data or explicit zero cluster. */
function tablesOf(clusters: ClusterMap): Uint32Array {
  const tables = new Uint32Array(Math.ceil(clusters.clusterCount / TABLE_ENTRIES));
  let count = 0;
  for (let index = 0; index < tables.length; index++) {
    const from = index * TABLE_ENTRIES;
    const end = Math.min(from + TABLE_ENTRIES, clusters.clusterCount);
    if (clusters.hasAny(from, end)) tables[count++] = index;
  }
  return tables.slice(0, count);
}

/** The refcount blocks count themselves and their table, so their number is found by trying until it holds. */
function firstClusters(l1Entries: number, l2Tables: number, dataClusters: number): Qcow2Places {
  const l1Clusters = Math.ceil(l1Entries / TABLE_ENTRIES);
  const rest = 1 + l1Clusters + l2Tables + dataClusters;
  let blocks = 1;
  let table = 1;
  for (;;) {
    const needed = Math.ceil((rest + table + blocks) / REFCOUNTS);
    const neededTable = Math.ceil(needed / TABLE_ENTRIES);
    if (needed === blocks && neededTable === table) break;
    blocks = needed;
    table = neededTable;
  }
  const refcountTable = 1 + l1Clusters;
  const refcountBlocks = refcountTable + table;
  const l2 = refcountBlocks + blocks;
  return { l1: 1, refcountTable, refcountBlocks, l2, data: l2 + l2Tables };
}

interface Qcow2Places {
  l1: number;
  refcountTable: number;
  refcountBlocks: number;
  l2: number;
  data: number;
}
