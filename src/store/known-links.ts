// What all objects of a noun say of others, kept in memory.
import type { ChangedNoun } from './changes.ts';
import { Known } from './known.ts';
import type { LinkKind } from './nouns.ts';
import type { Store } from './store.ts';

export class KnownLinks {
  readonly #known: Known<number>;

  /** `noun` is what says it. */
  constructor(store: Pick<Store, 'links' | 'onChange'>, kind: LinkKind, noun: ChangedNoun) {
    this.#known = new Known(store, noun, {
      some: (ids) => store.links.from(kind, ids),
      all: async () => {
        const all = new Map<number, number>();
        for (const [target, ids] of await store.links.all(kind)) for (const id of ids) all.set(id, target);
        return all;
      },
    });
  }

  /** The target of each object that has one; of several the one with the highest id. It goes on changing: take it anew each time. */
  targets(): Promise<ReadonlyMap<number, number>> {
    return this.#known.now();
  }
}
