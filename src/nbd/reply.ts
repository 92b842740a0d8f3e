// What a pending request makes of the chunks that answer it. A method throws NbdFault when the server lies, which ends
// the connection; an error that the server reports rejects this request alone.
import { ERRNO } from './constants.ts';
import { Coverage } from './coverage.ts';
import { NbdFault } from './fault.ts';

/** More error chunks than this in one answer are refused. */
const MAX_ERRORS = 256;

/** How a request ends: exactly one of the two is called, once. */
export interface Settle<T> {
  resolve(value: T): void;
  /** Turns the reason into the error that users see. */
  reject(why: Error): void;
}

/** A request that waits for its answer. */
export interface Reply {
  /** Where `length` bytes of data from `offset` of the export go. */
  target(offset: number, length: number): Uint8Array;
  hole(offset: number, length: number): void;
  /** The extents of one context: pairs of length and flags, 32 bits each. */
  status(contextId: number, extents: Buffer): void;
  error(errno: number, message: string): void;
  /** The last chunk has come. */
  finish(): void;
  fail(why: Error): void;
}

/** Errors reported by the server; the first one counts. */
class Reported {
  first: NbdFault | undefined;
  #count = 0;

  add(errno: number, message: string): void {
    this.#count += 1;
    if (this.#count > MAX_ERRORS) throw new NbdFault('the server sent errors without end');
    const name = ERRNO[errno] ?? `error ${errno}`;
    this.first ??= new NbdFault(`the server reported ${name}${message === '' ? '' : ` (${message})`}`);
  }
}

/** A read: fills `into` from `offset` of the export, every byte exactly once. */
export class ReadReply implements Reply {
  readonly #offset: number;
  readonly #into: Uint8Array;
  readonly #settle: Settle<void>;
  readonly #covered = new Coverage();
  readonly #errors = new Reported();

  constructor(offset: number, into: Uint8Array, settle: Settle<void>) {
    this.#offset = offset;
    this.#into = into;
    this.#settle = settle;
  }

  target(offset: number, length: number): Uint8Array {
    const start = offset - this.#offset;
    const end = start + length;
    if (length === 0 || start < 0 || end > this.#into.length) {
      throw new NbdFault(`the server sent ${length} bytes at ${offset}, which were not asked for`);
    }
    if (!this.#covered.add(start, end))
      throw new NbdFault(`the server sent the bytes at ${offset} twice, or in crumbs`);
    return this.#into.subarray(start, end);
  }

  hole(offset: number, length: number): void {
    this.target(offset, length).fill(0);
  }

  status(): void {
    throw new NbdFault('the server answered a read with extents');
  }

  error(errno: number, message: string): void {
    this.#errors.add(errno, message);
  }

  finish(): void {
    if (this.#errors.first) return this.#settle.reject(this.#errors.first);
    if (!this.#covered.isWhole(0, this.#into.length))
      throw new NbdFault('the server ended the answer before all bytes were sent');
    this.#settle.resolve();
  }

  fail(why: Error): void {
    this.#settle.reject(why);
  }
}

/** A question for extents: keeps those of one context. */
export class StatusReply implements Reply {
  readonly #wanted: number;
  readonly #known: ReadonlySet<number>;
  readonly #seen = new Set<number>();
  readonly #settle: Settle<Buffer>;
  readonly #errors = new Reported();
  #extents: Buffer | undefined;

  constructor(wanted: number, known: ReadonlySet<number>, settle: Settle<Buffer>) {
    this.#wanted = wanted;
    this.#known = known;
    this.#settle = settle;
  }

  target(): Uint8Array {
    throw new NbdFault('the server answered a question for extents with data');
  }

  hole(): void {
    throw new NbdFault('the server answered a question for extents with a hole');
  }

  status(contextId: number, extents: Buffer): void {
    if (!this.#known.has(contextId))
      throw new NbdFault(`the server sent extents of context ${contextId}, which was not asked for`);
    if (this.#seen.has(contextId)) throw new NbdFault(`the server sent the extents of context ${contextId} twice`);
    this.#seen.add(contextId);
    if (contextId === this.#wanted) this.#extents = extents;
  }

  error(errno: number, message: string): void {
    this.#errors.add(errno, message);
  }

  finish(): void {
    if (this.#errors.first) return this.#settle.reject(this.#errors.first);
    if (!this.#extents) throw new NbdFault('the server ended the answer without extents');
    this.#settle.resolve(this.#extents);
  }

  fail(why: Error): void {
    this.#settle.reject(why);
  }
}
