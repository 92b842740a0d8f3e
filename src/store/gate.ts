// The order in which this process changes a database that several change: what was asked for first is done first wherever the order
// could be seen, so that an older state of an object never follows a newer one.

/** `one` changes an object with what is kept beside it; `many` reads several, decides and writes, and nothing changes meanwhile. */
export type StepKind = 'one' | 'many';

interface Waiting {
  kind: StepKind;
  key: string | undefined;
  begin: () => void;
}

/** Steps of kind `one` go on side by side, those of one key one after the other; a step of kind `many` goes on alone. */
export class Gate {
  readonly #most: number;
  #waiting: Waiting[] = [];
  #running = 0;
  #alone = false;
  readonly #keys = new Set<string>();

  /** So many steps go on at once. */
  constructor(most: number) {
    this.#most = most;
  }

  async run<R>(kind: StepKind, key: string | undefined, work: () => Promise<R>): Promise<R> {
    await new Promise<void>((begin) => {
      this.#waiting.push({ kind, key, begin });
      this.#beginSome();
    });
    try {
      return await work();
    } finally {
      this.#running--;
      this.#alone = false;
      if (key !== undefined) this.#keys.delete(key);
      this.#beginSome();
    }
  }

  #beginSome(): void {
    const held = new Set(this.#keys); // keys of steps that run, or wait before this one
    const left: Waiting[] = [];
    let closed = this.#alone;
    for (const one of this.#waiting) {
      const { kind, key, begin } = one;
      const free = kind === 'many' ? this.#running === 0 && left.length === 0 : this.#running < this.#most;
      if (closed || !free || (key !== undefined && held.has(key))) {
        left.push(one);
        closed ||= kind === 'many';
      } else {
        this.#running++;
        this.#alone = kind === 'many';
        closed = this.#alone;
        if (key !== undefined) this.#keys.add(key);
        begin();
      }
      if (key !== undefined) held.add(key);
    }
    this.#waiting = left;
  }
}
