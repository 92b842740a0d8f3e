// A worker as its parent sees it: asked for one case at a time.
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import type { Order, Told } from './worker.ts';

/** What the dead have open is closed by the loop itself; young garbage is most of what there is. */
const OPTIONS = ['--disable-warning=ExperimentalWarning', '--disable-warning=DEP0137', '--max-semi-space-size=32'];

export class Worker {
  readonly #child: ChildProcess;
  /** Settles when it has made the states that the flows begin with. */
  readonly ready: Promise<unknown>;

  /** `real`: with real movers, which store with restic. */
  constructor(real = false) {
    this.#child = fork(new URL('worker.ts', import.meta.url).pathname, {
      ...{ execArgv: OPTIONS, stdio: ['ignore', 'inherit', 'inherit', 'ipc'] },
      env: { ...process.env, ...(real && { ONEVAULT_LOOP_REAL: '1' }) },
    });
    this.ready = this.#answer();
  }

  async ask(order: Order): Promise<Told> {
    const answer = this.#answer();
    this.#child.send(order);
    return (await answer) as Told;
  }

  async #answer(): Promise<unknown> {
    const ended = new AbortController();
    const { signal } = ended;
    try {
      const exit = once(this.#child, 'exit', { signal }).then(([code]: unknown[]) => {
        throw new Error(`A worker of the fault loop ended with ${String(code)}.`);
      });
      const told = once(this.#child, 'message', { signal }).then(([message]: unknown[]) => message);
      for (const one of [exit, told]) one.catch(() => undefined); // raced below
      return await Promise.race([told, exit]);
    } finally {
      ended.abort();
    }
  }

  end(): void {
    this.#child.disconnect();
  }
}
