// What goes on in the background and is waited for at the end.

export class Going {
  readonly #all = new Set<Promise<void>>();

  /** `work` settles, whatever comes of it. */
  add(work: Promise<void>): void {
    const gone = work.finally(() => this.#all.delete(gone));
    this.#all.add(gone);
  }

  /** Settles when nothing goes on any more, nor what came of it. */
  async idle(): Promise<void> {
    while (this.#all.size > 0) await Promise.allSettled(this.#all);
  }
}
