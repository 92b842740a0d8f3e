// Reads a sequential qcow2 from a stream that only goes forward: tables first, then data clusters in guest order. Memory
// is the cluster map and a few tables. Nothing in the file is believed unchecked; what a sequential qcow2 cannot have
// (compression, encryption, snapshots ...) is refused by name.
import { CODE, OneError } from '../model/errors.ts';
import { Bitmap } from './bitmap.ts';
import { CLUSTER_BYTES, ClusterMap, MAX_VIRTUAL_BYTES } from './cluster-map.ts';
import { ForwardReader } from './forward-reader.ts';
import {
  CLUSTER_BITS,
  COMPRESSED_HIGH,
  COPIED_HIGH,
  INCOMPATIBLE,
  OFFSET_HIGH,
  parseHeader,
  TABLE_ENTRIES,
  ZERO_LOW,
  type Backing,
  type Qcow2Header,
} from './qcow2-format.ts';
import { Qcow2Layout } from './qcow2-layout.ts';

/** Bytes of the disk; `data` is valid until the next piece is asked for. */
export interface DataPiece {
  guestOffset: number;
  data: Uint8Array;
}

/** A file that can be read anywhere: a FileHandle is one. */
export interface RandomAccess {
  read(into: Uint8Array, at: number, length: number, position: number): Promise<{ bytesRead: number }>;
}

/** Reads the header of any qcow2, also one that is not sequential. `name` stands in errors. Throws OneError. */
export async function readQcow2Header(file: RandomAccess, name: string): Promise<Qcow2Header> {
  const bytes = Buffer.alloc(CLUSTER_BYTES);
  let filled = 0;
  for (;;) {
    const { bytesRead } = await file.read(bytes, filled, bytes.length - filled, filled);
    filled += bytesRead;
    if (bytesRead === 0 || filled === bytes.length) return parseHeader(bytes.subarray(0, filled), name);
  }
}

/** A sequential qcow2 whose tables have been read. */
export class SequentialQcow2 {
  readonly virtualBytes: number;
  readonly clusters: ClusterMap;
  readonly backing: Backing | undefined;
  readonly #reader: ForwardReader;
  readonly #dataOffset: number;

  constructor(reader: ForwardReader, clusters: ClusterMap, dataOffset: number, backing: Backing | undefined) {
    this.virtualBytes = clusters.virtualBytes;
    this.clusters = clusters;
    this.backing = backing;
    this.#reader = reader;
    this.#dataOffset = dataOffset;
  }

  /**
   * The data in guest order, without copying: pieces are as large as the stream's chunks, end with a run of clusters at
   * the latest, and never reach beyond the disk. To be called once. Throws OneError, also when the stream goes on after
   * the last cluster.
   */
  async *data(): AsyncGenerator<DataPiece, void, undefined> {
    const reader = this.#reader;
    try {
      await reader.skipTo(this.#dataOffset);
      let run = this.clusters.nextDataRun(0);
      while (run) {
        let guestOffset = run.first * CLUSTER_BYTES;
        const end = guestOffset + run.count * CLUSTER_BYTES;
        while (guestOffset < end) {
          const part = await reader.some(end - guestOffset);
          const onDisk = Math.min(part.length, this.virtualBytes - guestOffset);
          if (onDisk > 0) yield { guestOffset, data: onDisk === part.length ? part : part.subarray(0, onDisk) };
          guestOffset += part.length;
        }
        run = this.clusters.nextDataRun(run.first + run.count);
      }
      if (!(await reader.ended())) throw reader.error(`it goes on after its last cluster, at byte ${reader.position}`);
    } finally {
      await reader.close();
    }
  }

  /** Lets go of the stream when the data is not wanted. */
  async close(): Promise<void> {
    await this.#reader.close();
  }
}

/**
 * Reads the tables of a sequential qcow2 and stops before its data. `name` stands in errors. Throws OneError and lets go
 * of the stream when it is no such file.
 */
export async function readSequentialQcow2(stream: AsyncIterable<Uint8Array>, name: string): Promise<SequentialQcow2> {
  const reader = new ForwardReader(stream, name);
  try {
    const first = Buffer.alloc(CLUSTER_BYTES);
    const header = parseHeader(first.subarray(0, await reader.fillSome(first)), name);
    const refused = refusal(header);
    if (refused) throw reader.error(refused);
    const tables = await readL1(reader, header);
    const { clusters, dataOffset } = await readL2(reader, header, tables);
    return new SequentialQcow2(reader, clusters, dataOffset, header.backing);
  } catch (error) {
    await reader.close().catch(() => undefined); // the first failure is the one to report
    throw error;
  }
}

/** Throws OneError when a header is none of a stored disk: one that may lead to other files, or holds what no backup does. */
export function requireStored(header: Qcow2Header, name: string): void {
  const refused = refusal(header);
  if (refused === undefined) return;
  throw new OneError(CODE.INTERNAL, `${name} is no disk that OneVault has stored: ${refused}.`);
}

/** Why this header is not one of a sequential qcow2. */
function refusal(header: Qcow2Header): string | undefined {
  const { incompatible: flags } = header;
  if (header.version !== 3) return `qcow2 version ${header.version} is not supported`;
  if (header.cryptMethod !== 0) return 'encryption is not supported';
  if (header.snapshots !== 0) return 'internal snapshots are not supported';
  if (flags & INCOMPATIBLE.EXTERNAL_DATA) return 'an external data file is not supported';
  if (flags & INCOMPATIBLE.EXTENDED_L2) return 'extended L2 entries are not supported';
  if (flags & INCOMPATIBLE.COMPRESSION) return 'this compression is not supported';
  if (flags & INCOMPATIBLE.CORRUPT) return 'it is marked as corrupt';
  if (flags & INCOMPATIBLE.DIRTY) return 'it is marked as dirty: its refcounts may be wrong';
  if (header.unknownIncompatible) return 'it uses a feature that is not known';
  if (header.clusterBits !== CLUSTER_BITS) return `clusters of 2^${header.clusterBits} bytes are not supported`;
  if (header.refcountOrder !== 4) return `refcounts of 2^${header.refcountOrder} bits are not supported`;
  return sizesRefusal(header);
}

function sizesRefusal({ virtualBytes, l1Entries, l1Offset }: Qcow2Header): string | undefined {
  if (virtualBytes > MAX_VIRTUAL_BYTES) return `its disk has ${virtualBytes} bytes, which is more than 64 TiB`;
  const needed = Math.max(1, Math.ceil(virtualBytes / CLUSTER_BYTES / TABLE_ENTRIES));
  if (l1Entries !== needed) return `its L1 table has ${l1Entries} entries, ${needed} belong to its size`;
  if (l1Offset === 0 || l1Offset % CLUSTER_BYTES !== 0) return `its L1 table stands at byte ${l1Offset}`;
  return undefined;
}

interface L2Place {
  /** First guest cluster of the table. */
  cluster: number;
  offset: number;
}

/** Where the L2 tables are; they must follow the L1 table in guest order. */
async function readL1(reader: ForwardReader, header: Qcow2Header): Promise<L2Place[]> {
  const l1 = Buffer.alloc(header.l1Entries * 8);
  await reader.skipTo(header.l1Offset);
  await reader.fill(l1);
  const tables: L2Place[] = [];
  let free = reader.position;
  for (let index = 0; index < header.l1Entries; index++) {
    const high = l1.readUInt32BE(index * 8);
    const low = l1.readUInt32BE(index * 8 + 4);
    if (high === 0 && low === 0) continue;
    const offset = (high & OFFSET_HIGH) * 2 ** 32 + low;
    if ((high & ~OFFSET_HIGH) >>> 0 !== COPIED_HIGH || low % CLUSTER_BYTES !== 0) throw badEntry(reader, 'L1', index);
    if (offset < free) throw reader.error(`its tables are out of order: an L2 table at ${offset}, not after ${free}`);
    tables.push({ cluster: index * TABLE_ENTRIES, offset });
    free = offset + CLUSTER_BYTES;
  }
  return tables;
}

interface Mapped {
  clusters: ClusterMap;
  /** Where the data begins, or the file ends when there is none. */
  dataOffset: number;
}

async function readL2(reader: ForwardReader, header: Qcow2Header, tables: L2Place[]): Promise<Mapped> {
  const { virtualBytes } = header;
  const count = Math.ceil(virtualBytes / CLUSTER_BYTES);
  const tablesEnd = Math.max(
    (tables.at(-1)?.offset ?? reader.position) + CLUSTER_BYTES,
    header.refcountTableOffset + header.refcountTableClusters * CLUSTER_BYTES,
  );
  const scan = new L2Scan(reader, count, tablesEnd);
  const table = Buffer.alloc(CLUSTER_BYTES);
  for (const { cluster, offset } of tables) {
    await reader.skipTo(offset);
    await reader.fill(table);
    scan.add(cluster, table);
  }
  const clusters = new ClusterMap(virtualBytes, scan.data, scan.zero);
  const dataOffset = scan.dataOffset ?? new Qcow2Layout({ virtualBytes, clusters }).fileBytes;
  return { clusters, dataOffset };
}

/** Goes through L2 tables in guest order and checks that the data clusters follow each other without a gap. */
class L2Scan {
  readonly data: Bitmap;
  readonly zero: Bitmap;
  dataOffset: number | undefined;
  readonly #reader: ForwardReader;
  readonly #tablesEnd: number;
  #next = 0;

  constructor(reader: ForwardReader, clusters: number, tablesEnd: number) {
    this.#reader = reader;
    this.#tablesEnd = tablesEnd;
    this.data = new Bitmap(clusters);
    this.zero = new Bitmap(clusters);
  }

  add(firstCluster: number, table: Buffer): void {
    const view = new DataView(table.buffer, table.byteOffset, table.length);
    for (let at = 0; at < CLUSTER_BYTES; at += 8) {
      const high = view.getUint32(at);
      const low = view.getUint32(at + 4);
      if (high !== 0 || low !== 0) this.#entry(firstCluster + at / 8, high, low);
    }
  }

  #entry(cluster: number, high: number, low: number): void {
    if (cluster >= this.data.length) throw this.#reader.error('it maps clusters behind the end of its disk');
    if (high === 0 && low === ZERO_LOW) return this.zero.set(cluster, cluster + 1);
    if (high & COMPRESSED_HIGH) throw this.#reader.error('compressed clusters are not supported');
    if (low & ZERO_LOW) throw this.#reader.error('zero clusters that take room in the file are not supported');
    if ((high & ~OFFSET_HIGH) >>> 0 !== COPIED_HIGH || low % CLUSTER_BYTES !== 0)
      throw badEntry(this.#reader, 'L2', cluster);
    this.#inOrder((high & OFFSET_HIGH) * 2 ** 32 + low);
    this.data.set(cluster, cluster + 1);
  }

  #inOrder(offset: number): void {
    if (this.dataOffset === undefined) {
      if (offset < this.#tablesEnd) throw this.#reader.error(`its data begins at ${offset}, before its tables end`);
      this.dataOffset = offset;
    } else if (offset !== this.#next) {
      throw this.#reader.error(`its data is out of order: a cluster at ${offset} where ${this.#next} follows`);
    }
    this.#next = offset + CLUSTER_BYTES;
  }
}

function badEntry(reader: ForwardReader, table: string, index: number): OneError {
  return reader.error(`entry ${index} of its ${table} tables is damaged`);
}
