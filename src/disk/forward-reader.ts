// Reads a stream that only goes forward by position. It keeps no more than the chunk it was given last, and whatever goes
// wrong names the file that the stream is.
import { CODE, OneError, reasonOf } from '../model/errors.ts';

export class ForwardReader {
  /** How many bytes have been taken. */
  position = 0;
  readonly #name: string;
  readonly #iterator: AsyncIterator<Uint8Array>;
  #chunk: Uint8Array = new Uint8Array(0);

  constructor(stream: AsyncIterable<Uint8Array>, name: string) {
    this.#iterator = stream[Symbol.asyncIterator]();
    this.#name = name;
  }

  /** Fills `into`. Throws OneError when the stream fails or ends before. */
  async fill(into: Uint8Array): Promise<void> {
    for (let filled = 0; filled < into.length;) {
      const part = await this.some(into.length - filled);
      into.set(part, filled);
      filled += part.length;
    }
  }

  /** Fills `into` as far as the stream goes; returns how far. */
  async fillSome(into: Uint8Array): Promise<number> {
    let filled = 0;
    while (filled < into.length && !(await this.ended())) {
      const part = await this.some(into.length - filled);
      into.set(part, filled);
      filled += part.length;
    }
    return filled;
  }

  /** The next 1 to `most` bytes without copying; they are valid as long as the stream's chunk is. Throws as `fill`. */
  async some(most: number): Promise<Uint8Array> {
    if (await this.ended()) throw this.error(`it ends at byte ${this.position}, more was announced`);
    const part = this.#chunk.subarray(0, most);
    this.#chunk = this.#chunk.subarray(part.length);
    this.position += part.length;
    return part;
  }

  /** Throws as `fill`, also when `offset` lies behind. */
  async skipTo(offset: number): Promise<void> {
    if (offset < this.position) throw this.error(`byte ${offset} is wanted after byte ${this.position}`);
    while (this.position < offset) await this.some(offset - this.position);
  }

  /** Whether nothing follows. */
  async ended(): Promise<boolean> {
    while (this.#chunk.length === 0) {
      const next = await this.#next();
      if (next.done) return true;
      this.#chunk = next.value;
    }
    return false;
  }

  /** Lets go of the stream, which then may stop its source. */
  async close(): Promise<void> {
    await this.#iterator.return?.();
  }

  error(why: string, cause?: unknown): OneError {
    return new OneError(CODE.INTERNAL, `Could not read ${this.#name}: ${why}.`, { cause });
  }

  async #next(): Promise<IteratorResult<Uint8Array>> {
    try {
      return await this.#iterator.next();
    } catch (error) {
      if (error instanceof OneError) throw error;
      throw this.error(reasonOf(error), error);
    }
  }
}
