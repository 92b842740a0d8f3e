// Work that waits for its turn: one piece at a time, each kind for a thing once however often it is asked for.

export interface Work {
  /** Two of the same key are one. */
  key: string;
  run: (signal: AbortSignal) => Promise<void>;
}

export class Lane {
  readonly #waiting: Work[] = [];
  readonly #failed: (error: unknown, key: string) => void;
  #current: { key: string; abort: AbortController; done: Promise<void> } | undefined;
  #closed = false;

  /** `failed` is told of work that broke. */
  constructor(failed: (error: unknown, key: string) => void) {
    this.#failed = failed;
  }

  add(work: Work): void {
    if (this.#closed || this.#waiting.some(({ key }) => key === work.key)) return;
    this.#waiting.push(work);
    this.#next();
  }

  /** Asks the work of this key to end, if it is under way, and waits for that. */
  async stop(key: string): Promise<boolean> {
    if (this.#current?.key !== key) return false;
    this.#current.abort.abort();
    await this.#current.done;
    return true;
  }

  /** Ends what is under way and forgets the rest; nothing is taken any more. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#waiting.length = 0;
    this.#current?.abort.abort();
    await this.#current?.done;
  }

  #next(): void {
    if (this.#current) return;
    const work = this.#waiting.shift();
    if (!work) return;
    const abort = new AbortController();
    const done = Promise.resolve()
      .then(() => work.run(abort.signal))
      .catch((error: unknown) => this.#failed(error, work.key))
      .finally(() => {
        this.#current = undefined;
        this.#next();
      });
    this.#current = { key: work.key, abort, done };
  }
}
