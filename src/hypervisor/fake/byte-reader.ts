// Takes exact numbers of bytes from a socket.
import type { Readable } from 'node:stream';

export class ByteReader {
  readonly #chunks: AsyncIterator<Buffer>;
  #held: Buffer = Buffer.alloc(0);

  constructor(source: Readable) {
    this.#chunks = source[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
  }

  /** The next `length` bytes, or null when the other side has ended before them. */
  async read(length: number): Promise<Buffer | null> {
    while (this.#held.length < length) {
      const next = await this.#chunks.next();
      if (next.done) return null;
      this.#held = Buffer.concat([this.#held, next.value]);
    }
    const bytes = this.#held.subarray(0, length);
    this.#held = this.#held.subarray(length);
    return bytes;
  }
}
