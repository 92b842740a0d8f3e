// The agent's side: calls methods of doors for a daemon elsewhere. When nobody is heard any more, what was asked for is stopped and what
// was left open is ended, as if the daemon had asked for it.
import type { Readable, Writable } from 'node:stream';
import { BEAT_EVERY_MS } from '../model/mover-protocol.ts';
import { CODE, OneError } from '../model/errors.ts';
import { Listening } from '../exec/listening.ts';
import { readLines, writeLine, type FromAgent, type Hello, type ToAgent } from './lines.ts';
import { pack, packError, unpack } from './wire.ts';

type Method = (...args: unknown[]) => unknown;
/** What a door is called on the wire, and what opens it. Throws for a name that it does not know. */
export type OpenDoor = (name: string) => object;
type Call = Extract<ToAgent, { method: string }>;

/** What was asked for and left open has so long to end when the daemon is gone. */
const END_LIMIT_MS = 20_000;
const KEPT = 'kept ';
const MOST_ENDED = 64;

export interface Served {
  input: Readable;
  output: Writable;
  open: (hello: Hello) => Promise<OpenDoor>;
}

/** Settles when the daemon is gone and nothing is under way any more. */
export async function serve({ input, output, open }: Served): Promise<void> {
  const gone = Promise.withResolvers<undefined>();
  const desk = new Desk((line) => writeLine(output, line));
  output.on('error', () => gone.resolve(undefined));
  let listening: Listening | undefined;
  let beats: NodeJS.Timeout | undefined;
  const begin = async ({ hello }: { hello: Hello }): Promise<void> => {
    listening = new Listening(hello.beatSec, () => gone.resolve(undefined));
    desk.open = await open(hello);
    writeLine(output, { ready: true });
    let beat = 0;
    beats = setInterval(() => writeLine(output, { beat: ++beat }), BEAT_EVERY_MS);
  };
  const heard = (line: ToAgent): void => {
    listening?.heard();
    if ('hello' in line) begin(line).catch(() => gone.resolve(undefined));
    else if ('method' in line) desk.take(line);
    else if ('abort' in line) desk.abort(line.id);
  };
  const stop = readLines(
    input,
    (line) => heard(line as ToAgent),
    () => gone.resolve(undefined),
  );
  await gone.promise;
  clearInterval(beats);
  listening?.end();
  stop();
  await desk.close();
}

/** What is under way. */
class Desk {
  open: OpenDoor = () => {
    throw new OneError(CODE.INTERNAL, 'The agent was asked for something before it was told what it is for.');
  };
  readonly #tell: (line: FromAgent) => void;
  readonly #calls = new Map<number, { abort: AbortController; done: Promise<void> }>();
  readonly #kept = new Map<number, object>();
  /** Those of them that were ended, the oldest first. */
  readonly #ended = new Set<number>();
  #next = 0;
  #silent = false;

  constructor(tell: (line: FromAgent) => void) {
    this.#tell = (line) => {
      if (!this.#silent) tell(line);
    };
  }

  take(call: Call): void {
    const abort = new AbortController();
    const { id } = call;
    const done = this.#answer(call, abort.signal)
      .then(
        (value) => this.#tell({ id, value }),
        (error: unknown) => this.#tell({ id, error: packError(error) }),
      )
      .finally(() => this.#calls.delete(id));
    this.#calls.set(id, { abort, done });
  }

  abort(id: number): void {
    this.#calls.get(id)?.abort.abort();
  }

  /** Ends everything; what does not end in time goes with the process. */
  async close(): Promise<void> {
    this.#silent = true;
    const under = [...this.#calls.values()];
    for (const { abort } of under) abort.abort();
    const ends = async (): Promise<void> => {
      await Promise.all(under.map(({ done }) => done));
      // a backup that somebody had begun by hand; what ends it may fail, and is looked for by the next daemon
      const open = [...this.#kept].filter(([number]) => !this.#ended.has(number));
      await Promise.all(open.map(([, kept]) => endOf(kept)().catch(() => undefined)));
    };
    const late = Promise.withResolvers<undefined>();
    const timer = setTimeout(() => late.resolve(undefined), END_LIMIT_MS);
    await Promise.race([ends(), late.promise]);
    clearTimeout(timer);
  }

  async #answer({ id, door, method, args }: Call, signal: AbortSignal): Promise<unknown> {
    const target = this.#doorOf(door);
    const given = args.map((one) =>
      unpack(one, (kept) => {
        if (kept['what'] === 'signal') return signal;
        const told = kept['number'] as number;
        return (...said: unknown[]) => this.#tell({ id, told, args: said.map((word) => pack(word)) });
      }),
    );
    const work = (target as Record<string, unknown>)[method];
    if (typeof work !== 'function' || method === 'constructor') {
      throw new OneError(CODE.INTERNAL, `The agent has no ${door}.${method}; run onehost sync.`);
    }
    const answer = await (work as Method).apply(target, given);
    if (isIterable(answer)) {
      for await (const item of answer) this.#tell({ id, item: pack(item) });
      return pack(undefined);
    }
    if (door.startsWith(KEPT) && (method === 'end' || method === 'abandon')) this.#wasEnded(numberOf(door));
    return pack(answer, (kept) => this.#keep(kept));
  }

  /** It may be ended again, but not for ever. */
  #wasEnded(number: number): void {
    this.#ended.add(number);
    if (this.#ended.size <= MOST_ENDED) return;
    const [oldest = -1] = this.#ended;
    this.#ended.delete(oldest);
    this.#kept.delete(oldest);
  }

  #doorOf(name: string): object {
    if (!name.startsWith(KEPT)) return this.open(name);
    const kept = this.#kept.get(numberOf(name));
    if (kept) return kept;
    throw new OneError(CODE.INTERNAL, `The agent no longer has what was called "${name}".`, { retry: true });
  }

  /** An object that can do something stays here, and its data goes. */
  #keep(value: object): Record<string, unknown> | undefined {
    const methods = methodsOf(value);
    if (methods.length === 0) return undefined;
    const number = ++this.#next;
    this.#kept.set(number, value);
    const data = Object.entries(value).filter(([, one]) => typeof one !== 'function');
    return { what: 'object', number, methods, data: pack(Object.fromEntries(data)) };
  }
}

function numberOf(door: string): number {
  return Number(door.slice(KEPT.length));
}

function isIterable(value: unknown): value is AsyncIterable<unknown> {
  return typeof value === 'object' && value !== null && Symbol.asyncIterator in value;
}

function methodsOf(value: object): string[] {
  const names = new Set<string>();
  for (let at: object | null = value; at && at !== Object.prototype; at = Object.getPrototypeOf(at) as object | null) {
    for (const name of Object.getOwnPropertyNames(at)) {
      if (name !== 'constructor' && typeof (value as Record<string, unknown>)[name] === 'function') names.add(name);
    }
  }
  return [...names];
}

function endOf(kept: object): () => Promise<unknown> {
  const { end } = kept as { end?: () => Promise<unknown> };
  return async () => end?.call(kept);
}
