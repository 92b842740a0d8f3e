// Parts of all objects of a noun, kept in memory and read again of those alone that have changed: in a large cloud to read all of them takes
// longer than what is done with them.
import { ANY_ID, type ChangedNoun } from './changes.ts';
import type { Store } from './store.ts';

/** So many ids may be asked for at once. */
const PAGE = 500;
/** So many are read by their ids; of more, all are read. */
const MOST_BY_ID = 5000;

/** How parts are read, by the id that changes are told of. What is not there any more is left out. */
export interface KnownSource<F> {
  all: () => Promise<Map<number, F>>;
  /** At most 500. */
  some: (ids: readonly number[]) => Promise<ReadonlyMap<number, F>>;
}

export class Known<F> {
  readonly #source: KnownSource<F>;
  readonly #changed = new Set<number>([ANY_ID]);
  #known = new Map<number, F>();
  #reading: Promise<void> = Promise.resolve();

  /** `nouns` are those whose changes may change what is known. */
  constructor(store: Pick<Store, 'onChange'>, noun: ChangedNoun, source: KnownSource<F>) {
    this.#source = source;
    store.onChange((changes) => {
      for (const change of changes) if (change.noun === noun) this.#changed.add(change.id);
    });
  }

  /** It goes on changing: take it anew each time. */
  async now(): Promise<ReadonlyMap<number, F>> {
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
      if (changed.includes(ANY_ID) || changed.length > MOST_BY_ID) this.#known = await this.#source.all();
      else for (let at = 0; at < changed.length; at += PAGE) await this.#readSome(changed.slice(at, at + PAGE));
    } catch (error) {
      for (const id of changed) this.#changed.add(id);
      throw error;
    }
  }

  async #readSome(ids: readonly number[]): Promise<void> {
    const found = await this.#source.some(ids);
    for (const id of ids) {
      const part = found.get(id);
      if (part === undefined) this.#known.delete(id);
      else this.#known.set(id, part);
    }
  }
}
