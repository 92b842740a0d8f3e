// The socket under an NBD client: received bytes go straight into the buffer that the receiver hands out, requests made
// in one turn leave in one write, and whatever ends the connection is told exactly once.
import { connect, type Socket } from 'node:net';
import { NbdFault } from './fault.ts';
import type { Receiver } from './reply-parser.ts';

const DISCARD = Buffer.alloc(4096);
/** How often silence is looked at in the time that it may last. */
const SILENCE_TICKS = 4;

export class Connection {
  readonly #socket: Socket;
  #receiver: Receiver;
  #ended = false;
  #corked = false;
  #heard = false;
  #watch: NodeJS.Timeout | undefined;
  readonly #onEnd: (why: Error) => void;

  /** `onEnd` is called once, when the connection fails or is ended; nothing is received after it. */
  constructor(path: string, receiver: Receiver, onEnd: (why: Error) => void) {
    this.#receiver = receiver;
    this.#onEnd = onEnd;
    const onread = { buffer: () => this.#buffer(), callback: (count: number) => this.#received(count) };
    this.#socket = connect({ path, onread });
    this.#socket.on('error', (error) => this.end(error));
    this.#socket.on('end', () => this.end(new NbdFault('the server closed the connection')));
    this.#socket.on('close', () => this.end(new NbdFault('the connection was closed')));
  }

  send(bytes: Uint8Array): void {
    if (this.#ended) return;
    if (!this.#corked) {
      this.#corked = true;
      this.#socket.cork();
      process.nextTick(() => {
        this.#corked = false;
        this.#socket.uncork();
      });
    }
    this.#socket.write(bytes);
  }

  /** From now on this one takes the bytes; the one before must not have taken any that are not its own. */
  handOver(receiver: Receiver): void {
    this.#receiver = receiver;
  }

  /** Ends the connection when nothing was received for so long (or a quarter longer) while `waiting` was true. */
  watchSilence(timeoutMs: number, waiting: () => boolean): void {
    let quietTicks = 0;
    const tick = (): void => {
      quietTicks = this.#heard || !waiting() ? 0 : quietTicks + 1;
      this.#heard = false;
      if (quietTicks > SILENCE_TICKS) this.end(silent(timeoutMs));
    };
    this.#watch = setInterval(tick, timeoutMs / SILENCE_TICKS).unref();
  }

  /** Ends the connection at once. */
  end(why: Error): void {
    if (this.#ended) return;
    this.#ended = true;
    clearInterval(this.#watch);
    this.#socket.destroy();
    this.#onEnd(why);
  }

  /** Sends the last bytes and waits for the server to close, at most `waitMs`. */
  async finish(last: Uint8Array, waitMs: number): Promise<void> {
    if (this.#ended) return;
    const closed = new Promise((resolve) => this.#socket.once('close', resolve));
    const timer = setTimeout(() => this.#socket.destroy(), waitMs);
    this.#socket.end(last);
    await closed;
    clearTimeout(timer);
  }

  #buffer(): Uint8Array {
    return this.#ended ? DISCARD : this.#receiver.buffer();
  }

  #received(count: number): boolean {
    if (this.#ended) return false;
    this.#heard = true;
    try {
      this.#receiver.received(count);
    } catch (error) {
      this.end(error instanceof Error ? error : new Error(String(error)));
    }
    return !this.#ended;
  }
}

/** The fault of a server that does not answer. */
export function silent(timeoutMs: number): NbdFault {
  return new NbdFault(`the server did not answer within ${timeoutMs} ms`);
}
