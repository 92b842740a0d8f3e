// Reads a qcow2 as QEMU writes it, at random access: tables and clusters lie anywhere, clusters may be compressed. Memory is the cluster
// map and one table. Nothing in the file is believed unchecked, and no other file that it names is ever opened: what stands below it is
// not its to say.
import { constants, inflateRawSync } from 'node:zlib';
import { CODE, OneError, reasonOf } from '../model/errors.ts';
import { Bitmap } from './bitmap.ts';
import { CLUSTER_BYTES, ClusterMap, MAX_VIRTUAL_BYTES } from './cluster-map.ts';
import {
  CLUSTER_BITS,
  COMPRESSED_HIGH,
  INCOMPATIBLE,
  OFFSET_HIGH,
  TABLE_ENTRIES,
  ZERO_LOW,
  type Qcow2Header,
} from './qcow2-format.ts';
import { readQcow2Header, type DataPiece, type RandomAccess } from './qcow2-read.ts';

/** A file whose length is known. */
export interface RandomFile extends RandomAccess {
  readonly bytes: number;
  close(): Promise<void>;
}

/** So many clusters that follow each other in the file are read at once. */
const MOST_AT_ONCE = 16;
const SECTOR_BYTES = 512;

/** Why a qcow2 with this header cannot be read, in words; undefined when it can. */
export function scatteredRefusal(header: Qcow2Header): string | undefined {
  const { incompatible: flags, virtualBytes, l1Entries, l1Offset } = header;
  if (header.cryptMethod !== 0) return 'encryption is not supported';
  if (flags & INCOMPATIBLE.EXTERNAL_DATA) return 'an external data file is not supported';
  if (flags & INCOMPATIBLE.EXTENDED_L2) return 'extended L2 entries are not supported';
  if (flags & INCOMPATIBLE.COMPRESSION) return 'this compression is not supported';
  if (flags & INCOMPATIBLE.CORRUPT) return 'it is marked as corrupt';
  if (header.unknownIncompatible) return 'it uses a feature that is not known';
  if (header.clusterBits !== CLUSTER_BITS) return `clusters of 2^${header.clusterBits} bytes are not supported`;
  if (virtualBytes > MAX_VIRTUAL_BYTES) return `its disk has ${virtualBytes} bytes, which is more than 64 TiB`;
  const needed = tablesOf(virtualBytes);
  if (l1Entries < needed) return `its L1 table has ${l1Entries} entries, ${needed} belong to its size`;
  if (needed > 0 && (l1Offset === 0 || l1Offset % CLUSTER_BYTES !== 0))
    return `its L1 table stands at byte ${l1Offset}`;
  return undefined;
}

/** A scattered qcow2 whose tables have been read once. */
export class ScatteredQcow2 {
  readonly virtualBytes: number;
  readonly clusters: ClusterMap;
  readonly #tables: Tables;

  constructor(tables: Tables, clusters: ClusterMap) {
    this.virtualBytes = clusters.virtualBytes;
    this.clusters = clusters;
    this.#tables = tables;
  }

  /** The data in guest order; a piece is valid until the next is asked for, and none reaches beyond the disk. Throws OneError. */
  async *data(): AsyncGenerator<DataPiece, void, undefined> {
    const buffer = Buffer.alloc(MOST_AT_ONCE * CLUSTER_BYTES);
    let run = this.clusters.nextDataRun(0);
    while (run) {
      const end = run.first + run.count;
      for (let cluster = run.first; cluster < end;) {
        const count = await this.#tables.read(cluster, Math.min(MOST_AT_ONCE, end - cluster), buffer);
        const guestOffset = cluster * CLUSTER_BYTES;
        const length = Math.min(count * CLUSTER_BYTES, this.virtualBytes - guestOffset);
        yield { guestOffset, data: buffer.subarray(0, length) };
        cluster += count;
      }
      run = this.clusters.nextDataRun(end);
    }
  }

  async close(): Promise<void> {
    await this.#tables.file.close();
  }
}

/** Reads the tables. `name` stands in errors. Throws OneError, and closes the file, when it is no such qcow2. */
export async function readScatteredQcow2(file: RandomFile, name: string): Promise<ScatteredQcow2> {
  try {
    const header = await readQcow2Header(file, name);
    const refused = scatteredRefusal(header);
    if (refused !== undefined) throw unreadable(name, refused);
    const tables = new Tables(file, name, await readL1(file, header, name));
    return new ScatteredQcow2(tables, await tables.map(header.virtualBytes));
  } catch (error) {
    await file.close();
    throw error;
  }
}

function tablesOf(virtualBytes: number): number {
  return Math.ceil(virtualBytes / CLUSTER_BYTES / TABLE_ENTRIES);
}

async function readL1(file: RandomFile, { virtualBytes, l1Offset }: Qcow2Header, name: string): Promise<number[]> {
  const l1 = Buffer.alloc(tablesOf(virtualBytes) * 8);
  await fill(file, l1, l1.length, l1Offset, name);
  const offsets: number[] = [];
  for (let at = 0; at < l1.length; at += 8) {
    offsets.push(placeOf(l1.readUInt32BE(at), l1.readUInt32BE(at + 4), `entry ${at / 8} of its L1 table`, name));
  }
  return offsets;
}

type Entry = { kind: 'absent' | 'zero' } | { kind: 'plain'; offset: number } | Compressed;
interface Compressed {
  kind: 'compressed';
  offset: number;
  bytes: number;
}

/** The L2 tables, of which the last one that was asked for is kept. */
class Tables {
  readonly file: RandomFile;
  readonly #name: string;
  readonly #l1: number[];
  readonly #table = Buffer.alloc(CLUSTER_BYTES);
  #index = -1;

  constructor(file: RandomFile, name: string, l1: number[]) {
    this.file = file;
    this.#name = name;
    this.#l1 = l1;
  }

  async map(virtualBytes: number): Promise<ClusterMap> {
    const count = Math.ceil(virtualBytes / CLUSTER_BYTES);
    const data = new Bitmap(count);
    const zero = new Bitmap(count);
    for (let cluster = 0; cluster < count; cluster++) {
      if (this.#l1[Math.floor(cluster / TABLE_ENTRIES)] === 0) {
        cluster += TABLE_ENTRIES - 1; // nothing of the table's range is there
        continue;
      }
      const { kind } = await this.#entry(cluster);
      if (kind === 'zero') zero.set(cluster, cluster + 1);
      else if (kind !== 'absent') data.set(cluster, cluster + 1);
    }
    return new ClusterMap(virtualBytes, data, zero);
  }

  /** Reads clusters from `cluster` on, `most` at most, which are data; returns how many. */
  async read(cluster: number, most: number, into: Buffer): Promise<number> {
    const first = await this.#entry(cluster);
    if (first.kind === 'compressed') {
      await this.#inflate(cluster, first, into);
      return 1;
    }
    if (first.kind !== 'plain') throw unreadable(this.#name, `cluster ${cluster} changed while it was read`);
    let count = 1;
    while (count < most) {
      const next = await this.#entry(cluster + count);
      if (next.kind !== 'plain' || next.offset !== first.offset + count * CLUSTER_BYTES) break;
      count++;
    }
    // QEMU may leave out the zeroes at the end of the last cluster of a file
    const length = Math.min(count * CLUSTER_BYTES, this.file.bytes - first.offset);
    await fill(this.file, into, length, first.offset, this.#name);
    into.fill(0, length, count * CLUSTER_BYTES);
    return count;
  }

  async #inflate(cluster: number, { offset, bytes }: Compressed, into: Buffer): Promise<void> {
    const packed = Buffer.alloc(Math.min(bytes, this.file.bytes - offset));
    await fill(this.file, packed, packed.length, offset, this.#name);
    try {
      const options = { maxOutputLength: CLUSTER_BYTES, finishFlush: constants.Z_SYNC_FLUSH };
      const whole = inflateRawSync(packed, options);
      if (whole.length !== CLUSTER_BYTES) throw new Error(`it holds ${whole.length} bytes`);
      whole.copy(into);
    } catch (cause) {
      throw unreadable(this.#name, `the compressed cluster ${cluster} is damaged: ${reasonOf(cause)}`, cause);
    }
  }

  async #entry(cluster: number): Promise<Entry> {
    const index = Math.floor(cluster / TABLE_ENTRIES);
    if (index !== this.#index) await this.#load(index);
    const at = (cluster % TABLE_ENTRIES) * 8;
    const [high, low] = [this.#table.readUInt32BE(at), this.#table.readUInt32BE(at + 4)];
    const what = `entry ${cluster} of its L2 tables`;
    if (high & COMPRESSED_HIGH) {
      const offset = (high & 0x3fffff) * 2 ** 32 + low;
      const bytes = (((high >>> 22) & 0xff) + 1) * SECTOR_BYTES - (offset % SECTOR_BYTES);
      return { kind: 'compressed', offset: inside(this.file, offset, what, this.#name), bytes };
    }
    if (low & ZERO_LOW) return { kind: 'zero' };
    const offset = placeOf(high, low, what, this.#name);
    if (offset === 0) return { kind: 'absent' };
    return { kind: 'plain', offset: inside(this.file, offset, what, this.#name) };
  }

  async #load(index: number): Promise<void> {
    this.#index = -1;
    const offset = this.#l1[index] ?? 0;
    if (offset === 0) this.#table.fill(0);
    else await fill(this.file, this.#table, CLUSTER_BYTES, offset, this.#name);
    this.#index = index;
  }
}

function placeOf(high: number, low: number, what: string, name: string): number {
  const offset = (high & OFFSET_HIGH) * 2 ** 32 + low;
  if (low % CLUSTER_BYTES !== 0) throw unreadable(name, `${what} is damaged`);
  return offset;
}

function inside({ bytes }: RandomFile, offset: number, what: string, name: string): number {
  if (offset < bytes) return offset;
  throw unreadable(name, `${what} leads to byte ${offset}, and the file has ${bytes}`);
}

async function fill(file: RandomFile, into: Buffer, length: number, position: number, name: string): Promise<void> {
  for (let filled = 0; filled < length;) {
    const { bytesRead } = await file.read(into, filled, length - filled, position + filled);
    if (bytesRead === 0) throw unreadable(name, `it ends at byte ${position + filled}, more was announced`);
    filled += bytesRead;
  }
}

function unreadable(name: string, why: string, cause?: unknown): OneError {
  return new OneError(CODE.INTERNAL, `Could not read ${name}: ${why}.`, { cause });
}
