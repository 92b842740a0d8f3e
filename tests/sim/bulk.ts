// Puts many objects into a database at once, with what is kept beside them, as the pools would one by one.
import type { Noun } from '../../src/store/nouns.ts';
import type { SqlStore } from '../../src/store/sql-store.ts';

const ROWS = 400;

/** The objects have their ids; the last one is the last that was given out. */
export async function addAll<T extends { id: number }>(
  store: SqlStore,
  noun: Noun<T>,
  objects: Iterable<T>,
): Promise<void> {
  let some: T[] = [];
  for (const object of objects) {
    if (some.push(object) < ROWS) continue;
    await addSome(store, noun, some);
    some = [];
  }
  if (some.length > 0) await addSome(store, noun, some);
}

async function addSome<T extends { id: number }>(store: SqlStore, noun: Noun<T>, objects: readonly T[]): Promise<void> {
  const pool = noun.table;
  const rows = objects.map((object) => ({ oid: object.id, ...noun.keys(object), body: JSON.stringify(object) }));
  const links = objects.flatMap((object) => (noun.links?.(object) ?? []).map((link) => ({ ...link, oid: object.id })));
  const charges = objects.flatMap((object) => {
    const { uid, gid } = noun.keys(object);
    return (noun.charges?.(object) ?? []).map(({ kind, id, metric, amount }) => ({
      ...{ pool, oid: String(object.id), uid, gid },
      ...{ kind, target: id, metric, amount },
    }));
  });
  const due = objects.flatMap((object) => {
    const at = noun.due?.(object);
    return at === undefined ? [] : [{ pool, oid: object.id, at }];
  });
  const last = objects.at(-1)?.id ?? 0;
  await store.rewrite(async (db) => {
    await db.insertInto(pool).values(rows).execute();
    for (const some of pieces(links)) await db.insertInto('link').values(some).execute();
    for (const some of pieces(charges)) await db.insertInto('charge').values(some).execute();
    if (due.length > 0) await db.insertInto('due').values(due).execute();
    await db
      .insertInto('pool_control')
      .values({ pool, last_oid: last })
      .onConflict((conflict) => conflict.column('pool').doUpdateSet({ last_oid: last }))
      .execute();
  });
}

function* pieces<R>(rows: readonly R[]): Generator<R[]> {
  for (let at = 0; at < rows.length; at += ROWS) yield rows.slice(at, at + ROWS);
}
