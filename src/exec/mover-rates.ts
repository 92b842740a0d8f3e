// What the runs of this process may move a second, for their movers: who decides it says it here, and each mover hears of its own at once.

type Listener = () => void;

export class MoverRates {
  readonly #allowed = new Map<string, number>();
  readonly #listeners = new Map<string, Set<Listener>>();

  /** Bytes per second for one run; null for as much as it can, also when it has ended. */
  allow(operationId: string, bytesPerSec: number | null): void {
    if (this.of(operationId) === bytesPerSec) return;
    if (bytesPerSec === null) this.#allowed.delete(operationId);
    else this.#allowed.set(operationId, bytesPerSec);
    for (const listener of this.#listeners.get(operationId) ?? []) listener();
  }

  of(operationId: string): number | null {
    return this.#allowed.get(operationId) ?? null;
  }

  /** Tells when it is another one; the answer ends that. */
  listen(operationId: string, listener: Listener): () => void {
    const listeners = this.#listeners.get(operationId) ?? new Set();
    this.#listeners.set(operationId, listeners.add(listener));
    return () => {
      listeners.delete(listener);
      if (listeners.size === 0) this.#listeners.delete(operationId);
    };
  }
}

/** Of this process. */
export const moverRates = new MoverRates();
