// A small read-only NBD server: serves raw files over a unix socket, so that backups can be tried without QEMU. Answers one
// request of a connection after another; 64 KiB blocks of zeros are reported as holes.
import { open, type FileHandle } from 'node:fs/promises';
import { createServer, type Server, type Socket } from 'node:net';
import { BLOCK, readExtents } from './zero-blocks.ts';
import { negotiate, type Session } from './nbd-negotiate.ts';
import { ByteReader } from './byte-reader.ts';

const REQUEST_MAGIC = 0x25609513;
const SIMPLE_MAGIC = 0x67446698;
const CHUNK_MAGIC = 0x668e33ef;
const COMMAND = { READ: 0, DISC: 2, FLUSH: 3, BLOCK_STATUS: 7 } as const;
const CHUNK = { NONE: 0, DATA: 1, STATUS: 5, ERROR: 0x8001 } as const;
const DONE = 1;
const REQ_ONE = 8;
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
export async function serveNbd(socket: string, files: ReadonlyMap<string, string>): Promise<NbdServer> {
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

async function converse(connection: Socket, files: ReadonlyMap<string, string>): Promise<void> {
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
  const known = request.type === COMMAND.READ || request.type === COMMAND.FLUSH || session.allocation;
  const inside =
    request.offset + request.length <= session.size &&
    request.length <= (request.type === COMMAND.READ ? MAX_READ : 2 ** 32);
  if (!known || !inside) return fail(connection, session, request, EINVAL);
  try {
    if (request.type === COMMAND.READ) await answerRead(connection, file, session, request);
    else if (request.type === COMMAND.FLUSH) succeed(connection, session, request);
    else if (request.type === COMMAND.BLOCK_STATUS) await answerStatus(connection, file, request);
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
    ? chunkHead(request, CHUNK.DATA, uint64(request.offset), data.length)
    : simpleHead(request, 0);
  connection.write(head);
  if (!connection.write(data)) await new Promise((resolve) => connection.once('drain', resolve).once('close', resolve));
}

async function answerStatus(connection: Socket, file: FileHandle, request: Request): Promise<void> {
  const limit = Math.min(request.length, MAX_STATUS_BLOCKS * BLOCK);
  const extents = await readExtents(file, request.offset, limit);
  const wanted = request.flags & REQ_ONE ? extents.slice(0, 1) : extents;
  const payload = Buffer.alloc(4 + wanted.length * 8);
  payload.writeUInt32BE(1, 0);
  wanted.forEach((extent, index) => {
    payload.writeUInt32BE(extent.length, 4 + index * 8);
    payload.writeUInt32BE(extent.zero ? 3 : 0, 8 + index * 8); // hole and zero, or data
  });
  connection.write(chunkHead(request, CHUNK.STATUS, payload));
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

/** A final chunk's header and the part of its payload that is here; `more` bytes follow. */
function chunkHead(request: Request, type: number, payload: Buffer, more = 0): Buffer {
  const head = Buffer.alloc(20);
  head.writeUInt32BE(CHUNK_MAGIC, 0);
  head.writeUInt16BE(DONE, 4);
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
