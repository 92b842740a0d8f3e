// A window of blocks over a file that somebody else reads, mostly from front to back: blocks are fetched ahead of the reader,
// each once, and their memory is used again. Random reads work too, only without the head start.

export interface WindowOptions {
  fileBytes: number;
  blockBytes: number;
  /** Blocks that are fetched ahead of a sequential reader. */
  ahead: number;
  /** Fills `into` with the file's bytes from `offset`. */
  fetch: (offset: number, into: Buffer) => Promise<void>;
  /** Told of each block in file order, as long as the file is read without gaps from its start. */
  inOrder?(block: Buffer): void;
}

interface Block {
  index: number;
  buffer: Buffer;
  ready: Promise<void>;
  fetched: boolean;
  /** Reads that have not released their part of it. */
  users: number;
  usedAt: number;
}

/** Blocks that are kept behind the reader: the kernel's reads may overtake each other by a little. */
const BEHIND = 2;
/** How many times the usual number of blocks may wait to be told in order, because an earlier one is slow. */
const PATIENCE = 3;

export class BlockWindow {
  readonly #options: WindowOptions;
  readonly #blocks = new Map<number, Block>();
  readonly #owners = new WeakMap<Uint8Array, Block>();
  readonly #free: Buffer[] = [];
  #next = 0;
  #ordered = 0;
  #clock = 0;

  constructor(options: WindowOptions) {
    this.#options = options;
  }

  /** Whether all blocks have been told to `inOrder`. */
  get complete(): boolean {
    return this.#ordered * this.#options.blockBytes >= this.#options.fileBytes;
  }

  /** Parts that together are [offset, offset+length). Give each back with `release`. */
  async read(offset: number, length: number): Promise<Uint8Array[]> {
    const { blockBytes } = this.#options;
    const first = Math.floor(offset / blockBytes);
    const last = Math.floor((offset + length - 1) / blockBytes);
    const used: Block[] = [];
    for (let index = first; index <= last; index++) used.push(this.#use(index));
    if (first <= this.#next && last + 1 >= this.#next) this.#runAhead(last + 1);
    try {
      await Promise.all(used.map((block) => block.ready));
    } catch (error) {
      for (const block of used) this.#release(block);
      throw error;
    }
    return used.map((block) => this.#part(block, offset, length));
  }

  release(parts: Uint8Array[]): void {
    for (const part of parts) {
      const block = this.#owners.get(part);
      if (block) this.#release(block);
    }
  }

  #part(block: Block, offset: number, length: number): Uint8Array {
    const start = block.index * this.#options.blockBytes;
    const part = block.buffer.subarray(
      Math.max(0, offset - start),
      Math.min(block.buffer.length, offset + length - start),
    );
    this.#owners.set(part, block);
    return part;
  }

  #use(index: number): Block {
    const block = this.#blocks.get(index) ?? this.#fetch(index);
    block.users++;
    block.usedAt = ++this.#clock;
    return block;
  }

  #release(block: Block): void {
    block.users--;
    this.#trim();
  }

  #runAhead(next: number): void {
    this.#next = Math.max(this.#next, next);
    const end = Math.ceil(this.#options.fileBytes / this.#options.blockBytes);
    for (let index = next; index < Math.min(next + this.#options.ahead, end); index++) {
      if (!this.#blocks.has(index)) this.#fetch(index).usedAt = ++this.#clock;
    }
  }

  #fetch(index: number): Block {
    const { blockBytes, fileBytes, fetch } = this.#options;
    const start = index * blockBytes;
    const buffer = (this.#free.pop() ?? Buffer.allocUnsafeSlow(blockBytes)).subarray(
      0,
      Math.min(blockBytes, fileBytes - start),
    );
    const block: Block = { index, buffer, ready: Promise.resolve(), fetched: false, users: 0, usedAt: 0 };
    block.ready = fetch(start, buffer).then(() => {
      block.fetched = true;
      this.#tellInOrder();
    });
    block.ready.catch(() => this.#blocks.delete(index)); // a reader that still wants it meets the rejection, and may try again
    this.#blocks.set(index, block);
    return block;
  }

  #tellInOrder(): void {
    for (let block = this.#blocks.get(this.#ordered); block?.fetched; block = this.#blocks.get(this.#ordered)) {
      this.#options.inOrder?.(block.buffer);
      this.#ordered++;
    }
    this.#trim();
  }

  /** Gives up blocks that nobody reads and the reader has passed, the longest unused first. */
  #trim(): void {
    const limit = this.#options.ahead + BEHIND;
    if (this.#blocks.size <= limit) return;
    const idle = [...this.#blocks.values()].filter((block) => block.users === 0 && block.fetched);
    idle.sort((a, b) => a.usedAt - b.usedAt);
    for (const block of idle) {
      if (this.#blocks.size <= limit) return;
      if (block.index >= this.#ordered && this.#blocks.size <= limit * PATIENCE) continue;
      if (block.index >= this.#next && block.index < this.#next + this.#options.ahead) continue;
      this.#blocks.delete(block.index);
      this.#free.push(Buffer.from(block.buffer.buffer, block.buffer.byteOffset, this.#options.blockBytes));
    }
  }
}
