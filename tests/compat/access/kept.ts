// Everything that a request can change, as it was; and the way back to it.
import type { Store, Pool } from '../../../src/store/store.ts';

interface Stored {
  id: number;
}
const POOLS = [
  ...(['vms', 'images', 'templates', 'datastores', 'hosts', 'users', 'groups', 'clusters', 'vnets'] as const),
  ...(['backupJobs', 'rules'] as const),
];

/** JSON of each record by pool and id. */
export type Kept = Map<string, Map<number, string>>;

/** Numbers that change by themselves. */
const ASIDE = new Set(['freeMb', 'usedMb', 'totalMb', 'lastMonitored', 'lastPoll']);

function pools(store: Store): Array<[string, Pool<Stored>]> {
  return POOLS.map((name) => [name, store[name] as unknown as Pool<Stored>]);
}

export async function keep(store: Store): Promise<Kept> {
  const kept: Kept = new Map();
  for (const [name, pool] of pools(store)) {
    const records = await pool.list();
    kept.set(name, new Map(records.map((record) => [record.id, JSON.stringify(record)])));
  }
  return kept;
}

const comparable = (json: string): string =>
  JSON.stringify(JSON.parse(json), (key, value: unknown) => (ASIDE.has(key) ? 0 : value));

/** What is not as it was: `vms 3`. */
export async function changes(store: Store, kept: Kept): Promise<string[]> {
  const now = await keep(store);
  return [...now].flatMap(([name, records]) => {
    const before = kept.get(name) ?? new Map<number, string>();
    const ids = new Set([...records.keys(), ...before.keys()]);
    return [...ids]
      .filter((id) => records.get(id) !== before.get(id))
      .filter((id) => comparable(records.get(id) ?? 'null') !== comparable(before.get(id) ?? 'null'))
      .map((id) => `${name} ${id}`);
  });
}

/** Puts back what has changed. */
export async function putBack(store: Store, kept: Kept): Promise<void> {
  const changed = await changes(store, kept);
  for (const [name, pool] of pools(store)) {
    for (const one of changed.filter((change) => change.startsWith(`${name} `))) {
      const id = Number(one.slice(name.length + 1));
      const before = kept.get(name)?.get(id);
      await pool.remove(id);
      if (before !== undefined) await pool.allocate(() => JSON.parse(before) as Stored, id);
    }
  }
}
