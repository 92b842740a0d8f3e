// Lines of a stream whose other end is not trusted: one that never ends is an error, not all the memory there is.
import { StringDecoder } from 'node:string_decoder';
import type { Readable } from 'node:stream';
import { CODE, OneError } from '../model/errors.ts';

/** The longest that any program of ours writes is the description of a host with all its machines, a few MiB. */
export const MOST_LINE_CHARS = 128 * 2 ** 20;

/** Puts lines together from chunks as they come. */
export class LineSplitter {
  readonly #most: number;
  readonly #decoder = new StringDecoder('utf8');
  #parts: string[] = [];
  #length = 0;

  constructor(most = MOST_LINE_CHARS) {
    this.#most = most;
  }

  /** The lines that are complete with this chunk. Throws OneError at one that is too long. */
  *push(chunk: Uint8Array): Generator<string> {
    const pieces = this.#decoder.write(chunk).split('\n');
    for (const [index, piece] of pieces.entries()) {
      this.#length += piece.length;
      if (this.#length > this.#most) {
        throw new OneError(CODE.INTERNAL, `A line of more than ${this.#most} characters came, so no more was read.`, {
          hint: 'The programs at the other end are not those that were brought there: look at that machine.',
        });
      }
      this.#parts.push(piece);
      if (index < pieces.length - 1) yield this.#take();
    }
  }

  /** What came after the last line end; undefined when there is nothing. */
  rest(): string | undefined {
    return this.#length === 0 ? undefined : this.#take();
  }

  #take(): string {
    const line = this.#parts.join('').replace(/\r$/, '');
    this.#parts = [];
    this.#length = 0;
    return line;
  }
}

/** The lines of a stream, the last one also without an end. Throws OneError at one that is too long. */
export async function* boundedLines(input: Readable, most?: number): AsyncGenerator<string> {
  const splitter = new LineSplitter(most);
  // whoever wants no more leaves the program that writes alone: it is told to end in another way
  for await (const chunk of input.iterator({ destroyOnReturn: false })) {
    try {
      yield* splitter.push(chunk as Buffer);
    } catch (error) {
      input.destroy();
      throw error;
    }
  }
  const rest = splitter.rest();
  if (rest !== undefined) yield rest;
}
