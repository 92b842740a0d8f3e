// Answers the kernel's requests on one /dev/fuse descriptor from a numbered tree. Several requests are served at once;
// a file whose source fails or hangs does not keep others waiting, and no more than `maxReads` reads are held in memory.
//
// Chosen by measuring restic 0.14, cat and dd over 2 GiB on 2 busy cores (medians; CPU seconds of reader and server):
// - The page cache, not FOPEN_DIRECT_IO. With a source that answers at once restic took 6.1 CPU s through the page cache,
//   5.7 without, 5.0 on a plain file. But when each read takes 2 ms, direct reads wait for every one of them: 15 s of wall
//   against 5; and over NBD, with a source that reads ahead itself, both took the same (8.0 CPU s, 8.5 to 9.3 s of wall).
//   cat asks for 128 KiB at a time when read directly (1.4 CPU s against 1.0). And a reader that waits for the page cache
//   can be killed; one that waits for a direct read cannot.
// - One thread that waits on the device: a second made no difference beyond the noise (restic 6.1 and 6.4 CPU s, cat 1.06 and
//   1.08), and each is lost to the rest of the process.
// - Replies are written synchronously: the kernel only copies, and handing that to a thread was no cheaper (dd: 1.4 to 2.1
//   CPU s against 1.1 to 2.0) and not faster.
import fs from 'node:fs';
import { CODE, OneError } from '../model/errors.ts';
import * as wire from './protocol.ts';
import { ERRNO, OPCODE, OPEN_FLAG } from './protocol.ts';
import type { DirectoryNode, FileNode, Node, Tree } from './tree.ts';

/** Nothing ever changes in the tree, so the kernel need not ask twice. */
const VALID_SEC = 86_400;
/** The kernel refuses smaller buffers; no request of a read-only mount is larger. */
const REQUEST_BYTES = 16 * 1024;
/** Writes that are taken and not yet done. */
const WRITE_BUFFERS = 8;

export interface ServerOptions {
  /** Reads of sources under way at the same time, up to 1 MiB each. More wait as bare requests. */
  maxReads: number;
  maxReadaheadBytes: number;
  onReadError?: ((path: string, error: unknown) => void) | undefined;
  onWriteError?: ((path: string, error: unknown) => void) | undefined;
}

interface Reply {
  errno?: number;
  payload?: Buffer;
}

const OK: Reply = {};
const fail = (errno: number): Reply => ({ errno });

/** What a program that writes a file does to it besides: believed to be done. */
const BESIDE_WRITING = new Set<number>([OPCODE.SETATTR, OPCODE.FALLOCATE]);
const READ_ONLY = new Set<number>([
  OPCODE.SETATTR,
  OPCODE.SYMLINK,
  OPCODE.MKNOD,
  OPCODE.MKDIR,
  OPCODE.UNLINK,
  OPCODE.RMDIR,
  OPCODE.RENAME,
  OPCODE.RENAME2,
  OPCODE.LINK,
  OPCODE.WRITE,
  OPCODE.CREATE,
  OPCODE.TMPFILE,
  OPCODE.FALLOCATE,
  OPCODE.COPY_FILE_RANGE,
]);
const NO_REPLY = new Set<number>([OPCODE.FORGET, OPCODE.BATCH_FORGET, OPCODE.INTERRUPT]);

export class FuseServer {
  /** Settles when the kernel is ready to use the mount. */
  readonly ready: Promise<void>;
  /** Settles when the kernel has let go of the connection and the descriptor is closed. */
  readonly closed: Promise<void>;
  readonly #fd: number;
  readonly #tree: Tree;
  readonly #options: ServerOptions;
  readonly #waiting: (() => void)[] = [];
  /** Buffers for requests while others hold writes. */
  readonly #spare: Buffer[] = [];
  #starved = false;
  #reads = 0;
  #ended = false;
  #markReady: () => void = () => undefined;
  #markFailed: (error: unknown) => void = () => undefined;
  #markClosed: () => void = () => undefined;

  /** Takes over `fd`, which must already be mounted, and serves at once. */
  constructor(fd: number, tree: Tree, options: ServerOptions) {
    this.#fd = fd;
    this.#tree = tree;
    this.#options = options;
    this.ready = new Promise((resolve, reject) => {
      this.#markReady = resolve;
      this.#markFailed = reject;
    });
    this.ready.catch(() => undefined); // met by whoever waits for it
    this.closed = new Promise((resolve) => (this.#markClosed = resolve));
    const bytes = tree.writable ? wire.MAX_WRITE + wire.PAGE_BYTES : REQUEST_BYTES;
    if (tree.writable) for (let at = 1; at < WRITE_BUFFERS; at++) this.#spare.push(Buffer.allocUnsafeSlow(bytes));
    this.#listen(Buffer.allocUnsafeSlow(bytes));
  }

  /** Whether the kernel has begun to let go. */
  get ended(): boolean {
    return this.#ended;
  }

  #listen(buffer: Buffer): void {
    fs.read(this.#fd, buffer, 0, buffer.length, null, (error, length) => {
      if (error) {
        this.#listenFailed(error, buffer);
        return;
      }
      if (wire.readHeader(buffer).opcode === OPCODE.WRITE && this.#tree.writable) {
        this.#takeWrite(buffer);
        return;
      }
      // Whatever a handler needs of the request it has taken before it returns, so the buffer can go back at once.
      const handle = this.#take(buffer, length);
      this.#listen(buffer);
      handle();
    });
  }

  /** ENOENT: the request was withdrawn before it could be read. Anything else, above all ENODEV, is the end. */
  #listenFailed(error: NodeJS.ErrnoException, buffer: Buffer): void {
    if (error.code === 'ENOENT' || error.code === 'EINTR' || error.code === 'EAGAIN') {
      this.#listen(buffer);
      return;
    }
    this.#ended = true;
    this.#markFailed(new OneError(CODE.INTERNAL, 'The kernel closed the FUSE connection.', { cause: error }));
    fs.closeSync(this.#fd);
    this.#markClosed();
  }

  #take(buffer: Buffer, length: number): () => void {
    const header = wire.readHeader(buffer);
    const { opcode, unique, nodeId } = header;
    if (NO_REPLY.has(opcode)) return () => undefined;
    if (opcode === OPCODE.READ) {
      const { offset, size } = wire.readRange(buffer);
      return () => this.#startRead(unique, nodeId, offset, size);
    }
    if (opcode === OPCODE.INIT) {
      const init = wire.readInit(buffer);
      return () => this.#init(unique, init);
    }
    const reply = this.#answer(opcode, nodeId, buffer, length);
    return () => this.#send(unique, reply.errno ?? 0, reply.payload ? [reply.payload] : []);
  }

  /** The buffer stays with the write until that is done; the next request is read into another. */
  #takeWrite(buffer: Buffer): void {
    const { unique, nodeId } = wire.readHeader(buffer);
    const { offset, size } = wire.readWrite(buffer);
    const node = this.#tree.get(nodeId);
    if (node?.kind !== 'file' || !node.file.write) {
      this.#listen(buffer);
      this.#send(unique, ERRNO.EROFS, []);
      return;
    }
    // neither the writer nor the next request waits for what is done with this one
    this.#send(unique, 0, [wire.writeReply(size)]);
    const next = this.#spare.pop();
    if (next) this.#listen(next);
    else this.#starved = true;
    const { path } = node;
    void node.file
      .write(offset, buffer.subarray(wire.WRITE_HEAD, wire.WRITE_HEAD + size))
      .catch((error: unknown) => this.#options.onWriteError?.(path, error))
      .finally(() => this.#giveBack(buffer));
  }

  #giveBack(buffer: Buffer): void {
    if (!this.#starved) {
      this.#spare.push(buffer);
      return;
    }
    this.#starved = false;
    this.#listen(buffer);
  }

  #init(unique: bigint, kernel: wire.InitRequest): void {
    if (kernel.major < wire.MAJOR || (kernel.major === wire.MAJOR && kernel.minor < wire.OLDEST_MINOR)) {
      this.#send(unique, ERRNO.EPROTO, []);
      const version = `${kernel.major}.${kernel.minor}`;
      this.#markFailed(new OneError(CODE.INTERNAL, `The kernel's FUSE version ${version} is too old.`));
      return;
    }
    const { maxReadaheadBytes, maxReads } = this.#options;
    const maxWrite = this.#tree.writable ? wire.MAX_WRITE : wire.PAGE_BYTES;
    this.#send(unique, 0, [wire.initReply(kernel, maxReadaheadBytes, maxReads, maxWrite)]);
    // A newer major version asks again in the words of ours.
    if (kernel.major === wire.MAJOR) this.#markReady();
  }

  #answer(opcode: number, nodeId: number, buffer: Buffer, length: number): Reply {
    if (BESIDE_WRITING.has(opcode) && this.#tree.writable) return this.#beside(opcode, nodeId);
    if (READ_ONLY.has(opcode)) return fail(ERRNO.EROFS);
    if (opcode === OPCODE.STATFS) return { payload: wire.statfsReply(this.#tree.totalBytes, this.#tree.nodes) };
    if (opcode === OPCODE.DESTROY) return OK;
    const node = this.#tree.get(nodeId);
    if (!node) return fail(ERRNO.ESTALE);
    switch (opcode) {
      case OPCODE.LOOKUP:
        return lookup(node, wire.readName(buffer, length));
      case OPCODE.GETATTR:
        return { payload: wire.attrReply(node, VALID_SEC) };
      case OPCODE.OPEN:
        return { payload: wire.openReply(openFlags(node)) };
      case OPCODE.OPENDIR:
        return { payload: wire.openReply(OPEN_FLAG.KEEP_CACHE | OPEN_FLAG.CACHE_DIR) };
      case OPCODE.READDIR:
      case OPCODE.READDIRPLUS:
        return list(node, this.#tree, opcode === OPCODE.READDIRPLUS, wire.readRange(buffer));
      case OPCODE.RELEASE:
      case OPCODE.RELEASEDIR:
      case OPCODE.ACCESS:
        return OK;
      default:
        return fail(ERRNO.ENOSYS);
    }
  }

  #beside(opcode: number, nodeId: number): Reply {
    const node = this.#tree.get(nodeId);
    if (!node) return fail(ERRNO.ESTALE);
    return opcode === OPCODE.SETATTR ? { payload: wire.attrReply(node, VALID_SEC) } : OK;
  }

  #startRead(unique: bigint, nodeId: number, offset: number, size: number): void {
    const node = this.#tree.get(nodeId);
    if (node?.kind !== 'file') {
      this.#send(unique, node ? ERRNO.EISDIR : ERRNO.ESTALE, []);
      return;
    }
    const length = Math.min(size, Math.max(0, node.size - offset));
    if (length === 0) {
      this.#send(unique, 0, []);
      return;
    }
    const job = (): void => void this.#read(unique, node, offset, length);
    if (this.#reads < this.#options.maxReads) job();
    else this.#waiting.push(job);
  }

  async #read(unique: bigint, node: FileNode, offset: number, length: number): Promise<void> {
    this.#reads++;
    try {
      const buffers = await node.file.read(offset, length);
      const got = buffers.reduce((sum, buffer) => sum + buffer.length, 0);
      const release = (): void => node.file.release?.(buffers);
      if (got === length) this.#send(unique, 0, buffers, release);
      else {
        release();
        throw new Error(`the source gave ${got} bytes at ${offset} where ${length} were asked for`);
      }
    } catch (error) {
      this.#send(unique, ERRNO.EIO, []);
      this.#options.onReadError?.(node.path, error);
    } finally {
      this.#reads--;
      this.#waiting.shift()?.();
    }
  }

  #send(unique: bigint, errno: number, payload: Uint8Array[], sent?: () => void): void {
    if (this.#ended) {
      sent?.();
      return;
    }
    const bytes = payload.reduce((sum, buffer) => sum + buffer.length, 0);
    const iovec = [wire.outHeader(unique, errno, bytes), ...payload];
    try {
      fs.writevSync(this.#fd, iovec);
    } catch {
      // The one who asked is gone (killed, or the mount was let go); there is nobody left to tell.
    } finally {
      sent?.();
    }
  }
}

/** What is written goes past the page cache: nobody reads it there. */
function openFlags(node: Node): number {
  const taken = node.kind === 'file' && node.file.write !== undefined;
  return taken ? OPEN_FLAG.DIRECT_IO | OPEN_FLAG.NOFLUSH : OPEN_FLAG.KEEP_CACHE | OPEN_FLAG.NOFLUSH;
}

function lookup(parent: Node, name: string): Reply {
  if (parent.kind !== 'directory') return fail(ERRNO.ENOTDIR);
  const child = parent.children.get(name);
  return child ? { payload: wire.entryReply(child, VALID_SEC) } : fail(ERRNO.ENOENT);
}

/** Positions in a listing: 0 is ".", 1 is "..", then the children in order. */
function list(node: Node, tree: Tree, plus: boolean, range: { offset: number; size: number }): Reply {
  if (node.kind !== 'directory') return fail(ERRNO.ENOTDIR);
  const page = new wire.DirectoryPage(range.size, plus);
  for (let at = range.offset; at < node.list.length + 2; at++) {
    if (!addRecord(page, node, tree, at)) break;
  }
  return { payload: page.bytes() };
}

function addRecord(page: wire.DirectoryPage, node: DirectoryNode, tree: Tree, at: number): boolean {
  if (at === 0) return page.add('.', node, 1, 0);
  if (at === 1) return page.add('..', tree.get(node.parentId) ?? node, 2, 0);
  const child = node.list[at - 2];
  return child !== undefined && page.add(child.name, child.node, at + 1, VALID_SEC);
}
