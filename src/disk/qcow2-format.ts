// Numbers of the qcow2 format, and the header with its extensions: how it is written for a sequential qcow2 and how the
// header of any qcow2 is read. Pure; hostile headers end in a OneError that names the file.
import { CODE, OneError } from '../model/errors.ts';

export const QCOW2_MAGIC = 0x514649fb;
export const CLUSTER_BITS = 16;
export const HEADER_BYTES = 104;
/** Clusters that one L2 table maps, and entries of every other table of 8-byte entries. */
export const TABLE_ENTRIES = 8192;
/** Clusters that one refcount block of 16-bit counts covers. */
export const REFCOUNTS = 32768;

/** Upper half of a table entry: the cluster is used once. */
export const COPIED_HIGH = 0x80000000;
/** Upper half of an L2 entry: the cluster is compressed. */
export const COMPRESSED_HIGH = 0x40000000;
/** Bits of the upper half that belong to the offset. */
export const OFFSET_HIGH = 0x00ffffff;
/** Lower half of an L2 entry: the cluster reads as zeroes. */
export const ZERO_LOW = 1;

const EXTENSION = { END: 0, BACKING_FORMAT: 0xe2792aca } as const;
/** The format's own limit. */
const MAX_BACKING_BYTES = 1023;

export const INCOMPATIBLE = { DIRTY: 1, CORRUPT: 2, EXTERNAL_DATA: 4, COMPRESSION: 8, EXTENDED_L2: 16 } as const;

/** The file that shows through where a qcow2 holds nothing, and its format. */
export interface Backing {
  file: string;
  format: string;
}

export interface Qcow2Header {
  version: number;
  clusterBits: number;
  /** Size of the disk in bytes. */
  virtualBytes: number;
  /** 0 is none. */
  cryptMethod: number;
  l1Entries: number;
  l1Offset: number;
  refcountTableOffset: number;
  refcountTableClusters: number;
  refcountOrder: number;
  snapshots: number;
  /** Lower half of the incompatible features. */
  incompatible: number;
  /** Whether any other incompatible feature is on. */
  unknownIncompatible: boolean;
  /** `format` is '' when the header does not tell. */
  backing: Backing | undefined;
}

/** The parts of a header that differ between sequential qcow2 files. */
export type Placed = Pick<
  Qcow2Header,
  'virtualBytes' | 'l1Entries' | 'l1Offset' | 'refcountTableOffset' | 'refcountTableClusters' | 'backing'
>;

/** Writes the header into the first cluster, which must be zero filled. Throws OneError when the backing does not fit. */
export function writeHeader(placed: Placed, cluster: Buffer): void {
  cluster.writeUInt32BE(QCOW2_MAGIC, 0);
  cluster.writeUInt32BE(3, 4);
  cluster.writeUInt32BE(CLUSTER_BITS, 20);
  cluster.writeBigUInt64BE(BigInt(placed.virtualBytes), 24);
  cluster.writeUInt32BE(placed.l1Entries, 36);
  cluster.writeBigUInt64BE(BigInt(placed.l1Offset), 40);
  cluster.writeBigUInt64BE(BigInt(placed.refcountTableOffset), 48);
  cluster.writeUInt32BE(placed.refcountTableClusters, 56);
  cluster.writeUInt32BE(4, 96);
  cluster.writeUInt32BE(HEADER_BYTES, 100);
  if (placed.backing) writeBacking(placed.backing, cluster);
}

function writeBacking(backing: Backing, cluster: Buffer): void {
  const format = Buffer.from(backing.format);
  const file = Buffer.from(backing.file);
  if (file.length === 0 || file.length > MAX_BACKING_BYTES || format.length > 64) {
    throw new OneError(
      CODE.ACTION,
      `"${backing.file}" cannot be a backing file: qcow2 takes names of 1 to ${MAX_BACKING_BYTES} bytes, this has ${file.length}.`,
    );
  }
  cluster.writeUInt32BE(EXTENSION.BACKING_FORMAT, HEADER_BYTES);
  cluster.writeUInt32BE(format.length, HEADER_BYTES + 4);
  format.copy(cluster, HEADER_BYTES + 8);
  // The end of the extensions is 8 zero bytes after the padded format.
  const at = HEADER_BYTES + 8 + Math.ceil(format.length / 8) * 8 + 8;
  file.copy(cluster, at);
  cluster.writeUInt32BE(at, 12);
  cluster.writeUInt32BE(file.length, 16);
}

/**
 * Reads the header of a qcow2 of version 2 or 3. `bytes` are the first of the file, a cluster or as many as there are;
 * `name` stands in errors. Throws OneError for anything that is no such header.
 */
export function parseHeader(bytes: Buffer, name: string): Qcow2Header {
  if (bytes.length < 72 || bytes.readUInt32BE(0) !== QCOW2_MAGIC) throw notQcow2(name, 'it does not start as one');
  const version = bytes.readUInt32BE(4);
  if (version !== 2 && version !== 3) throw notQcow2(name, `its version is ${version}`);
  if (version === 3 && bytes.length < HEADER_BYTES) throw notQcow2(name, 'it ends within its header');
  const clusterBits = bytes.readUInt32BE(20);
  if (clusterBits < 9 || clusterBits > 21) throw notQcow2(name, `its clusters have 2^${clusterBits} bytes`);
  return {
    version,
    clusterBits,
    virtualBytes: offsetAt(bytes, 24, 'size', name),
    cryptMethod: bytes.readUInt32BE(32),
    l1Entries: bytes.readUInt32BE(36),
    l1Offset: offsetAt(bytes, 40, 'L1 table', name),
    refcountTableOffset: offsetAt(bytes, 48, 'refcount table', name),
    refcountTableClusters: bytes.readUInt32BE(56),
    refcountOrder: version === 3 ? bytes.readUInt32BE(96) : 4,
    snapshots: bytes.readUInt32BE(60),
    incompatible: version === 3 ? bytes.readUInt32BE(76) : 0,
    unknownIncompatible: version === 3 && (bytes.readUInt32BE(72) !== 0 || bytes.readUInt32BE(76) > 31),
    backing: readBacking(bytes, version, name),
  };
}

function readBacking(bytes: Buffer, version: number, name: string): Backing | undefined {
  const at = offsetAt(bytes, 8, 'backing file', name);
  const length = bytes.readUInt32BE(16);
  if (at === 0) return undefined;
  if (length === 0 || length > MAX_BACKING_BYTES || at + length > bytes.length) {
    throw notQcow2(name, `its backing file name has ${length} bytes at ${at}`);
  }
  const start = version === 3 ? bytes.readUInt32BE(100) : 72;
  return { file: bytes.toString('utf8', at, at + length), format: backingFormat(bytes.subarray(0, at), start, name) };
}

/** The backing format of the extensions that start at `start` and end with `bytes`; '' when there is none. */
function backingFormat(bytes: Buffer, start: number, name: string): string {
  for (let at = start; at + 8 <= bytes.length;) {
    const type = bytes.readUInt32BE(at);
    const length = bytes.readUInt32BE(at + 4);
    if (type === EXTENSION.END) return '';
    if (at + 8 + length > bytes.length) throw notQcow2(name, `a header extension has ${length} bytes`);
    if (type === EXTENSION.BACKING_FORMAT) return bytes.toString('utf8', at + 8, at + 8 + length);
    at += 8 + Math.ceil(length / 8) * 8;
  }
  return '';
}

function offsetAt(bytes: Buffer, at: number, what: string, name: string): number {
  const value = Number(bytes.readBigUInt64BE(at));
  if (!Number.isSafeInteger(value)) throw notQcow2(name, `the ${what} in its header is ${value}`);
  return value;
}

function notQcow2(name: string, why: string): OneError {
  return new OneError(CODE.ACTION, `${name} could not be read as a qcow2: ${why}.`);
}
