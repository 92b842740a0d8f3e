// Asks the machine that reads backups, one thing at a time, and gives up on one that does not answer.
import type { Socket } from 'node:net';
import { CODE, OneError, reasonOf } from '../model/errors.ts';
import { textOfName } from '../model/file-names.ts';
import { FrameReader, malformed, readEntry, readVolume, type Frame, type GuestEntry, type Volume } from './frames.ts';

/** The machine may say nothing for so long: booting takes some seconds, a volume that is large or damaged takes longer to mount. */
const ANSWER_MS = 90_000;
const MAX_REASON_BYTES = 300;

/** A place in a volume; `path` is absolute inside it. `what` names it in errors. */
export interface Place {
  volume: Pick<Volume, 'device' | 'fs'>;
  path: Buffer;
  what: string;
}

export class ApplianceSession {
  readonly #socket: Socket;
  readonly #frames: AsyncGenerator<Frame, void>;
  readonly #answerMs: number;
  /** Whether an answer is under way. One that nobody reads to its end leaves the machine of no use. */
  asked = false;

  constructor(socket: Socket, answerMs = ANSWER_MS) {
    this.#socket = socket;
    this.#frames = framesOf(socket);
    this.#answerMs = answerMs;
    socket.on('error', () => undefined); // whoever waits for an answer is told
  }

  async volumes(): Promise<Volume[]> {
    const volumes: Volume[] = [];
    for await (const { kind, body } of this.#ask('volumes', 'the volumes')) {
      if (kind !== 'V') throw malformed('something that is no volume');
      volumes.push(readVolume(body));
    }
    return volumes;
  }

  /** The entries of a directory as it has them, unsorted; of anything else the one entry. */
  async *list(place: Place): AsyncGenerator<GuestEntry> {
    for await (const frame of this.#ask(request('list', place), place.what)) yield entryIn(frame);
  }

  /** What the path leads to, links followed. */
  async stat(place: Place): Promise<GuestEntry> {
    let found: GuestEntry | undefined;
    for await (const frame of this.#ask(request('stat', place), place.what)) found = entryIn(frame);
    return found ?? Promise.reject(malformed('nothing'));
  }

  /**
   * First the entry of a regular file, then its bytes, as many as the entry says. The last of these come when the answer has ended:
   * whoever counts bytes and then goes away has had all of it.
   */
  async *read(place: Place): AsyncGenerator<GuestEntry | Buffer, void> {
    let held: GuestEntry | Buffer | undefined;
    let left = 0;
    for await (const frame of this.#ask(request('read', place), place.what)) {
      if (held === undefined) {
        held = entryIn(frame);
        left = held.size;
        continue;
      }
      left -= frame.body.length;
      if (frame.kind !== 'D' || left < 0) throw malformed('bytes that nobody asked for');
      yield held;
      held = frame.body;
    }
    if (left !== 0) throw failure(place.what, 'it is shorter than its size says');
    if (held !== undefined) yield held;
  }

  close(): void {
    this.#socket.destroy();
  }

  async *#ask(line: string, what: string): AsyncGenerator<Frame> {
    this.asked = true;
    this.#socket.write(`${line}\n`);
    for (;;) {
      const frame = await this.#next(what);
      this.asked = frame.kind !== '.' && frame.kind !== 'X';
      if (frame.kind === 'X') throw failure(what, textOfName(frame.body.subarray(0, MAX_REASON_BYTES)));
      if (!this.asked) return;
      yield frame;
    }
  }

  async #next(what: string): Promise<Frame> {
    const silent = new Error(`it said nothing for ${this.#answerMs / 1000} s`);
    const late = setTimeout(() => this.#socket.destroy(silent), this.#answerMs);
    try {
      const next = await this.#frames.next();
      if (next.done) throw new Error('it has ended');
      return next.value;
    } catch (cause) {
      this.#socket.destroy();
      throw failure(what, `the machine that reads the backup gave no answer (${reasonOf(cause)})`, cause);
    } finally {
      clearTimeout(late);
    }
  }
}

function request(verb: string, { volume, path }: Place): string {
  return `${verb} ${volume.device} ${volume.fs} ${path.toString('hex')}`;
}

function entryIn({ kind, body }: Frame): GuestEntry {
  if (kind !== 'E') throw malformed('something that is no entry');
  return readEntry(body);
}

async function* framesOf(socket: Socket): AsyncGenerator<Frame, void> {
  const reader = new FrameReader();
  for await (const chunk of socket as AsyncIterable<Buffer>) yield* reader.push(chunk);
}

function failure(what: string, why: string, cause?: unknown): OneError {
  const code = why.startsWith('No such file') ? CODE.NO_EXISTS : CODE.ACTION;
  return new OneError(code, `Could not read ${what}: ${why}.`, { cause });
}
