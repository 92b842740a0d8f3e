// What all objects of a noun say of others, kept in memory and read again of those alone that have changed: in a large cloud to ask the database
// for all of it takes longer than what is done with it.
import { ANY_ID, type ChangedNoun } from './changes.ts';
import type { LinkKind } from './nouns.ts';
import type { Store } from './store.ts';

/** So many are read by their ids; of more, all are read. */
const READ_AT_ONCE = 500;

export class KnownLinks {
  readonly #store: Pick<Store, 'links'>;
  readonly #kind: LinkKind;
  readonly #changed = new Set<number>([ANY_ID]);
  #known = new Map<number, number>();
  #reading: Promise<void> = Promise.resolve();

  /** `noun` is what says it. */
  constructor(store: Pick<Store, 'links' | 'onChange'>, kind: LinkKind, noun: ChangedNoun) {
    this.#store = store;
    this.#kind = kind;
    store.onChange((changes) => {
      for (const change of changes) if (change.noun === noun) this.#changed.add(change.id);
    });
  }

  /** The target of each object that has one; of several the one with the highest id. It goes on changing: take it anew each time. */
  async targets(): Promise<ReadonlyMap<number, number>> {
    // one after the other, so that nobody sees what was known before
    const read = this.#reading.then(() => this.#read());
    this.#reading = read.catch(() => undefined); // whoever asked is told
    await read;
    return this.#known;
  }

  async #read(): Promise<void> {
    const changed = [...this.#changed];
    if (changed.length === 0) return;
    this.#changed.clear();
    try {
      if (changed.includes(ANY_ID) || changed.length > READ_AT_ONCE) await this.#readAll();
      else await this.#readSome(changed);
    } catch (error) {
      for (const id of changed) this.#changed.add(id);
      throw error;
    }
  }

  async #readAll(): Promise<void> {
    const known = new Map<number, number>();
    for (const [target, ids] of await this.#store.links.all(this.#kind)) for (const id of ids) known.set(id, target);
    this.#known = known;
  }

  async #readSome(ids: number[]): Promise<void> {
    const found = await this.#store.links.from(this.#kind, ids);
    for (const id of ids) {
      const target = found.get(id);
      if (target === undefined) this.#known.delete(id);
      else this.#known.set(id, target);
    }
  }
}
