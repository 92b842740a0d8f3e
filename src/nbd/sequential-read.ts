// Reads wanted ranges ahead of their consumer and hands them out in order, packed into blocks of one size. Memory is
// `blocks` buffers of `blockBytes`, allocated as needed and used again after release.

export interface ByteSource {
  /** Fills `into` from `offset`. May be called again before it is done. */
  read(offset: number, into: Uint8Array): Promise<void>;
}

export interface Range {
  offset: number;
  length: number;
}

/** The next bytes of the wanted ranges, laid end to end. */
export interface Block {
  /** Where `data` stands in the concatenation of all wanted ranges. */
  position: number;
  data: Uint8Array;
  /** Gives the buffer back; `data` must not be used afterwards. */
  release(): void;
}

export interface SequentialOptions {
  /** Size of a block and most bytes of one read. */
  blockBytes?: number;
  /** How many blocks are in flight or held by the consumer. */
  blocks?: number;
}

interface Slot {
  block: Block;
  ready: Promise<void>;
}

export class SequentialReader {
  readonly #source: ByteSource;
  readonly #ranges: Iterator<Range>;
  readonly #blockBytes: number;
  readonly #free: Uint8Array[] = [];
  #allocatable: number;
  readonly #queue: Slot[] = [];
  #range: Range | undefined;
  #position = 0;
  #onRelease: (() => void) | undefined;

  constructor(source: ByteSource, ranges: Iterable<Range>, options: SequentialOptions = {}) {
    this.#source = source;
    this.#ranges = ranges[Symbol.iterator]();
    this.#blockBytes = options.blockBytes ?? 512 * 1024;
    this.#allocatable = options.blocks ?? 32;
    this.#advance();
  }

  /**
   * The next block, or undefined after the last; only the last may be short. Rejects when a read of the block failed.
   * Waits when the consumer holds all blocks, until it releases one.
   */
  async next(): Promise<Block | undefined> {
    this.#prefetch();
    while (this.#queue.length === 0) {
      if (!this.#range) return undefined;
      await new Promise<void>((resolve) => (this.#onRelease = resolve));
      this.#prefetch();
    }
    const slot = this.#queue.shift();
    await slot?.ready;
    return slot?.block;
  }

  /** Waits until nothing is in flight; no more is read. */
  async close(): Promise<void> {
    this.#range = undefined;
    const rest = this.#queue.splice(0);
    this.#onRelease?.();
    await Promise.allSettled(rest.map((slot) => slot.ready));
  }

  #prefetch(): void {
    while (this.#range) {
      const buffer = this.#takeBuffer();
      if (!buffer) return;
      this.#queue.push(this.#start(buffer));
    }
  }

  #takeBuffer(): Uint8Array | undefined {
    const buffer = this.#free.pop();
    if (buffer || this.#allocatable === 0) return buffer;
    this.#allocatable -= 1;
    return Buffer.allocUnsafeSlow(this.#blockBytes);
  }

  /** Fills one buffer with as many wanted bytes as it holds. */
  #start(buffer: Uint8Array): Slot {
    const reads: Promise<void>[] = [];
    let filled = 0;
    while (this.#range && filled < buffer.length) {
      const { offset, length } = this.#range;
      const count = Math.min(length, buffer.length - filled);
      reads.push(this.#source.read(offset, buffer.subarray(filled, filled + count)));
      filled += count;
      if (count < length) this.#range = { offset: offset + count, length: length - count };
      else this.#advance();
    }
    const block = this.#block(buffer, filled);
    this.#position += filled;
    const ready = allDone(reads);
    ready.catch(() => undefined); // the consumer meets the rejection when it comes to this block
    return { block, ready };
  }

  #block(buffer: Uint8Array, filled: number): Block {
    let held = true;
    const release = (): void => {
      if (!held) return;
      held = false;
      this.#free.push(buffer);
      this.#prefetch();
      this.#onRelease?.();
    };
    return { position: this.#position, data: filled === buffer.length ? buffer : buffer.subarray(0, filled), release };
  }

  #advance(): void {
    do {
      const next = this.#ranges.next();
      this.#range = next.done ? undefined : next.value;
    } while (this.#range?.length === 0);
  }
}

/** Settles when all have: a buffer must not be used again while a read may still write into it. */
async function allDone(reads: Promise<void>[]): Promise<void> {
  const failed = (await Promise.allSettled(reads)).find((read) => read.status === 'rejected');
  if (failed) throw failed.reason;
}
