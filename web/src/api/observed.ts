// A value outside of React that components can follow.
import { useSyncExternalStore } from 'react';

export class Observed<T> {
  #value: T;
  readonly #listeners = new Set<() => void>();

  constructor(value: T) {
    this.#value = value;
  }

  get value(): T {
    return this.#value;
  }

  set(value: T): void {
    if (Object.is(value, this.#value)) return;
    this.#value = value;
    for (const listener of this.#listeners) listener();
  }

  readonly listen = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  readonly read = (): T => this.#value;
}

export function useObserved<T>(observed: Observed<T>): T {
  return useSyncExternalStore(observed.listen, observed.read);
}
