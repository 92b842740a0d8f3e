// A read-only NBD client over a unix socket with many requests in flight. Every request settles: when the server
// fails, lies or falls silent, all that are pending reject with an error that names the export, the socket and the request.
import type { OneError } from '../model/errors.ts';
import { Connection, silent } from './connection.ts';
import { COMMAND, REQUEST_BYTES, REQUEST_MAGIC } from './constants.ts';
import { NbdFault, nbdError, type Place } from './fault.ts';
import { HandshakeReceiver } from './handshake-receiver.ts';
import { handshake, type Negotiated } from './handshake.ts';
import { ReadReply, StatusReply, type Reply, type Settle } from './reply.ts';
import { ReplyParser } from './reply-parser.ts';
import { writeUint64 } from './uint64.ts';

const SILENCE_MS = 120_000;
const CLOSE_MS = 1000;
/** Most bytes that one question for extents covers. */
const STATUS_BYTES = 2 ** 31;

/** A stretch of the export with the same flags in one meta context. */
export interface NbdExtent {
  offset: number;
  length: number;
  flags: number;
}

export interface NbdOptions {
  socket: string;
  exportName: string;
  /** Meta contexts to negotiate; those that the server has are in `contexts`. */
  metaContexts?: string[];
  /** How long the handshake may take, and how long the server may be silent while requests are pending. */
  timeoutMs?: number;
  /** Ends the connection when it aborts. */
  signal?: AbortSignal;
}

export class NbdClient {
  /** Bytes of the export. */
  readonly size: number;
  readonly contexts: readonly string[];
  /** Most bytes that go into one request; longer reads are split. */
  readonly maxPayload: number;
  readonly #place: Place;
  readonly #negotiated: Negotiated;
  readonly #connection: Connection;
  readonly #pending: Map<number, Reply>;
  readonly #contextIds: ReadonlySet<number>;
  #cookie = 0;
  #ended: Error | undefined;
  #closing: Promise<void> | undefined;

  private constructor(place: Place, negotiated: Negotiated, connection: Connection, pending: Map<number, Reply>) {
    this.size = negotiated.size;
    this.contexts = [...negotiated.contexts.keys()];
    this.maxPayload = negotiated.maxPayload;
    this.#place = place;
    this.#negotiated = negotiated;
    this.#connection = connection;
    this.#pending = pending;
    this.#contextIds = new Set(negotiated.contexts.values());
  }

  /** Connects and negotiates. Throws OneError when there is no server, it refuses the export, or `signal` aborts. */
  static connect(options: NbdOptions): Promise<NbdClient> {
    const { socket, exportName, metaContexts = [], timeoutMs = SILENCE_MS, signal } = options;
    const place = { socket, exportName };
    return new Promise((resolve, reject) => {
      let client: NbdClient | undefined;
      const ended = (why: Error): void => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', aborted);
        if (client) client.#fail(why);
        else reject(nbdError(place, 'open', why));
      };
      const opened = (negotiated: Negotiated): void => {
        clearTimeout(timer);
        const pending = new Map<number, Reply>();
        connection.handOver(new ReplyParser(pending));
        client = new NbdClient(place, negotiated, connection, pending);
        connection.watchSilence(timeoutMs, () => pending.size > 0);
        resolve(client);
      };
      const steps = handshake({ exportName, metaContexts });
      const receiver = new HandshakeReceiver(steps, (bytes) => connection.send(bytes), opened);
      const connection = new Connection(socket, receiver, ended);
      const timer = setTimeout(() => connection.end(silent(timeoutMs)), timeoutMs);
      const aborted = (): void => connection.end(new NbdFault('it was cancelled'));
      signal?.addEventListener('abort', aborted, { once: true });
      if (signal?.aborted) aborted();
    });
  }

  /**
   * Fills `into` (its whole length) from `offset`; holes are zero filled. Throws OneError; `into` is of undefined
   * content then and no longer written to.
   */
  read(offset: number, into: Uint8Array): Promise<void> {
    const { length } = into;
    if (length === 0) return Promise.resolve();
    if (!this.#contains(offset, length)) return Promise.reject(this.#outside(`read ${length} bytes at ${offset} of`));
    const block = this.#negotiated.minimumBlock;
    if (block > 1 && (offset % block !== 0 || length % block !== 0)) return this.#readUnaligned(offset, into);
    if (length > this.maxPayload) return this.#readLong(offset, into);
    return this.#request(COMMAND.READ, offset, length, (settle) => new ReadReply(offset, into, settle));
  }

  /**
   * Merged extents of one negotiated context over [offset, offset+length), the whole export when left out; answers
   * that cover less than was asked are continued. Throws OneError.
   */
  async *extents(context: string, offset = 0, length = this.size - offset): AsyncIterable<NbdExtent> {
    const attempt = `list the extents of "${context}" at ${offset} of`;
    const id = this.#negotiated.contexts.get(context);
    if (id === undefined)
      throw nbdError(this.#place, attempt, new NbdFault('the server does not have this meta context'));
    if (length === 0) return;
    if (!this.#contains(offset, length)) throw this.#outside(attempt);
    let open: NbdExtent | undefined;
    for await (const extent of this.#rawExtents(id, offset, offset + length)) {
      if (open && open.flags === extent.flags) open.length += extent.length;
      else {
        if (open) yield open;
        open = extent;
      }
    }
    if (open) yield open;
  }

  /** Takes leave of the server and ends the connection; may be called again. Requests still pending reject. */
  close(): Promise<void> {
    this.#closing ??= this.#leave();
    return this.#closing;
  }

  async *#rawExtents(id: number, start: number, end: number): AsyncIterable<NbdExtent> {
    const block = this.#negotiated.minimumBlock;
    const last = Math.min(roundUp(end, block), this.size);
    let at = start - (start % block);
    while (at < last) {
      const asked = Math.min(last - at, STATUS_BYTES);
      const answer = await this.#request<Buffer>(
        COMMAND.BLOCK_STATUS,
        at,
        asked,
        (settle) => new StatusReply(id, this.#contextIds, settle),
      );
      const asking = at;
      for (let index = 0; index < answer.length; index += 8) {
        const told = answer.readUInt32BE(index);
        if (told === 0 || at >= asking + asked) throw this.#lied(asking);
        const from = Math.max(at, start);
        at = Math.min(at + told, asking + asked);
        const to = Math.min(at, end);
        if (from < to) yield { offset: from, length: to - from, flags: answer.readUInt32BE(index + 4) };
      }
    }
  }

  #request<T>(command: number, offset: number, length: number, reply: (settle: Settle<T>) => Reply): Promise<T> {
    return new Promise((resolve, reject) => {
      const rejectWith = (why: Error): void => reject(nbdError(this.#place, attemptOf(command, offset, length), why));
      if (this.#ended || this.#closing) return rejectWith(this.#ended ?? new NbdFault('the connection was closed'));
      this.#cookie += 1;
      this.#pending.set(this.#cookie, reply({ resolve, reject: rejectWith }));
      this.#connection.send(requestBytes(command, this.#cookie, offset, length));
    });
  }

  /** Waits for every part even when one fails, because parts in flight still write into `into`. */
  async #readLong(offset: number, into: Uint8Array): Promise<void> {
    const parts: Promise<void>[] = [];
    for (let at = 0; at < into.length; at += this.maxPayload) {
      parts.push(this.read(offset + at, into.subarray(at, at + this.maxPayload)));
    }
    const failed = (await Promise.allSettled(parts)).find((part) => part.status === 'rejected');
    if (failed) throw failed.reason;
  }

  async #readUnaligned(offset: number, into: Uint8Array): Promise<void> {
    const block = this.#negotiated.minimumBlock;
    const start = offset - (offset % block);
    const end = Math.min(roundUp(offset + into.length, block), this.size);
    const whole = Buffer.allocUnsafe(end - start);
    if (end % block === 0) await this.read(start, whole);
    else await this.#request(COMMAND.READ, start, end - start, (settle) => new ReadReply(start, whole, settle));
    into.set(whole.subarray(offset - start, offset - start + into.length));
  }

  #contains(offset: number, length: number): boolean {
    return Number.isSafeInteger(offset) && offset >= 0 && length >= 0 && offset + length <= this.size;
  }

  #outside(attempt: string): OneError {
    return nbdError(this.#place, attempt, new NbdFault(`it ends at ${this.size}`));
  }

  #lied(offset: number): OneError {
    const fault = new NbdFault('the server sent extents that were not asked for');
    this.#connection.end(fault);
    return nbdError(this.#place, `list the extents at ${offset} of`, fault);
  }

  /** With requests pending there is no polite way: their memory must not be written to once they have rejected. */
  async #leave(): Promise<void> {
    if (this.#pending.size > 0) this.#connection.end(new NbdFault('the connection was closed'));
    else await this.#connection.finish(requestBytes(COMMAND.DISC, 0, 0, 0), CLOSE_MS);
  }

  #fail(why: Error): void {
    this.#ended = why;
    const replies = [...this.#pending.values()];
    this.#pending.clear();
    for (const reply of replies) reply.fail(why);
  }
}

function requestBytes(command: number, cookie: number, offset: number, length: number): Buffer {
  const bytes = Buffer.allocUnsafe(REQUEST_BYTES);
  bytes.writeUInt32BE(REQUEST_MAGIC, 0);
  bytes.writeUInt32BE(command, 4); // flags (16 bits, none) and command (16 bits)
  writeUint64(bytes, cookie, 8);
  writeUint64(bytes, offset, 16);
  bytes.writeUInt32BE(length, 24);
  return bytes;
}

function attemptOf(command: number, offset: number, length: number): string {
  return command === COMMAND.READ ? `read ${length} bytes at ${offset} of` : `list the extents at ${offset} of`;
}

function roundUp(value: number, block: number): number {
  return Math.ceil(value / block) * block;
}
