// Keeps the servers up that VMs read from while their disks are being copied: one mover for each, started again when it ends by itself.
import { reasonOf } from '../model/errors.ts';
import { SERVING } from '../model/mover-protocol.ts';
import type { ServeResult, ServeTask } from '../model/tasks/serve.ts';
import type { Parts } from '../vm/parts.ts';
import { interrupted } from '../vm/runs.ts';

const AGAIN_MS = 1000;
const MOST_MS = 60_000;

interface Wanted {
  operationId: string;
  task: () => Promise<ServeTask>;
  ready: PromiseWithResolvers<undefined>;
  /** A machine runs on it already. */
  insist: boolean;
}

interface Server {
  abort: AbortController;
  /** Settles at the first time that it answers, or rejects with why it does not. */
  ready: Promise<undefined>;
  done: Promise<void>;
}

export class Serving {
  readonly #parts: Parts;
  readonly #servers = new Map<string, Server>();

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** Settles when the servers of an operation answer. They are started if they are not there. Throws OneError when they cannot be. */
  ready(operationId: string, task: () => Promise<ServeTask>, insist = false): Promise<void> {
    const known = this.#servers.get(operationId);
    if (known) return known.ready;
    const abort = new AbortController();
    const ready = Promise.withResolvers<undefined>();
    ready.promise.catch(() => undefined); // whoever waits for it meets it
    const done = this.#serve({ operationId, task, ready, insist }, abort.signal).finally(() =>
      this.#servers.delete(operationId),
    );
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

  /** One that never answered is given up unless somebody waits for it already; one that did is started for as long as it takes. */
  async #serve({ operationId, task, ready, insist }: Wanted, signal: AbortSignal): Promise<void> {
    const state = { needed: insist, delayMs: AGAIN_MS };
    while (!signal.aborted) {
      try {
        await this.#parts.move<ServeResult>(await task(), signal, (event) => {
          if (event.type !== 'phase' || event.phase !== SERVING) return;
          Object.assign(state, { needed: true, delayMs: AGAIN_MS });
          ready.resolve(undefined);
        });
      } catch (error) {
        if (isAborted(signal)) break;
        if (!state.needed) return ready.reject(error);
        const [operation, why] = [operationId, reasonOf(error)];
        this.#parts.log.warn({ operation, why }, 'a VM waits: the server of its backup has ended and is started again');
      }
      await elapsed(state.delayMs, signal);
      state.delayMs = Math.min(state.delayMs * 2, MOST_MS);
    }
    ready.reject(interrupted());
  }
}

/** It may have aborted while something was waited for. */
function isAborted(signal: AbortSignal): boolean {
  return signal.aborted;
}

/** Settles after that time, or when the signal aborts. */
function elapsed(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener('abort', () => (clearTimeout(timer), resolve()), { once: true });
  });
}
