// Drives the handshake generator with bytes from a socket. It asks for exactly the bytes of the next step, so that
// nothing of what follows the handshake is taken by mistake.
import type { Negotiated, Step } from './handshake.ts';
import type { Receiver } from './reply-parser.ts';

export class HandshakeReceiver implements Receiver {
  readonly #steps: Generator<Step, Negotiated, Buffer>;
  readonly #send: (bytes: Buffer) => void;
  readonly #done: (result: Negotiated) => void;
  #buffer = Buffer.alloc(1);
  #filled = 0;

  constructor(
    steps: Generator<Step, Negotiated, Buffer>,
    send: (bytes: Buffer) => void,
    done: (result: Negotiated) => void,
  ) {
    this.#steps = steps;
    this.#send = send;
    this.#done = done;
    this.#take(steps.next());
  }

  buffer(): Uint8Array {
    return this.#buffer.subarray(this.#filled);
  }

  received(count: number): void {
    this.#filled += count;
    if (this.#filled === this.#buffer.length) this.#take(this.#steps.next(this.#buffer));
  }

  #take(result: IteratorResult<Step, Negotiated>): void {
    if (result.done) return this.#done(result.value);
    if (result.value.send) this.#send(result.value.send);
    this.#buffer = Buffer.alloc(result.value.need);
    this.#filled = 0;
  }
}
