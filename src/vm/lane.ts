// Work that waits for its turn: so many pieces at a time as there are places, each kind for a thing once however often it is asked for.
import { mayBegin, type Claim, type Places } from './may-begin.ts';

export interface Work extends Claim {
  /** Two of the same key are one while they wait. Work that is stopped before its turn is run with a signal that has aborted. */
  run: (signal: AbortSignal) => Promise<void>;
  /** Told what it waits for, each time that it is something else. */
  waits?: (reason: string) => void;
}

interface Begun {
  work: Work;
  abort: AbortController;
  done: Promise<void>;
}

export class Lane {
  readonly #places: Places;
  readonly #failed: (error: unknown, key: string) => void;
  readonly #waiting: Work[] = [];
  readonly #running = new Set<Begun>();
  readonly #told = new Map<string, string>();
  #closed = false;

  /** `failed` is told of work that broke. */
  constructor(places: Places, failed: (error: unknown, key: string) => void) {
    this.#places = places;
    this.#failed = failed;
  }

  add(work: Work): void {
    if (this.#closed || this.#waiting.some(({ key }) => key === work.key)) return;
    this.#waiting.push(work);
    this.#next();
  }

  /** Whether work of this key is under way or waits. */
  has(key: string): boolean {
    return this.#waiting.some((work) => work.key === key) || this.#all().some((work) => work.key === key);
  }

  /** Whether work that claims `name` is under way or waits. */
  uses(name: string): boolean {
    return [...this.#waiting, ...this.#all()].some(({ alone, beside }) =>
      [...(alone ?? []), ...(beside ?? [])].includes(name),
    );
  }

  /** Asks the work of this key to end, whether it is under way or waits, and waits for that. `why` is the reason of its signal. */
  async stop(key: string, why?: unknown): Promise<boolean> {
    this.#endWaiting((work) => work.key === key, why);
    return this.#end((work) => work.key === key, why);
  }

  /** Ends everything; nothing is taken any more. */
  async close(why?: unknown): Promise<void> {
    this.#closed = true;
    this.#endWaiting(() => true, why);
    await this.#end(() => true, why);
  }

  #endWaiting(which: (work: Work) => boolean, why: unknown): void {
    for (const work of this.#waiting.filter(which)) {
      this.#waiting.splice(this.#waiting.indexOf(work), 1);
      this.#told.delete(work.key);
      this.#begin(work).abort.abort(why);
    }
  }

  async #end(which: (work: Work) => boolean, why: unknown): Promise<boolean> {
    const ending = [...this.#running].filter(({ work }) => which(work));
    for (const { abort } of ending) abort.abort(why);
    await Promise.all(ending.map(({ done }) => done));
    return ending.length > 0;
  }

  #next(): void {
    for (;;) {
      const { begins, waits } = mayBegin(this.#waiting, this.#all(), this.#places);
      if (!begins) return this.#tell(waits);
      const [work] = this.#waiting.splice(
        this.#waiting.findIndex(({ key }) => key === begins.key),
        1,
      );
      this.#told.delete(begins.key);
      if (work) this.#begin(work);
    }
  }

  #all(): Work[] {
    return [...this.#running].map(({ work }) => work);
  }

  #tell(waits: ReadonlyMap<string, string>): void {
    for (const work of this.#waiting) {
      const reason = waits.get(work.key) ?? '';
      if (this.#told.get(work.key) === reason) continue;
      this.#told.set(work.key, reason);
      work.waits?.(reason);
    }
  }

  #begin(work: Work): Begun {
    const abort = new AbortController();
    const done = Promise.resolve()
      .then(() => work.run(abort.signal))
      .catch((error: unknown) => this.#failed(error, work.key))
      .finally(() => {
        this.#running.delete(begun);
        this.#next();
      });
    const begun: Begun = { work, abort, done };
    this.#running.add(begun);
    return begun;
  }
}
