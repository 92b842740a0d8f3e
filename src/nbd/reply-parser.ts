// Takes replies apart as their bytes arrive. Payload of reads is received straight into the reader's memory: `buffer`
// hands that out while payload is due, and a small scratch buffer for everything else. Lengths are believed only after
// a check, so the memory it takes is bounded whatever the server says.
import {
  CHUNK,
  CHUNK_ERROR_BIT,
  CHUNK_FLAG_DONE,
  CHUNK_HEADER_BYTES,
  SIMPLE_REPLY_BYTES,
  SIMPLE_REPLY_MAGIC,
  STRUCTURED_REPLY_MAGIC,
} from './constants.ts';
import { NbdFault } from './fault.ts';
import { printable } from './option.ts';
import type { Reply } from './reply.ts';
import { readUint64 } from './uint64.ts';

const SCRATCH_BYTES = 8192;
/** Bytes of an error chunk: number, length of the text, text of at most 4096 bytes, offset. */
const MAX_ERROR_BYTES = 4096 + 14;
/** A context and at most 2^20 extents. */
const MAX_STATUS_BYTES = 4 + 8 * 1024 * 1024;

/** Takes bytes from a socket: they are received into `buffer()`, then `received` tells how many. */
export interface Receiver {
  /** Never empty. */
  buffer(): Uint8Array;
  received(count: number): void;
}

/** The requests that wait for an answer, by cookie. */
export interface PendingReplies {
  get(cookie: number): Reply | undefined;
  delete(cookie: number): unknown;
}

interface Chunk {
  cookie: number;
  type: number;
  done: boolean;
  length: number;
  reply: Reply;
}

export class ReplyParser implements Receiver {
  readonly #pending: PendingReplies;
  readonly #scratch = Buffer.allocUnsafeSlow(SCRATCH_BYTES);
  #start = 0;
  #end = 0;
  /** Where payload goes, and what to do when it is full. */
  #target: Uint8Array | undefined;
  #filled = 0;
  #whenFull: () => void = () => undefined;

  constructor(pending: PendingReplies) {
    this.#pending = pending;
  }

  buffer(): Uint8Array {
    if (this.#target) return this.#filled === 0 ? this.#target : this.#target.subarray(this.#filled);
    if (this.#start > 0) {
      this.#scratch.copyWithin(0, this.#start, this.#end);
      this.#end -= this.#start;
      this.#start = 0;
    }
    return this.#scratch.subarray(this.#end);
  }

  /** Throws NbdFault when the server breaks the protocol; the connection is of no use then. */
  received(count: number): void {
    if (this.#target) this.#filled += count;
    else this.#end += count;
    while (this.#target ? this.#fill(this.#target) : this.#parse());
  }

  /** Completes a payload, first from bytes that came along with a header. False when more must arrive. */
  #fill(target: Uint8Array): boolean {
    const count = Math.min(target.length - this.#filled, this.#end - this.#start);
    if (count > 0) {
      target.set(this.#scratch.subarray(this.#start, this.#start + count), this.#filled);
      this.#start += count;
      this.#filled += count;
    }
    if (this.#filled < target.length) return false;
    this.#target = undefined;
    this.#whenFull();
    return true;
  }

  /** Takes one reply or chunk from the scratch buffer. False when more must arrive. */
  #parse(): boolean {
    const there = this.#end - this.#start;
    if (there < SIMPLE_REPLY_BYTES) return false;
    const magic = this.#scratch.readUInt32BE(this.#start);
    if (magic === SIMPLE_REPLY_MAGIC) return this.#simple();
    if (magic !== STRUCTURED_REPLY_MAGIC)
      throw new NbdFault(`the server sent a reply with the bad magic number ${magic.toString(16)}`);
    if (there < CHUNK_HEADER_BYTES) return false;
    return this.#chunk(there - CHUNK_HEADER_BYTES);
  }

  /** With structured replies a simple one can only be an error here: both commands answer with content. */
  #simple(): boolean {
    const errno = this.#scratch.readUInt32BE(this.#start + 4);
    const { cookie, reply } = this.#find(this.#start + 8);
    if (errno === 0) throw new NbdFault('the server answered without structure');
    this.#start += SIMPLE_REPLY_BYTES;
    reply.error(errno, '');
    this.#finish(cookie, reply);
    return true;
  }

  #chunk(there: number): boolean {
    const at = this.#start;
    const type = this.#scratch.readUInt16BE(at + 6);
    const length = this.#scratch.readUInt32BE(at + 16);
    const done = (this.#scratch.readUInt16BE(at + 4) & CHUNK_FLAG_DONE) !== 0;
    const chunk = { ...this.#find(at + 8), type, done, length };
    if (type === CHUNK.OFFSET_DATA) return this.#data(chunk, there);
    if (type === CHUNK.BLOCK_STATUS) return this.#status(chunk);
    checkSmall(chunk);
    if (there < length) return false;
    this.#small(chunk, this.#scratch.subarray(at + CHUNK_HEADER_BYTES, at + CHUNK_HEADER_BYTES + length));
    this.#start += CHUNK_HEADER_BYTES + length;
    this.#ended(chunk);
    return true;
  }

  #data(chunk: Chunk, there: number): boolean {
    if (chunk.length <= 8) throw new NbdFault('the server sent a data chunk without data');
    if (there < 8) return false;
    const offset = readUint64(this.#scratch, this.#start + CHUNK_HEADER_BYTES);
    this.#start += CHUNK_HEADER_BYTES + 8;
    this.#receive(chunk.reply.target(offset, chunk.length - 8), () => this.#ended(chunk));
    return true;
  }

  #status(chunk: Chunk): boolean {
    if (chunk.length < 12 || chunk.length > MAX_STATUS_BYTES || chunk.length % 8 !== 4) {
      throw new NbdFault(`the server sent extents of ${chunk.length} bytes`);
    }
    this.#start += CHUNK_HEADER_BYTES;
    const payload = Buffer.allocUnsafeSlow(chunk.length);
    this.#receive(payload, () => {
      chunk.reply.status(payload.readUInt32BE(0), payload.subarray(4));
      this.#ended(chunk);
    });
    return true;
  }

  #small(chunk: Chunk, payload: Buffer): void {
    if (chunk.type === CHUNK.NONE) return;
    if (chunk.type === CHUNK.OFFSET_HOLE) return chunk.reply.hole(readUint64(payload, 0), payload.readUInt32BE(8));
    const textLength = payload.readUInt16BE(4);
    if (6 + textLength > payload.length) throw new NbdFault('the server sent an error that is longer than its chunk');
    chunk.reply.error(payload.readUInt32BE(0), printable(payload.subarray(6, 6 + textLength)));
  }

  #receive(target: Uint8Array, whenFull: () => void): void {
    this.#target = target;
    this.#filled = 0;
    this.#whenFull = whenFull;
  }

  #find(at: number): { cookie: number; reply: Reply } {
    const cookie = readUint64(this.#scratch, at);
    const reply = this.#pending.get(cookie);
    if (!reply) throw new NbdFault('the server answered a request that was not made');
    return { cookie, reply };
  }

  #ended(chunk: Chunk): void {
    if (chunk.done) this.#finish(chunk.cookie, chunk.reply);
  }

  /** A reply that finds itself incomplete throws and stays pending, to be rejected with the whole connection. */
  #finish(cookie: number, reply: Reply): void {
    reply.finish();
    this.#pending.delete(cookie);
  }
}

/** Throws NbdFault unless the chunk is of a known kind and as long as that kind may be. */
function checkSmall({ type, length, done }: Chunk): void {
  if (type === CHUNK.NONE) {
    if (length !== 0 || !done) throw new NbdFault('the server sent an empty chunk that is not the last one');
  } else if (type === CHUNK.OFFSET_HOLE) {
    if (length !== 12) throw new NbdFault(`the server sent a hole of ${length} bytes`);
  } else if (type & CHUNK_ERROR_BIT) {
    if (length < 6 || length > MAX_ERROR_BYTES) throw new NbdFault(`the server sent an error of ${length} bytes`);
  } else {
    throw new NbdFault(`the server sent a chunk of the unknown type ${type}`);
  }
}
