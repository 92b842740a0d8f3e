// A small read-only NBD server: serves raw files over a unix socket, so that backups can be tried without QEMU. Answers one
// request of a connection after another; 64 KiB blocks of zeros are reported as holes, and those that changed as dirty.
import { open, type FileHandle } from 'node:fs/promises';
import { createServer, type Server, type Socket } from 'node:net';
import { CONTEXT_ID, negotiate, type ContextId, type Exports, type Session } from './nbd-negotiate.ts';
import { BLOCK, blockExtents, readExtents } from './zero-blocks.ts';
import { ByteReader } from './byte-reader.ts';

const REQUEST_MAGIC = 0x25609513;
const SIMPLE_MAGIC = 0x67446698;
const CHUNK_MAGIC = 0x668e33ef;
const COMMAND = { READ: 0, DISC: 2, FLUSH: 3, BLOCK_STATUS: 7 } as const;
const CHUNK = { NONE: 0, DATA: 1, STATUS: 5, ERROR: 0x8001 } as const;
const DONE = 1;
const REQ_ONE = 8;
const HOLE_AND_ZERO = 3;
const DIRTY = 1;
const EIO = 5;
const EINVAL = 22;
const MAX_READ = 32 * 1024 * 1024;
const MAX_STATUS_BLOCKS = 4096;

interface Request {
  flags: number;
  type: number;
  cookie: bigint;
  offset: number;
  length: number;
}

export interface NbdServer {
  close(): Promise<void>;
}

/** Serves files by export name at `socket`. */
export async function serveNbd(socket: string, files: Exports): Promise<NbdServer> {
  const connections = new Set<Socket>();
  const server = createServer((connection) => {
    connections.add(connection);
    connection.on('error', () => undefined);
    connection.once('close', () => connections.delete(connection));
    void converse(connection, files)
      .catch(() => undefined) // a client that breaks the protocol or leaves only loses its connection
      .finally(() => connection.destroy());
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(socket, resolve);
  });
  return { close: () => closeServer(server, connections) };
}

function closeServer(server: Server, connections: Set<Socket>): Promise<void> {
  for (const connection of connections) connection.destroy();
  return new Promise((resolve) => server.close(() => resolve()));
}

async function converse(connection: Socket, files: Exports): Promise<void> {
  const reader = new ByteReader(connection);
  const session = await negotiate(connection, reader, files);
  if (session === null) return;
  const file = await open(session.path, 'r');
  try {
    for (;;) {
      const request = await readRequest(reader);
      if (request === null || request.type === COMMAND.DISC) return;
      await answer(connection, file, session, request);
    }
  } finally {
    await file.close();
  }
}

async function readRequest(reader: ByteReader): Promise<Request | null> {
  const bytes = await reader.read(28);
  if (bytes === null || bytes.readUInt32BE(0) !== REQUEST_MAGIC) return null;
  return {
    flags: bytes.readUInt16BE(4),
    type: bytes.readUInt16BE(6),
    cookie: bytes.readBigUInt64BE(8),
    offset: Number(bytes.readBigUInt64BE(16)),
    length: bytes.readUInt32BE(24),
  };
}

async function answer(connection: Socket, file: FileHandle, session: Session, request: Request): Promise<void> {
  const known = request.type === COMMAND.READ || request.type === COMMAND.FLUSH || session.contexts.length > 0;
  const inside =
    request.offset + request.length <= session.size &&
    request.length <= (request.type === COMMAND.READ ? MAX_READ : 2 ** 32);
  if (!known || !inside) return fail(connection, session, request, EINVAL);
  try {
    if (request.type === COMMAND.READ) await answerRead(connection, file, session, request);
    else if (request.type === COMMAND.FLUSH) succeed(connection, session, request);
    else if (request.type === COMMAND.BLOCK_STATUS) await answerStatus(connection, file, session, request);
    else fail(connection, session, request, EINVAL);
  } catch {
    fail(connection, session, request, EIO);
  }
}

async function answerRead(connection: Socket, file: FileHandle, session: Session, request: Request): Promise<void> {
  const data = Buffer.alloc(request.length);
  const { bytesRead } = await file.read(data, 0, request.length, request.offset);
  if (bytesRead < request.length) throw new Error('short read');
  const head = session.structured
    ? chunkHead(request, CHUNK.DATA, uint64(request.offset), { more: data.length })
    : simpleHead(request, 0);
  connection.write(head);
  if (!connection.write(data)) await new Promise((resolve) => connection.once('drain', resolve).once('close', resolve));
}

/** A chunk for each context that was chosen, the last one of them final. */
async function answerStatus(connection: Socket, file: FileHandle, session: Session, request: Request): Promise<void> {
  for (const [index, id] of session.contexts.entries()) {
    const extents = await statusOf(id, file, session, request);
    const wanted = request.flags & REQ_ONE ? extents.slice(0, 1) : extents;
    const payload = Buffer.alloc(4 + wanted.length * 8);
    payload.writeUInt32BE(id, 0);
    wanted.forEach(({ length, flags }, place) => {
      payload.writeUInt32BE(length, 4 + place * 8);
      payload.writeUInt32BE(flags, 8 + place * 8);
    });
    const isLast = index === session.contexts.length - 1;
    connection.write(chunkHead(request, CHUNK.STATUS, payload, { isLast }));
  }
}

async function statusOf(
  id: ContextId,
  file: FileHandle,
  { changes }: Session,
  { offset, length }: Request,
): Promise<Array<{ length: number; flags: number }>> {
  const limit = Math.min(length, MAX_STATUS_BLOCKS * BLOCK);
  if (id === CONTEXT_ID.CHANGES) return blockExtents(offset, limit, (block) => (changes?.dirty.has(block) ? DIRTY : 0));
  const extents = await readExtents(file, offset, limit);
  return extents.map((extent) => ({ length: extent.length, flags: extent.zero ? HOLE_AND_ZERO : 0 }));
}

function succeed(connection: Socket, session: Session, request: Request): void {
  connection.write(session.structured ? chunkHead(request, CHUNK.NONE, Buffer.alloc(0)) : simpleHead(request, 0));
}

function fail(connection: Socket, session: Session, request: Request, code: number): void {
  const payload = Buffer.alloc(6);
  payload.writeUInt32BE(code, 0);
  connection.write(session.structured ? chunkHead(request, CHUNK.ERROR, payload) : simpleHead(request, code));
}

function simpleHead(request: Request, error: number): Buffer {
  const head = Buffer.alloc(16);
  head.writeUInt32BE(SIMPLE_MAGIC, 0);
  head.writeUInt32BE(error, 4);
  head.writeBigUInt64BE(request.cookie, 8);
  return head;
}

/** A chunk's header and the part of its payload that is here; `more` bytes follow. */
function chunkHead(request: Request, type: number, payload: Buffer, { more = 0, isLast = true } = {}): Buffer {
  const head = Buffer.alloc(20);
  head.writeUInt32BE(CHUNK_MAGIC, 0);
  head.writeUInt16BE(isLast ? DONE : 0, 4);
  head.writeUInt16BE(type, 6);
  head.writeBigUInt64BE(request.cookie, 8);
  head.writeUInt32BE(payload.length + more, 16);
  return Buffer.concat([head, payload]);
}

function uint64(value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(BigInt(value));
  return bytes;
}
