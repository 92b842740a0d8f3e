// The server's side of NBD's fixed newstyle negotiation: which export, structured replies, base:allocation.
import { stat } from 'node:fs/promises';
import type { Socket } from 'node:net';
import type { ByteReader } from './byte-reader.ts';

const IHAVEOPT = 0x49484156454f5054n;
const REPLY_MAGIC = 0x3e889045565a9n;
const FIXED_NEWSTYLE_NO_ZEROES = 3;
const OPTION = {
  EXPORT_NAME: 1,
  ABORT: 2,
  LIST: 3,
  INFO: 6,
  GO: 7,
  STRUCTURED: 8,
  LIST_META: 9,
  SET_META: 10,
} as const;
const REPLY = { ACK: 1, SERVER: 2, INFO: 3, META: 4, UNSUPPORTED: 0x80000001, UNKNOWN: 0x80000006 } as const;
/** Has flags, read only, many connections see the same. */
const EXPORT_FLAGS = 0x1 | 0x2 | 0x100;
const MAX_OPTION = 64 * 1024;
const CONTEXT = 'base:allocation';
const CONTEXT_ID = 1;

export interface Session {
  path: string;
  size: number;
  structured: boolean;
  /** Whether the client asked for base:allocation; its context id is 1. */
  allocation: boolean;
}

/** Sends a reply; gives null, which is what an option gives that does not choose an export. */
type Say = (type: number, payload?: Buffer) => null;

/** Talks until the client has chosen an export; null when it went away instead. */
export async function negotiate(
  connection: Socket,
  reader: ByteReader,
  files: ReadonlyMap<string, string>,
): Promise<Session | null> {
  const greeting = Buffer.concat([Buffer.from('NBDMAGICIHAVEOPT'), uint16(FIXED_NEWSTYLE_NO_ZEROES)]);
  connection.write(greeting);
  if ((await reader.read(4)) === null) return null;
  const chosen = { structured: false, allocation: false };
  for (;;) {
    const head = await reader.read(16);
    if (head === null || head.readBigUInt64BE(0) !== IHAVEOPT) return null;
    const [option, length] = [head.readUInt32BE(8), head.readUInt32BE(12)];
    const data = length > MAX_OPTION ? null : await reader.read(length);
    if (data === null) return null;
    const say: Say = (type, payload = Buffer.alloc(0)) => {
      connection.write(reply(option, type, payload));
      return null;
    };
    if (option === OPTION.ABORT) return say(REPLY.ACK);
    if (option === OPTION.EXPORT_NAME) return exportName(connection, data.toString(), files, chosen);
    if (option === OPTION.STRUCTURED) chosen.structured = true;
    const session = await answerOption(option, data, files, chosen, say);
    if (session !== null) return session;
  }
}

async function answerOption(
  option: number,
  data: Buffer,
  files: ReadonlyMap<string, string>,
  chosen: { structured: boolean; allocation: boolean },
  say: Say,
): Promise<Session | null> {
  if (option === OPTION.LIST) for (const name of files.keys()) say(REPLY.SERVER, counted(name));
  if (option === OPTION.LIST || option === OPTION.STRUCTURED) return say(REPLY.ACK);
  const name = [OPTION.INFO, OPTION.GO, OPTION.LIST_META, OPTION.SET_META].some((known) => known === option)
    ? data.toString('utf8', 4, 4 + data.readUInt32BE(0))
    : null;
  if (name === null) return say(REPLY.UNSUPPORTED);
  const path = files.get(name);
  if (path === undefined) return say(REPLY.UNKNOWN, Buffer.from(`no export "${name}"`));
  if (option === OPTION.LIST_META || option === OPTION.SET_META) {
    const found = asksAllocation(data);
    if (found) say(REPLY.META, Buffer.concat([uint32(CONTEXT_ID), Buffer.from(CONTEXT)]));
    if (option === OPTION.SET_META) chosen.allocation = found;
    return say(REPLY.ACK);
  }
  const { size } = await stat(path);
  say(REPLY.INFO, Buffer.concat([uint16(0), uint64(size), uint16(EXPORT_FLAGS)]));
  say(REPLY.ACK);
  return option === OPTION.GO ? { path, size, ...chosen } : null;
}

async function exportName(
  connection: Socket,
  name: string,
  files: ReadonlyMap<string, string>,
  chosen: { structured: boolean; allocation: boolean },
): Promise<Session | null> {
  const path = files.get(name);
  if (path === undefined) return null;
  const { size } = await stat(path);
  connection.write(Buffer.concat([uint64(size), uint16(EXPORT_FLAGS)]));
  return { path, size, ...chosen };
}

/** Reads the queries behind the export name; none at all asks for everything. */
function asksAllocation(data: Buffer): boolean {
  let at = 4 + data.readUInt32BE(0);
  const count = data.readUInt32BE(at);
  at += 4;
  for (let index = 0; index < count; index++) {
    const length = data.readUInt32BE(at);
    const query = data.toString('utf8', at + 4, at + 4 + length);
    if (query === CONTEXT || query === 'base:') return true;
    at += 4 + length;
  }
  return count === 0;
}

function reply(option: number, type: number, payload: Buffer): Buffer {
  const head = Buffer.alloc(20);
  head.writeBigUInt64BE(REPLY_MAGIC, 0);
  head.writeUInt32BE(option, 8);
  head.writeUInt32BE(type, 12);
  head.writeUInt32BE(payload.length, 16);
  return Buffer.concat([head, payload]);
}

function counted(text: string): Buffer {
  return Buffer.concat([uint32(Buffer.byteLength(text)), Buffer.from(text)]);
}

function uint16(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16BE(value);
  return bytes;
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

function uint64(value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(BigInt(value));
  return bytes;
}
