// The daemon's side: calls methods of doors that an agent on another machine has opened. When the connection ends, every call that waits is
// told so.
import type { Readable, Writable } from 'node:stream';
import { Listening } from '../exec/listening.ts';
import { BEAT_EVERY_MS, BEAT_LIMIT_SEC } from '../model/mover-protocol.ts';
import { readLines, writeLine, type FromAgent, type Hello } from './lines.ts';
import { pack, unpack, unpackError } from './wire.ts';

interface Waiting {
  value: (value: unknown) => void;
  fails: (error: Error) => void;
  item?: (item: unknown) => void;
  functions: Array<(...args: unknown[]) => unknown>;
}

export interface Line {
  input: Readable;
  output: Writable;
  /** What is thrown when the connection has ended. */
  lost: () => Error;
  /** Ends the connection. */
  hangUp: () => void;
  /** After so many seconds without a word it is given up. */
  silenceSec?: number;
}

export class Calls {
  /** Settles when the agent is ready; rejects when the connection ends before. */
  readonly ready: Promise<undefined>;
  /** Settles when the connection has ended. */
  readonly closed: Promise<undefined>;
  readonly #line: Line;
  readonly #waiting = new Map<number, Waiting>();
  readonly #beats: NodeJS.Timeout;
  readonly #listening: Listening;
  readonly #end: () => void;
  #next = 0;
  #over = false;

  constructor(line: Line, hello: Hello) {
    this.#line = line;
    const ready = Promise.withResolvers<undefined>();
    const closed = Promise.withResolvers<undefined>();
    this.ready = ready.promise;
    this.closed = closed.promise;
    ready.promise.catch(() => undefined); // whoever waits for it meets it
    const end = (): void => {
      if (this.#over) return;
      this.#over = true;
      clearInterval(this.#beats);
      this.#listening.end();
      ready.reject(line.lost());
      for (const { fails } of [...this.#waiting.values()]) fails(line.lost());
      closed.resolve(undefined);
    };
    this.#end = end;
    // a connection whose program stands still, or that leads nowhere any more, says nothing of it
    this.#listening = new Listening(line.silenceSec ?? BEAT_LIMIT_SEC, () => this.close());
    line.output.on('error', end);
    readLines(
      line.input,
      (one) => {
        const said = one as FromAgent;
        this.#listening.heard();
        if ('ready' in said) ready.resolve(undefined);
        else this.#heard(said);
      },
      end,
    );
    writeLine(line.output, { hello });
    let beat = 0;
    this.#beats = setInterval(() => writeLine(line.output, { beat: ++beat }), BEAT_EVERY_MS);
  }

  /** Ends the connection: whoever waits is told at once, and the agent tidies by itself. */
  close(): void {
    this.#end();
    this.#line.hangUp();
  }

  /** Calls a method. A signal among the arguments, or inside of one, aborts it over there. */
  async call(door: string, method: string, args: readonly unknown[]): Promise<unknown> {
    const { id, promise } = this.#ask(door, method, args);
    return promise.finally(() => this.#waiting.delete(id));
  }

  /** Calls a method that yields many. Whoever leaves the loop early ends it over there. */
  async *stream(door: string, method: string, args: readonly unknown[]): AsyncIterable<unknown> {
    const items: unknown[] = [];
    const state = { over: false, wake: (): void => undefined };
    const { id, promise } = this.#ask(door, method, args, (item) => {
      items.push(item);
      state.wake();
    });
    const done = promise.finally(() => {
      state.over = true;
      state.wake();
    });
    done.catch(() => undefined); // met below, once what came before is read
    try {
      for (;;) {
        while (items.length > 0) yield items.shift();
        if (state.over) break;
        await new Promise<void>((resolve) => (state.wake = resolve));
      }
      await done;
    } finally {
      if (!state.over) writeLine(this.#line.output, { id, abort: true });
      this.#waiting.delete(id);
    }
  }

  #ask(
    door: string,
    method: string,
    args: readonly unknown[],
    item?: (item: unknown) => void,
  ): { id: number; promise: Promise<unknown> } {
    const id = ++this.#next;
    const { promise, resolve, reject } = Promise.withResolvers<unknown>();
    if (this.#over) {
      reject(this.#line.lost());
      return { id, promise };
    }
    const functions: Waiting['functions'] = [];
    const signals: AbortSignal[] = [];
    const packed = args.map((arg) =>
      pack(arg, (value) => {
        if (value instanceof AbortSignal) {
          signals.push(value);
          return { what: 'signal' };
        }
        if (typeof value !== 'function') return undefined;
        return { what: 'function', number: functions.push(value as (...args: unknown[]) => unknown) - 1 };
      }),
    );
    this.#waiting.set(id, { value: resolve, fails: reject, functions, ...(item && { item }) });
    writeLine(this.#line.output, { id, door, method, args: packed });
    this.#follow(id, signals, promise);
    return { id, promise };
  }

  #follow(id: number, signals: readonly AbortSignal[], promise: Promise<unknown>): void {
    const abort = (): void => writeLine(this.#line.output, { id, abort: true });
    for (const signal of signals) {
      if (signal.aborted) abort();
      signal.addEventListener('abort', abort, { once: true });
      promise
        .catch(() => undefined) // the caller has it
        .finally(() => signal.removeEventListener('abort', abort));
    }
  }

  #heard(said: FromAgent): void {
    const waiting = 'id' in said ? this.#waiting.get(said.id) : undefined;
    if (!waiting) return; // a beat, or an answer that nobody waits for any more
    if ('value' in said) waiting.value(unpack(said.value, (kept) => this.#kept(kept)));
    else if ('error' in said) waiting.fails(unpackError(said.error));
    else if ('item' in said) waiting.item?.(unpack(said.item));
    else if ('told' in said) waiting.functions[said.told]?.(...said.args.map((one) => unpack(one)));
  }

  /** An object that stayed over there: its data, and methods that are called there. */
  #kept({ number, methods, data }: Record<string, unknown>): unknown {
    const door = `kept ${String(number)}`;
    const called = (methods as string[]).map((name) => [
      name,
      (...args: unknown[]) => this.call(door, name, args),
    ]) as Array<[string, unknown]>;
    return { ...(unpack(data) as object), ...Object.fromEntries(called) };
  }
}
