// An NBD server for tests that can be told to lie: it performs an honest handshake unless told otherwise and leaves
// every answer to the test.
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  CHUNK,
  CHUNK_FLAG_DONE,
  COMMAND,
  OPTION,
  OPTION_REPLY,
  REQUEST_BYTES,
  STRUCTURED_REPLY_MAGIC,
} from '../../src/nbd/constants.ts';
import { readUint64, writeUint64 } from '../../src/nbd/uint64.ts';

export interface FakeRequest {
  command: number;
  cookie: number;
  offset: number;
  length: number;
}

export interface FakeOptions {
  size?: number;
  contexts?: string[];
  blockSizes?: [minimum: number, preferred: number, maximum: number];
  greeting?: Buffer;
  /** Answers an option instead of the honest server; undefined leaves it to that. */
  option?: (code: number, payload: Buffer) => Buffer | undefined;
  request?: (request: FakeRequest, socket: Socket) => void;
}

export interface FakeServer {
  socket: string;
  requests: FakeRequest[];
  close(): Promise<void>;
}

export async function fakeServer(options: FakeOptions = {}): Promise<FakeServer> {
  const directory = await mkdtemp(join(tmpdir(), 'nbd-fake-'));
  const path = join(directory, 'nbd.sock');
  const requests: FakeRequest[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    serve(socket, options, requests);
  });
  await new Promise<void>((resolve) => server.listen(path, resolve));
  const close = async (): Promise<void> => {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
    await rm(directory, { recursive: true, force: true });
  };
  return { socket: path, requests, close };
}

/** A structured chunk. */
export function chunk(cookie: number, type: number, payload: Buffer, done = false): Buffer {
  const head = Buffer.alloc(20);
  head.writeUInt32BE(STRUCTURED_REPLY_MAGIC);
  head.writeUInt16BE(done ? CHUNK_FLAG_DONE : 0, 4);
  head.writeUInt16BE(type, 6);
  writeUint64(head, cookie, 8);
  head.writeUInt32BE(payload.length, 16);
  return Buffer.concat([head, payload]);
}

export function dataChunk(cookie: number, offset: number, data: Buffer, done = false): Buffer {
  return chunk(cookie, CHUNK.OFFSET_DATA, Buffer.concat([uint64(offset), data]), done);
}

export function holeChunk(cookie: number, offset: number, length: number, done = false): Buffer {
  return chunk(cookie, CHUNK.OFFSET_HOLE, Buffer.concat([uint64(offset), uint32(length)]), done);
}

export function statusChunk(cookie: number, contextId: number, extents: Array<[number, number]>, done = false): Buffer {
  return chunk(cookie, CHUNK.BLOCK_STATUS, Buffer.concat([contextId, ...extents.flat()].map(uint32)), done);
}

export function errorChunk(cookie: number, errno: number, message: string, done = false, offset?: number): Buffer {
  const text = Buffer.from(message);
  const length = Buffer.from([text.length >> 8, text.length & 255]);
  const parts = [uint32(errno), length, text, ...(offset === undefined ? [] : [uint64(offset)])];
  return chunk(cookie, offset === undefined ? CHUNK.ERROR : CHUNK.ERROR_OFFSET, Buffer.concat(parts), done);
}

/** A reply to an option of the handshake. */
export function optionReply(code: number, type: number, payload = Buffer.alloc(0)): Buffer {
  const magic = Buffer.from('0003e889045565a9', 'hex');
  return Buffer.concat([magic, uint32(code), uint32(type), uint32(payload.length), payload]);
}

export function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

function uint64(value: number): Buffer {
  const bytes = Buffer.alloc(8);
  writeUint64(bytes, value, 0);
  return bytes;
}

function serve(socket: Socket, options: FakeOptions, requests: FakeRequest[]): void {
  let received = Buffer.alloc(0);
  let phase: 'flags' | 'options' | 'requests' = 'flags';
  socket.write(options.greeting ?? Buffer.from('NBDMAGICIHAVEOPT\x00\x03', 'latin1'));
  const take = (): number => {
    if (phase === 'flags') {
      phase = received.length >= 4 ? 'options' : phase;
      return received.length >= 4 ? 4 : 0;
    }
    if (phase === 'requests') return takeRequest(received, socket, options, requests);
    if (received.length < 16 || received.length < 16 + received.readUInt32BE(12)) return 0;
    const code = received.readUInt32BE(8);
    const length = 16 + received.readUInt32BE(12);
    const payload = received.subarray(16, length);
    socket.write(options.option?.(code, payload) ?? honestReply(code, options));
    if (code === OPTION.GO) phase = 'requests';
    return length;
  };
  socket.on('data', (data) => {
    received = Buffer.concat([received, data]);
    for (let count = take(); count > 0; count = take()) received = received.subarray(count);
  });
}

function takeRequest(received: Buffer, socket: Socket, options: FakeOptions, requests: FakeRequest[]): number {
  if (received.length < REQUEST_BYTES) return 0;
  const request = {
    command: received.readUInt16BE(6),
    cookie: readUint64(received, 8),
    offset: readUint64(received, 16),
    length: received.readUInt32BE(24),
  };
  requests.push(request);
  if (request.command === COMMAND.DISC) socket.end();
  else options.request?.(request, socket);
  return REQUEST_BYTES;
}

function honestReply(code: number, options: FakeOptions): Buffer {
  const ack = optionReply(code, OPTION_REPLY.ACK);
  if (code === OPTION.STRUCTURED_REPLY) return ack;
  if (code === OPTION.SET_META_CONTEXT) {
    const replies = (options.contexts ?? []).map((name, index) =>
      optionReply(code, OPTION_REPLY.META_CONTEXT, Buffer.concat([uint32(index + 1), Buffer.from(name)])),
    );
    return Buffer.concat([...replies, ack]);
  }
  const size = Buffer.concat([Buffer.alloc(2), uint64(options.size ?? 65536), Buffer.from([0, 3])]);
  const blocks = Buffer.concat([Buffer.from([0, 3]), ...(options.blockSizes ?? [1, 4096, 2 ** 25]).map(uint32)]);
  return Buffer.concat([optionReply(code, OPTION_REPLY.INFO, size), optionReply(code, OPTION_REPLY.INFO, blocks), ack]);
}
