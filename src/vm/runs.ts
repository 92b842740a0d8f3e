// The runs of one kind that are under way in this process: each can be stopped, and all are waited for at the end.
import { CODE, OneError } from '../model/errors.ts';
import type { MoverEvent } from '../model/mover-protocol.ts';
import type { Operation } from '../model/operation.ts';
import type { OperationLog } from './operation-log.ts';
import type { Parts } from './parts.ts';

export class Runs {
  readonly #parts: Parts;
  readonly #log: OperationLog;
  /** The daemon stops: what waits is left to the next one. */
  isEnding = false;
  readonly #running = new Map<string, { operation: Operation; abort: AbortController; done: Promise<void> }>();

  constructor(parts: Parts, log: OperationLog) {
    this.#parts = parts;
    this.#log = log;
  }

  /** Lets `work` go on in the background; its signal aborts when the run is to stop, and its reason says why. */
  track(operation: Operation, work: (signal: AbortSignal) => Promise<void>): void {
    const abort = new AbortController();
    const done = work(abort.signal)
      .finally(() => this.#running.delete(operation.id))
      .catch((error: unknown) => {
        this.#parts.log.error({ operation: operation.id, err: error }, 'a run broke');
        this.#log.broke(operation.id);
      });
    this.#running.set(operation.id, { operation, abort, done });
  }

  /** One that is under way. */
  find(matches: (operation: Operation) => boolean): Operation | undefined {
    for (const { operation } of this.#running.values()) if (matches(operation)) return operation;
    return undefined;
  }

  /** Passes what a mover tells on to those who follow the run. */
  relay(operation: Operation, event: MoverEvent): void {
    const { log } = this.#parts;
    if (event.type === 'warning') {
      log.warn({ operation: operation.id }, event.message);
      this.#log.warned(operation, event.message);
    }
    const change =
      event.type === 'phase' ? { phase: event.phase } : event.type === 'progress' ? { disks: event.disks } : {};
    this.#log
      .progress(operation, change)
      .catch((error: unknown) => log.error({ operation: operation.id, err: error }, 'progress was not saved'));
  }

  /** Notes what a run that has not begun is waiting for. */
  waits(operation: Operation, reason: string): void {
    const { log } = this.#parts;
    this.#log
      .waits(operation, reason)
      .catch((error: unknown) => log.error({ operation: operation.id, err: error }, 'a wait was not saved'));
  }

  /** Stops a run and waits until it has cleaned up. `why` is what it ends with. */
  async stop(operationId: string, why: OneError): Promise<void> {
    const run = this.#running.get(operationId);
    run?.abort.abort(why);
    await run?.done;
  }

  /** Stops a run that somebody wants to end. */
  async cancel(operation: Operation): Promise<void> {
    await this.#log.cancelling(operation);
    await this.stop(operation.id, cancelled());
  }

  /** Stops every run, as the daemon stops. That is no cancel: what asked for them goes on with them. */
  async stopAll(): Promise<void> {
    this.isEnding = true;
    const all = [...this.#running.values()];
    for (const { operation } of all) operation.interrupted = true;
    await Promise.all(all.map(({ operation }) => this.stop(operation.id, interrupted())));
  }
}

/** Why a run ended that somebody cancelled. */
export function cancelled(): OneError {
  return new OneError(CODE.ACTION, 'It was cancelled.');
}

/** Why a run ended that the daemon took down with it. */
export function interrupted(): OneError {
  return new OneError(CODE.INTERNAL, 'The daemon ended while it ran.', { retry: true });
}

/** What a run failed for: what it was stopped for, when it was, and else the error that it met. */
export function whyEnded(error: unknown, signal: AbortSignal): unknown {
  return signal.aborted ? signal.reason : error;
}

/** Settles as the promise does, or rejects as soon as the signal aborts; then what goes on goes on unheeded. */
export async function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  promise.catch(() => undefined); // nobody may be waiting for it any more
  signal.throwIfAborted();
  const heard = new AbortController();
  const aborted = new Promise<undefined>((resolve) => {
    signal.addEventListener('abort', () => resolve(undefined), { once: true, signal: heard.signal });
  });
  const settled = promise.then((value) => ({ value }));
  const first = await Promise.race([settled, aborted]).finally(() => heard.abort());
  if (first) return first.value;
  throw whyEnded(undefined, signal);
}
