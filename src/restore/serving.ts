// Keeps the servers up that VMs read from while their disks are being copied: one mover for each, started again when it ends by itself.
import { moverResult } from '../exec/mover.ts';
import { OneError } from '../model/errors.ts';
import { SERVING, type ServeResult, type ServeTask } from '../model/mover-protocol.ts';
import type { Parts } from '../vm/parts.ts';
import { interrupted } from '../vm/runs.ts';

const AGAIN_MS = 1000;
const MOST_MS = 60_000;

interface Server {
  abort: AbortController;
  /** Settles at the first time that it answers, or rejects with why it does not. */
  ready: Promise<void>;
  done: Promise<void>;
}

export class Serving {
  readonly #parts: Parts;
  readonly #servers = new Map<string, Server>();

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** Settles when the servers of an operation answer. They are started if they are not there. Throws OneError when they cannot be. */
  ready(operationId: string, task: () => Promise<ServeTask>): Promise<void> {
    const known = this.#servers.get(operationId);
    if (known) return known.ready;
    const abort = new AbortController();
    const ready = Promise.withResolvers<void>();
    ready.promise.catch(() => undefined); // whoever waits for it meets it
    const done = this.#serve(operationId, task, abort.signal, ready).finally(() => this.#servers.delete(operationId));
    this.#servers.set(operationId, { abort, ready: ready.promise, done });
    return ready.promise;
  }

  async stop(operationId: string): Promise<void> {
    const server = this.#servers.get(operationId);
    server?.abort.abort();
    await server?.done;
  }

  async stopAll(): Promise<void> {
    await Promise.all([...this.#servers.keys()].map((id) => this.stop(id)));
  }

  /** One that never answered is given up; one that did is somebody's disk, and is started for as long as it takes. */
  async #serve(
    operation: string,
    task: () => Promise<ServeTask>,
    signal: AbortSignal,
    ready: PromiseWithResolvers<void>,
  ): Promise<void> {
    let answered = false;
    let delayMs = AGAIN_MS;
    while (!signal.aborted) {
      try {
        await moverResult<ServeResult>(await task(), signal, (event) => {
          if (event.type !== 'phase' || event.phase !== SERVING) return;
          answered = true;
          delayMs = AGAIN_MS;
          ready.resolve();
        });
      } catch (error) {
        if (signal.aborted) break;
        if (!answered) return ready.reject(error);
        const why = error instanceof OneError ? error.message : String(error);
        this.#parts.log.warn({ operation, why }, 'a VM waits: the server of its backup has ended and is started again');
      }
      await elapsed(delayMs, signal);
      delayMs = Math.min(delayMs * 2, MOST_MS);
    }
    ready.reject(interrupted());
  }
}

/** Settles after that time, or when the signal aborts. */
function elapsed(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener('abort', () => (clearTimeout(timer), resolve()), { once: true });
  });
}
