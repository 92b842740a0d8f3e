// Changes of many things, passed on at most so often for each: the first at once, then the newest state when its time has come.

export class Throttled<T> {
  readonly #everyMs: number;
  readonly #pass: (value: T) => void;
  /** What was passed on just now, with what came since. */
  readonly #held = new Map<string, { timer: NodeJS.Timeout; value: T | undefined }>();

  constructor(everyMs: number, pass: (value: T) => void) {
    this.#everyMs = everyMs;
    this.#pass = pass;
  }

  /** `last`: nothing follows, so it does not wait. */
  add(key: string, value: T, last: boolean): void {
    const held = this.#held.get(key);
    if (held && !last) {
      held.value = value;
      return;
    }
    clearTimeout(held?.timer);
    this.#held.delete(key);
    if (!last) this.#hold(key);
    this.#pass(value);
  }

  close(): void {
    for (const { timer } of this.#held.values()) clearTimeout(timer);
    this.#held.clear();
  }

  #hold(key: string): void {
    const timer = setTimeout(() => {
      const value = this.#held.get(key)?.value;
      this.#held.delete(key);
      if (value === undefined) return;
      this.#hold(key);
      this.#pass(value);
    }, this.#everyMs);
    this.#held.set(key, { timer, value: undefined });
  }
}
