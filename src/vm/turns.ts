// One thing at a time per VM: work for the same id waits for what was asked before it.

export class Turns {
  readonly #last = new Map<number, Promise<void>>();

  /** Runs `work` when everything asked before for `id` has ended, however that ended. */
  async take<R>(id: number, work: () => Promise<R>): Promise<R> {
    const before = this.#last.get(id) ?? Promise.resolve();
    const mine = before.then(work);
    const settled = mine.then(
      () => undefined,
      () => undefined,
    );
    this.#last.set(id, settled);
    try {
      return await mine;
    } finally {
      if (this.#last.get(id) === settled) this.#last.delete(id);
    }
  }

  /** Settles when nothing is under way. */
  async idle(): Promise<void> {
    while (this.#last.size > 0) await Promise.all(this.#last.values());
  }
}
