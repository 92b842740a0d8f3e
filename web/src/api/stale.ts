// Makes stale what changes touch, so that what is on the page is asked for again: at once where it is an object, its part alone where it
// is a large pool, and more rarely where it is summed up from everything.
import type { Query, QueryClient } from '@tanstack/react-query';
import { call, type Method } from './call.ts';
import { isSummed, together, touches, type Change } from './changes.ts';
import { isWhole, listIn, patched, spansOf } from './pool-patch.ts';

const TOGETHER_MS = 1000;
/** What is summed up makes the daemon look at everything. */
const SUMMED_MS = 5000;

export class Stale {
  readonly #client: QueryClient;
  readonly #objects: Gathered;
  readonly #summed: Gathered;

  constructor(client: QueryClient) {
    this.#client = client;
    this.#objects = new Gathered(TOGETHER_MS, (changes) => this.#makeStale(changes, false));
    this.#summed = new Gathered(SUMMED_MS, (changes) => this.#makeStale(changes, true));
  }

  add(change: Change): void {
    this.#objects.add(change);
    this.#summed.add(change);
  }

  /** Anything may have changed. Who is signed in stays as it is known. */
  all(): void {
    void this.#client.invalidateQueries({ predicate: ({ queryKey }) => queryKey[0] !== 'session' });
  }

  close(): void {
    this.#objects.close();
    this.#summed.close();
  }

  #makeStale(changes: readonly Change[], summed: boolean): void {
    const queries = this.#client.getQueryCache().findAll({
      predicate: ({ queryKey }) => isSummed(queryKey) === summed && changes.some((change) => touches(change, queryKey)),
    });
    for (const query of queries) {
      const ids = changes.filter(({ noun }) => noun === query.queryKey[0]).flatMap((change) => change.ids);
      void this.#again(query, ids);
    }
  }

  async #again(query: Query, ids: readonly number[]): Promise<void> {
    const { queryKey } = query;
    const [, which, method, params] = queryKey;
    const found = listIn(query.state.data);
    const spans = found && spansOf(ids, found.list.length);
    // one that is being asked for anyway would come with what was before, after the part
    const inParts =
      which === 'pool' && spans && isWhole(params) && query.isActive() && query.state.fetchStatus === 'idle';
    if (!inParts) return this.#client.invalidateQueries({ queryKey, exact: true });
    try {
      for (const span of spans) {
        const fresh = listIn(await call(method as Method, { ...params, ...span }));
        this.#client.setQueryData(queryKey, (now: unknown) => {
          const known = listIn(now);
          return known && fresh ? known.with(patched(known.list, span, fresh.list)) : now;
        });
      }
    } catch {
      // the whole pool tells what the part did not, or why
      await this.#client.invalidateQueries({ queryKey, exact: true });
    }
  }
}

/** Changes of a moment, handed on together. */
class Gathered {
  readonly #everyMs: number;
  readonly #then: (changes: Change[]) => void;
  #waiting: Change[] = [];
  #timer: ReturnType<typeof setTimeout> | undefined;
  #last = -Infinity;

  constructor(everyMs: number, then: (changes: Change[]) => void) {
    this.#everyMs = everyMs;
    this.#then = then;
  }

  add(change: Change): void {
    this.#waiting.push(change);
    const since = performance.now() - this.#last;
    this.#timer ??= setTimeout(() => this.#flush(), Math.max(0, this.#everyMs - since));
  }

  close(): void {
    clearTimeout(this.#timer);
  }

  #flush(): void {
    const changes = together(this.#waiting);
    this.#waiting = [];
    this.#timer = undefined;
    this.#last = performance.now();
    this.#then(changes);
  }
}
