// A stream of known length as a file that is read from front to back. The kernel's reads may overtake each other by a little, and a
// little may be read again; what has passed further back is gone, and reading it is an error, as is a jump ahead.
import { createHash } from 'node:crypto';
import { ForwardReader } from '../disk/forward-reader.ts';
import type { VirtualFile } from '../fuse/mount.ts';
import { BlockWindow } from './block-window.ts';

const BLOCK_BYTES = 1024 * 1024;
/** Blocks made ahead of the reader. */
const AHEAD = 4;
/** Blocks that may be made before they are asked for, because a later one was asked for first. */
const MOST_EARLY = 8;

export class ForwardFile {
  readonly #name: string;
  readonly #fileBytes: number;
  readonly #open: () => AsyncIterable<Uint8Array>;
  readonly #window: BlockWindow;
  readonly #hash = createHash('sha256');
  readonly #early = new Map<number, Buffer>();
  #reader: ForwardReader | undefined;
  #turn: Promise<void> = Promise.resolve();
  #whole = false;

  /** `open` gives the stream when the first byte is wanted; `name` stands in errors. */
  constructor(name: string, fileBytes: number, open: () => AsyncIterable<Uint8Array>) {
    this.#name = name;
    this.#fileBytes = fileBytes;
    this.#open = open;
    this.#window = new BlockWindow({
      fileBytes,
      blockBytes: BLOCK_BYTES,
      ahead: AHEAD,
      fetch: (offset, into) => this.#fetch(offset, into),
    });
  }

  virtualFile(mtimeSec: number): VirtualFile {
    return {
      kind: 'file',
      size: this.#fileBytes,
      mtimeSec,
      read: (offset, length) => this.#window.read(offset, length),
      release: (buffers) => this.#window.release(buffers),
    };
  }

  /** The SHA-256 in hex of the whole file; undefined until its last byte was made, and the stream had nothing to object. */
  sha256(): string | undefined {
    return this.#whole ? this.#hash.copy().digest('hex') : undefined;
  }

  async close(): Promise<void> {
    await this.#turn.catch(() => undefined); // its reader has met the failure
    await this.#reader?.close();
  }

  /** One after another: the stream has one place. After a failure it has none, and everything fails. */
  #fetch(offset: number, into: Buffer): Promise<void> {
    const turn = this.#turn.then(() => this.#take(offset, into));
    this.#turn = turn;
    turn.catch(() => undefined); // whoever reads meets it
    return turn;
  }

  async #take(offset: number, into: Buffer): Promise<void> {
    const early = this.#early.get(offset);
    if (early) {
      this.#early.delete(offset);
      early.copy(into);
      return;
    }
    const reader = (this.#reader ??= new ForwardReader(this.#open(), this.#name));
    if (offset < reader.position) throw reader.error(`byte ${offset} was read again after byte ${reader.position}`);
    while (reader.position < offset) {
      if (this.#early.size === MOST_EARLY) {
        throw reader.error(
          `byte ${offset} was asked for before byte ${reader.position - this.#early.size * BLOCK_BYTES}`,
        );
      }
      const at = reader.position;
      this.#early.set(at, await this.#next(reader, Buffer.allocUnsafe(BLOCK_BYTES)));
    }
    await this.#next(reader, into);
  }

  /** The last bytes are given only when the stream has ended without an objection: its sources are checked at their ends. */
  async #next(reader: ForwardReader, into: Buffer): Promise<Buffer> {
    await reader.fill(into);
    this.#hash.update(into);
    if (reader.position < this.#fileBytes) return into;
    if (!(await reader.ended())) throw reader.error(`it goes on after byte ${this.#fileBytes}`);
    this.#whole = true;
    return into;
  }
}
