// The FUSE kernel protocol, version 7: its numbers, how requests are read and how replies are written. Pure: bytes in,
// bytes out, always little endian, every struct laid out as the kernel's include/uapi/linux/fuse.h has it.
import { constants } from 'node:os';

export const OPCODE = {
  LOOKUP: 1,
  FORGET: 2,
  GETATTR: 3,
  SETATTR: 4,
  SYMLINK: 6,
  MKNOD: 8,
  MKDIR: 9,
  UNLINK: 10,
  RMDIR: 11,
  RENAME: 12,
  LINK: 13,
  OPEN: 14,
  READ: 15,
  WRITE: 16,
  STATFS: 17,
  RELEASE: 18,
  INIT: 26,
  OPENDIR: 27,
  READDIR: 28,
  RELEASEDIR: 29,
  ACCESS: 34,
  CREATE: 35,
  INTERRUPT: 36,
  DESTROY: 38,
  BATCH_FORGET: 42,
  FALLOCATE: 43,
  READDIRPLUS: 44,
  RENAME2: 45,
  COPY_FILE_RANGE: 47,
  TMPFILE: 51,
} as const;

export const ERRNO = constants.errno;

/** Without READDIRPLUS_AUTO: everybody who lists a virtual directory looks at each entry next (`ls -l` of 100,000: 0.8 s instead of 6.8). */
export const INIT_FLAG = {
  ASYNC_READ: 1 << 0,
  BIG_WRITES: 1 << 5,
  DO_READDIRPLUS: 1 << 13,
  PARALLEL_DIROPS: 1 << 18,
  MAX_PAGES: 1 << 22,
} as const;

export const OPEN_FLAG = { DIRECT_IO: 1 << 0, KEEP_CACHE: 1 << 1, CACHE_DIR: 1 << 3, NOFLUSH: 1 << 5 } as const;

export const MAJOR = 7;
/** The newest minor version whose structs this file writes; the kernel is told the smaller of its own and this. */
export const MINOR = 31;
/** Older kernels (before Linux 3.15) expect a shorter INIT reply. */
export const OLDEST_MINOR = 23;
export const ROOT_ID = 1;
export const PAGE_BYTES = 4096;
/** The most pages that one request may carry without raising a system-wide limit: reads of up to 1 MiB. */
export const MAX_PAGES = 256;
/**
 * The most bytes of one write, and what stands before them in its request. The kernel hands nothing to a buffer that would not hold such
 * a write: without files that can be written it is told of a page, the least that it takes.
 */
export const MAX_WRITE = MAX_PAGES * PAGE_BYTES;
export const WRITE_HEAD = 80;

const S_IFDIR = 0o040000;
const S_IFREG = 0o100000;
const DT_DIR = 4;
const DT_REG = 8;
const IN_HEADER = 40;
const OUT_HEADER = 16;
const ATTR = 88;
const ENTRY_OUT = 40 + ATTR;
const DIRENT = 24;

export interface RequestHeader {
  length: number;
  opcode: number;
  unique: bigint;
  nodeId: number;
}

/** What the kernel may be told of a node. Sizes in bytes, times in whole seconds. */
export interface Attributes {
  nodeId: number;
  /** Number that readers see, when it is not that of the node. */
  inode?: number;
  kind: 'file' | 'directory';
  size: number;
  mtimeSec: number;
  /** Permission bits only. */
  mode: number;
}

export interface InitRequest {
  major: number;
  minor: number;
  maxReadahead: number;
  flags: number;
}

/** The header that opens every request: fuse_in_header. */
export function readHeader(request: Buffer): RequestHeader {
  return {
    length: request.readUInt32LE(0),
    opcode: request.readUInt32LE(4),
    unique: request.readBigUInt64LE(8),
    nodeId: readU64(request, 16),
  };
}

/** fuse_init_in. */
export function readInit(request: Buffer): InitRequest {
  return {
    major: request.readUInt32LE(IN_HEADER),
    minor: request.readUInt32LE(IN_HEADER + 4),
    maxReadahead: request.readUInt32LE(IN_HEADER + 8),
    flags: request.readUInt32LE(IN_HEADER + 12),
  };
}

/** fuse_read_in, which READ, READDIR and READDIRPLUS share: bytes and position asked for. */
export function readRange(request: Buffer): { offset: number; size: number } {
  return { offset: readU64(request, IN_HEADER + 8), size: request.readUInt32LE(IN_HEADER + 16) };
}

/** fuse_write_in: where its bytes belong; they follow at WRITE_HEAD. */
export function readWrite(request: Buffer): { offset: number; size: number } {
  return { offset: readU64(request, IN_HEADER + 8), size: request.readUInt32LE(IN_HEADER + 16) };
}

/** fuse_write_out. */
export function writeReply(size: number): Buffer {
  const reply = Buffer.alloc(8);
  reply.writeUInt32LE(size, 0);
  return reply;
}

/** The name that ends a LOOKUP request of `length` bytes, without its closing NUL. */
export function readName(request: Buffer, length: number): string {
  return request.toString('utf8', IN_HEADER, length - 1);
}

/** fuse_out_header of a reply with `payloadBytes` after it. `errno` is positive, 0 for success. */
export function outHeader(unique: bigint, errno: number, payloadBytes: number): Buffer {
  const header = Buffer.allocUnsafe(OUT_HEADER);
  header.writeUInt32LE(OUT_HEADER + payloadBytes, 0);
  header.writeInt32LE(-errno, 4);
  header.writeBigUInt64LE(unique, 8);
  return header;
}

/** fuse_init_out: takes of the kernel's offer what this server wants. `maxBackground` is a count of requests. */
export function initReply(
  kernel: InitRequest,
  maxReadahead: number,
  maxBackground: number,
  maxWrite: number = PAGE_BYTES,
): Buffer {
  const wanted = Object.values(INIT_FLAG).reduce((all, flag) => all | flag, 0);
  const reply = Buffer.alloc(64);
  reply.writeUInt32LE(MAJOR, 0);
  reply.writeUInt32LE(kernel.major === MAJOR ? Math.min(kernel.minor, MINOR) : MINOR, 4);
  reply.writeUInt32LE(Math.min(kernel.maxReadahead, maxReadahead), 8);
  reply.writeUInt32LE((kernel.flags & wanted) >>> 0, 12);
  reply.writeUInt16LE(maxBackground, 16);
  reply.writeUInt16LE(Math.ceil(maxBackground * 0.75), 18);
  reply.writeUInt32LE(maxWrite, 20);
  reply.writeUInt32LE(1, 24);
  reply.writeUInt16LE(MAX_PAGES, 28);
  return reply;
}

/** fuse_attr_out. `validSec` is how long the kernel may go without asking again. */
export function attrReply(node: Attributes, validSec: number): Buffer {
  const reply = Buffer.alloc(16 + ATTR);
  writeU64(reply, validSec, 0);
  writeAttr(reply, node, 16);
  return reply;
}

/** fuse_entry_out. */
export function entryReply(node: Attributes, validSec: number): Buffer {
  const reply = Buffer.alloc(ENTRY_OUT);
  writeEntry(reply, node, validSec, 0);
  return reply;
}

/** fuse_open_out. Reads name their node, so no file handle is handed out. */
export function openReply(flags: number): Buffer {
  const reply = Buffer.alloc(16);
  reply.writeUInt32LE(flags, 8);
  return reply;
}

/** fuse_statfs_out: full (nothing can be written), `files` nodes, names of up to 255 bytes. */
export function statfsReply(totalBytes: number, files: number): Buffer {
  const reply = Buffer.alloc(80);
  writeU64(reply, Math.ceil(totalBytes / PAGE_BYTES), 0);
  writeU64(reply, files, 24);
  reply.writeUInt32LE(PAGE_BYTES, 40);
  reply.writeUInt32LE(255, 44);
  reply.writeUInt32LE(PAGE_BYTES, 48);
  return reply;
}

/** Writes directory records one after another into a page of at most `capacity` bytes. */
export class DirectoryPage {
  readonly #page: Buffer;
  readonly #plus: boolean;
  #used = 0;

  constructor(capacity: number, plus: boolean) {
    this.#page = Buffer.alloc(capacity);
    this.#plus = plus;
  }

  /**
   * Adds a record; `next` is the position at which a later call goes on after it. False when it no longer fits.
   * `validSec` of 0 leaves the node out of a READDIRPLUS record ("." and ".." need no lookup).
   */
  add(name: string, node: Attributes, next: number, validSec: number): boolean {
    const nameBytes = Buffer.byteLength(name);
    const head = this.#plus ? ENTRY_OUT : 0;
    const record = align8(head + DIRENT + nameBytes);
    if (this.#used + record > this.#page.length) return false;
    if (this.#plus && validSec > 0) writeEntry(this.#page, node, validSec, this.#used);
    const at = this.#used + head;
    writeU64(this.#page, node.inode ?? node.nodeId, at);
    writeU64(this.#page, next, at + 8);
    this.#page.writeUInt32LE(nameBytes, at + 16);
    this.#page.writeUInt32LE(node.kind === 'directory' ? DT_DIR : DT_REG, at + 20);
    this.#page.write(name, at + DIRENT);
    this.#used += record;
    return true;
  }

  bytes(): Buffer {
    return this.#page.subarray(0, this.#used);
  }
}

function writeEntry(target: Buffer, node: Attributes, validSec: number, at: number): void {
  writeU64(target, node.nodeId, at);
  writeU64(target, validSec, at + 16);
  writeU64(target, validSec, at + 24);
  writeAttr(target, node, at + 40);
}

function writeAttr(target: Buffer, node: Attributes, at: number): void {
  const directory = node.kind === 'directory';
  writeU64(target, node.inode ?? node.nodeId, at);
  writeU64(target, node.size, at + 8);
  writeU64(target, Math.ceil(node.size / 512), at + 16);
  for (const time of [24, 32, 40]) writeU64(target, node.mtimeSec, at + time);
  target.writeUInt32LE((directory ? S_IFDIR : S_IFREG) | node.mode, at + 60);
  target.writeUInt32LE(directory ? 2 : 1, at + 64);
  target.writeUInt32LE(PAGE_BYTES, at + 80);
}

/** 64 bits without a bigint each: listing a large directory writes millions of them. Exact up to 2^53. */
function writeU64(target: Buffer, value: number, at: number): void {
  target.writeUInt32LE(value % 0x1_0000_0000, at);
  target.writeUInt32LE(Math.floor(value / 0x1_0000_0000), at + 4);
}

function readU64(source: Buffer, at: number): number {
  return source.readUInt32LE(at) + source.readUInt32LE(at + 4) * 0x1_0000_0000;
}

function align8(bytes: number): number {
  return (bytes + 7) & ~7;
}
