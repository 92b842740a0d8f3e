// The server's side of NBD's fixed newstyle negotiation: which export, structured replies, which meta contexts.
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
const ALLOCATION = 'base:allocation';

/** A raw file as it is exported, with what changed of it as a meta context of its own. */
export interface Served {
  path: string;
  changes?: { context: string; dirty: ReadonlySet<number> };
}

export type Exports = ReadonlyMap<string, Served>;

/** Ids of the meta contexts. */
export const CONTEXT_ID = { ALLOCATION: 1, CHANGES: 2 } as const;
export type ContextId = (typeof CONTEXT_ID)[keyof typeof CONTEXT_ID];

interface Chosen {
  structured: boolean;
  /** Those that the client asked for, in their order. */
  contexts: ContextId[];
}

export interface Session extends Served, Chosen {
  size: number;
}

/** Sends a reply; gives null, which is what an option gives that does not choose an export. */
type Say = (type: number, payload?: Buffer) => null;

/** Talks until the client has chosen an export; null when it went away instead. */
export async function negotiate(connection: Socket, reader: ByteReader, files: Exports): Promise<Session | null> {
  const greeting = Buffer.concat([Buffer.from('NBDMAGICIHAVEOPT'), uint16(FIXED_NEWSTYLE_NO_ZEROES)]);
  connection.write(greeting);
  if ((await reader.read(4)) === null) return null;
  const chosen: Chosen = { structured: false, contexts: [] };
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
  files: Exports,
  chosen: Chosen,
  say: Say,
): Promise<Session | null> {
  if (option === OPTION.LIST) for (const name of files.keys()) say(REPLY.SERVER, counted(name));
  if (option === OPTION.LIST || option === OPTION.STRUCTURED) return say(REPLY.ACK);
  const name = [OPTION.INFO, OPTION.GO, OPTION.LIST_META, OPTION.SET_META].some((known) => known === option)
    ? data.toString('utf8', 4, 4 + data.readUInt32BE(0))
    : null;
  if (name === null) return say(REPLY.UNSUPPORTED);
  const served = files.get(name);
  if (served === undefined) return say(REPLY.UNKNOWN, Buffer.from(`no export "${name}"`));
  if (option === OPTION.LIST_META || option === OPTION.SET_META) {
    const found = askedContexts(data, served);
    for (const [id, context] of found) say(REPLY.META, Buffer.concat([uint32(id), Buffer.from(context)]));
    if (option === OPTION.SET_META) chosen.contexts = found.map(([id]) => id);
    return say(REPLY.ACK);
  }
  const { size } = await stat(served.path);
  say(REPLY.INFO, Buffer.concat([uint16(0), uint64(size), uint16(EXPORT_FLAGS)]));
  say(REPLY.ACK);
  return option === OPTION.GO ? { ...served, size, ...chosen } : null;
}

async function exportName(connection: Socket, name: string, files: Exports, chosen: Chosen): Promise<Session | null> {
  const served = files.get(name);
  if (served === undefined) return null;
  const { size } = await stat(served.path);
  connection.write(Buffer.concat([uint64(size), uint16(EXPORT_FLAGS)]));
  return { ...served, size, ...chosen };
}

/** Reads the queries behind the export name; none at all asks for everything, and one that ends in `:` for what begins so. */
function askedContexts(data: Buffer, { changes }: Served): Array<[ContextId, string]> {
  const known: Array<[ContextId, string]> = [[CONTEXT_ID.ALLOCATION, ALLOCATION]];
  if (changes) known.push([CONTEXT_ID.CHANGES, changes.context]);
  const queries: string[] = [];
  let at = 4 + data.readUInt32BE(0);
  const count = data.readUInt32BE(at);
  at += 4;
  for (let index = 0; index < count; index++) {
    const length = data.readUInt32BE(at);
    queries.push(data.toString('utf8', at + 4, at + 4 + length));
    at += 4 + length;
  }
  const isAsked = (context: string): boolean =>
    queries.some((query) => query === context || (query.endsWith(':') && context.startsWith(query)));
  return known.filter(([, context]) => count === 0 || isAsked(context));
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
