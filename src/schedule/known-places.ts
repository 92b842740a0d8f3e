// What hosts and backup datastores say of the load that they take, kept so that no look reads a thousand of them: what changes is read
// again, and all of them now and then.
import { reasonOf } from '../model/errors.ts';
import { datastoreLimits, hostLimits, type DatastoreLimits, type HostLimits } from '../model/load-limits.ts';
import { ANY_ID } from '../store/changes.ts';
import type { Pool } from '../store/store.ts';
import type { Parts } from '../vm/parts.ts';
import type { Places } from './places.ts';

/** All of them, whatever was told of changes. */
const ALL_AGAIN_MS = 3_600_000;
const READ_AT_ONCE = 500;

export class KnownPlaces {
  readonly #parts: Pick<Parts, 'store' | 'clock' | 'log'>;
  readonly #hosts: Kept<HostLimits>;
  readonly #datastores: Kept<DatastoreLimits>;
  readonly #unlisten: () => void;

  constructor(parts: Pick<Parts, 'store' | 'clock' | 'log'>) {
    const { store } = parts;
    this.#parts = parts;
    this.#hosts = kept(store.hosts, (host) => this.#read(`host ${host.id}`, () => hostLimits(host)));
    this.#datastores = kept(store.datastores, (datastore) =>
      this.#read(`datastore ${datastore.id}`, () => datastoreLimits(datastore)),
    );
    this.#unlisten = store.onChange((changes) => {
      for (const { noun, id } of changes) {
        if (noun === 'host') this.#hosts.changed(id);
        if (noun === 'datastore') this.#datastores.changed(id);
      }
    });
  }

  async now(): Promise<Places> {
    const nowMs = this.#parts.clock();
    return { hosts: await this.#hosts.now(nowMs), datastores: await this.#datastores.now(nowMs) };
  }

  close(): void {
    this.#unlisten();
  }

  /** What is written wrongly is told when it is set; here it limits nothing. */
  #read<L>(of: string, limits: () => L): L | undefined {
    try {
      return limits();
    } catch (error) {
      this.#parts.log.warn({ of, reason: reasonOf(error) }, 'a limit of backups is not heeded');
      return undefined;
    }
  }
}

/** Reads those with these ids, or all. */
type Reader<L> = (ids?: number[]) => Promise<Map<number, L>>;

function kept<T extends { id: number }, L>(pool: Pool<T>, limitsOf: (object: T) => L | undefined): Kept<L> {
  return new Kept(async (ids) => {
    const found = new Map<number, L>();
    for await (const batch of pool.each({ ascending: true, ...(ids && { ids }) })) {
      for (const object of batch) {
        const limits = limitsOf(object);
        if (limits !== undefined) found.set(object.id, limits);
      }
    }
    return found;
  });
}

class Kept<L> {
  readonly #read: Reader<L>;
  readonly #stale = new Set<number>();
  #known = new Map<number, L>();
  #allAtMs = -Infinity;

  constructor(read: Reader<L>) {
    this.#read = read;
  }

  changed(id: number): void {
    this.#stale.add(id);
  }

  async now(nowMs: number): Promise<ReadonlyMap<number, L>> {
    const stale = [...this.#stale];
    this.#stale.clear();
    if (stale.includes(ANY_ID) || stale.length > READ_AT_ONCE || nowMs - this.#allAtMs >= ALL_AGAIN_MS) {
      this.#known = await this.#read();
      this.#allAtMs = nowMs;
      return this.#known;
    }
    if (stale.length === 0) return this.#known;
    const again = await this.#read(stale);
    for (const id of stale) this.#known.delete(id);
    for (const [id, limits] of again) this.#known.set(id, limits);
    return this.#known;
  }
}
