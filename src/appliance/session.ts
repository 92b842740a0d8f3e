// Asks an appliance over its socket, one request after the other, and gives up on one that does not answer.
import { connect, type Socket } from 'node:net';
import { CODE, OneError } from '../model/errors.ts';
import { FrameReader, malformed, readEntry, readVolume, type Frame, type GuestEntry, type Volume } from './frames.ts';

const CONNECT_MS = 10_000;
const PIECE_BYTES = 4 * 1024 * 1024;

export class ApplianceSession {
  readonly #socket: Socket;
  readonly #frames: AsyncGenerator<Frame>;
  readonly #answerMs: number;
  #turn: Promise<unknown> = Promise.resolve();

  /** `answerMs`: how long the appliance may say nothing while an answer is waited for. */
  constructor(socket: Socket, answerMs: number) {
    this.#socket = socket;
    this.#answerMs = answerMs;
    this.#frames = framesOf(socket);
    socket.on('error', () => undefined); // whoever waits for an answer is told
  }

  static async open(path: string, answerMs: number): Promise<ApplianceSession> {
    const socket = connect(path);
    await new Promise<void>((resolve, reject) => {
      socket.setTimeout(CONNECT_MS, () => socket.destroy(new Error('nobody answers')));
      socket.once('connect', resolve).once('error', reject);
    });
    socket.setTimeout(0);
    return new ApplianceSession(socket, answerMs);
  }

  async volumes(): Promise<Volume[]> {
    const volumes: Volume[] = [];
    for await (const { kind, body } of this.#ask('volumes', 'the volumes')) {
      if (kind !== 'V') throw this.#broken('something that is no volume');
      volumes.push(readVolume(body));
    }
    return volumes;
  }

  /** The entries of a directory as it has them, unsorted; of anything else the one entry. `path` is absolute inside the volume. */
  async *list(volume: string, path: Buffer, what: string): AsyncGenerator<GuestEntry> {
    yield* this.#entries(`list ${volume} ${path.toString('hex')}`, what);
  }

  /** What the path leads to, links followed. */
  async stat(volume: string, path: Buffer, what: string): Promise<GuestEntry> {
    const found: GuestEntry[] = [];
    for await (const entry of this.#entries(`stat ${volume} ${path.toString('hex')}`, what)) found.push(entry);
    return found[0] ?? Promise.reject(this.#broken('nothing'));
  }

  /** The first `bytes` bytes of a file. Throws when there are fewer. */
  async *read(volume: string, path: Buffer, bytes: number, what: string): AsyncGenerator<Buffer> {
    for (let at = 0; at < bytes;) {
      const wanted = Math.min(PIECE_BYTES, bytes - at);
      let got = 0;
      for await (const { kind, body } of this.#ask(`read ${volume} ${path.toString('hex')} ${at} ${wanted}`, what)) {
        got += body.length;
        if (kind !== 'D' || got > wanted) throw this.#broken('bytes that nobody asked for');
        yield body;
      }
      if (got < wanted) throw failure(what, 'it is shorter than its size says');
      at += got;
    }
  }

  close(): void {
    this.#socket.destroy();
  }

  async *#entries(request: string, what: string): AsyncGenerator<GuestEntry> {
    for await (const { kind, body } of this.#ask(request, what)) {
      if (kind !== 'E') throw this.#broken('something that is no entry');
      yield readEntry(body);
    }
  }

  /** Frames of one answer. Whoever stops listening in the middle lets the rest go by, so that the next answer is the next one's. */
  async *#ask(request: string, what: string): AsyncGenerator<Frame> {
    const before = this.#turn;
    let done = (): void => undefined;
    this.#turn = new Promise<void>((resolve) => (done = resolve));
    await before;
    let open = true;
    try {
      this.#socket.write(`${request}\n`);
      while (open) {
        const frame = await this.#next(what);
        if (frame.kind === '.' || frame.kind === 'X') open = false;
        if (frame.kind === 'X') throw failure(what, printable(frame.body));
        if (open) yield frame;
      }
    } finally {
      if (open && !this.#socket.destroyed) await this.#skip(what);
      done();
    }
  }

  async #skip(what: string): Promise<void> {
    try {
      for (;;) if (['.', 'X'].includes((await this.#next(what)).kind)) return;
    } catch {
      // the connection has ended: whoever asks next is told
    }
  }

  async #next(what: string): Promise<Frame> {
    const late = setTimeout(() => this.#socket.destroy(new Error('it does not answer')), this.#answerMs);
    try {
      const { value, done } = await this.#frames.next();
      if (done === true) throw new Error('it has ended');
      return value;
    } catch (cause) {
      this.#socket.destroy();
      if (cause instanceof OneError) throw cause;
      const why = cause instanceof Error ? cause.message : String(cause);
      throw failure(what, `the machine that reads the backup gave no answer: ${why}`, cause);
    } finally {
      clearTimeout(late);
    }
  }

  #broken(what: string): OneError {
    this.#socket.destroy();
    return malformed(what);
  }
}

async function* framesOf(socket: Socket): AsyncGenerator<Frame> {
  const reader = new FrameReader();
  for await (const chunk of socket as AsyncIterable<Buffer>) yield* reader.push(chunk);
}

/** What came from the appliance is shown as plain characters and nothing else. */
function printable(body: Buffer): string {
  return body.toString('latin1').replace(/[^\x20-\x7e]/g, '?').slice(0, 300);
}

function failure(what: string, why: string, cause?: unknown): OneError {
  return new OneError(CODE.ACTION, `Could not read ${what}: ${why}.`, { cause });
}
