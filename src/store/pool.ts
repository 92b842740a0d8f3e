// One pool for every noun: ids, names, bodies, and what is kept beside a body. Nothing in it knows which noun it serves.
import { sql, type ExpressionBuilder, type SelectQueryBuilder } from 'kysely';
import { CODE, OneError } from '../model/errors.ts';
import type { Charge } from '../model/quota.ts';
import type { Filter, Pool, Visibility } from './store.ts';
import { changeOf, type PoolOfStore } from './changes.ts';
import type { Keys, Link, Noun } from './nouns.ts';
import { POOLS, type PoolName, type PoolRow, type Schema } from './schema.ts';
import type { Db, Steps } from './steps.ts';

/** Objects read at a time when a whole pool is gone through. */
const BATCH = 100;
/** Ids asked for at a time. */
const MAX_IDS = 500;

interface Beside {
  keys: Keys;
  links: Link[];
  charges: Charge[];
  due: number | undefined;
}

export class SqlPool<T extends { id: number }> implements Pool<T> {
  readonly #steps: Steps;
  readonly #name: PoolOfStore;
  readonly #noun: Noun<T>;

  constructor(steps: Steps, name: PoolOfStore, noun: Noun<T>) {
    this.#steps = steps;
    this.#name = name;
    this.#noun = noun;
  }

  get #db(): Db {
    return this.#steps.db;
  }

  async allocate(make: (id: number) => T, id?: number): Promise<T> {
    return this.#changing(undefined, async (db) => {
      const next = await this.#lockIds(db);
      if (id === undefined) await this.#noteLast(db, next);
      return this.#insert(db, make(id ?? next));
    });
  }

  async #insert(db: Db, object: T): Promise<T> {
    const beside = this.#beside(object);
    await this.#refuseSameName(db, object.id, beside.keys, `Error allocating a new ${this.#noun.label}. `);
    await db
      .insertInto(this.#noun.table)
      .values({ ...row(object, beside.keys) })
      .execute();
    await this.#addBeside(db, object.id, beside);
    return object;
  }

  /** Changes an object in a step, and tells of it. */
  async #changing<R extends T | undefined>(id: number | undefined, work: (db: Db) => Promise<R>): Promise<R> {
    const key = id === undefined ? undefined : `${this.#noun.table} ${id}`;
    return this.#steps.run('one', key, async (step) => {
      const object = await work(step.db);
      if (object) step.note(changeOf(this.#name, object));
      return object;
    });
  }

  async find(id: number): Promise<T | undefined> {
    return this.#objectOf(await this.#db.selectFrom(this.#noun.table).select('body').where('oid', '=', id).execute());
  }

  /** The object, which nobody else changes before the step ends. */
  async #findToChange(db: Db, id: number): Promise<T | undefined> {
    const { table } = this.#noun;
    return this.#objectOf(await db.selectFrom(table).select('body').where('oid', '=', id).forUpdate().execute());
  }

  #objectOf([found]: Array<{ body: string }>): T | undefined {
    return found && (JSON.parse(found.body) as T);
  }

  async get(id: number): Promise<T> {
    return this.#mustBe(await this.find(id), id);
  }

  #mustBe(object: T | undefined, id: number): T {
    if (object) return object;
    throw new OneError(CODE.NO_EXISTS, `Error getting ${this.#noun.label} [${id}].`, { objectId: id });
  }

  async update(id: number, change: (object: T) => void): Promise<T> {
    return this.#changing(id, async (db) => {
      const object = this.#mustBe(await this.#findToChange(db, id), id);
      const before = this.#beside(object);
      change(object);
      const after = this.#beside(object);
      if (before.keys.name !== after.keys.name || before.keys.uid !== after.keys.uid) {
        await this.#lockIds(db); // nobody else takes the name meanwhile
        await this.#refuseSameName(db, id, after.keys, '');
      }
      await db.updateTable(this.#noun.table).set(row(object, after.keys)).where('oid', '=', id).execute();
      if (JSON.stringify(before) !== JSON.stringify(after)) {
        await this.#removeBeside(db, id, before);
        await this.#addBeside(db, id, after);
      }
      return object;
    });
  }

  async remove(id: number): Promise<void> {
    await this.#changing(id, async (db) => {
      const object = await this.#findToChange(db, id);
      if (!object) return undefined;
      await this.#removeBeside(db, id, this.#beside(object));
      await db.deleteFrom(this.#noun.table).where('oid', '=', id).execute();
      return object;
    });
  }

  async list(filter: Filter = {}): Promise<T[]> {
    const query = page(this.#chosen(this.#db.selectFrom(this.#noun.table).select('body'), filter), filter);
    return (await query.execute()).map((found) => JSON.parse(found.body) as T);
  }

  async *each(given: Filter = {}): AsyncGenerator<T[], void, undefined> {
    const { offset = 0, limit = Infinity, ...filter } = given;
    let left = limit;
    let rest: Filter = { ...filter, offset };
    while (left > 0) {
      const batch = await this.list({ ...rest, limit: Math.min(left, BATCH) });
      if (batch.length > 0) yield batch;
      const last = batch.at(-1);
      if (last === undefined || batch.length < BATCH) return;
      left -= batch.length;
      rest = filter.ascending ? { ...filter, from: last.id + 1 } : { ...filter, to: last.id - 1 };
    }
  }

  async names(filter: Filter = {}): Promise<Map<number, string>> {
    const found = await page(
      this.#chosen(this.#db.selectFrom(this.#noun.table).select(['oid', 'name']), filter),
      filter,
    ).execute();
    return new Map(found.map(({ oid, name }) => [oid, name]));
  }

  async count(filter: Filter = {}): Promise<number> {
    const query = this.#chosen(
      this.#db.selectFrom(this.#noun.table).select(sql<number | string>`count(*)`.as('count')),
      filter,
    );
    return Number((await query.executeTakeFirstOrThrow()).count);
  }

  async allocateBut(taken: ReadonlySet<number>, make: (id: number) => T): Promise<T> {
    return this.#changing(undefined, async (db) => {
      let id = await this.#lockIds(db);
      while (taken.has(id)) id++;
      await this.#noteLast(db, id);
      return this.#insert(db, make(id));
    });
  }

  async useUp(id: number, farthest: number): Promise<boolean> {
    return this.#steps.run('one', undefined, async ({ db }) => {
      const next = await this.#lockIds(db);
      if (id >= next + farthest) return false;
      if (id >= next) await this.#noteLast(db, id);
      return true;
    });
  }

  useUpNext(): Promise<number> {
    return this.#steps.run('one', undefined, async ({ db }) => {
      const id = await this.#lockIds(db);
      await this.#noteLast(db, id);
      return id;
    });
  }

  /** The next free id; until the step ends nobody else gives out one, or a name. */
  async #lockIds(db: Db): Promise<number> {
    const pool = this.#noun.table;
    const query = db.selectFrom('pool_control').select('last_oid').where('pool', '=', pool).forUpdate();
    const found = await query.executeTakeFirst();
    if (found) return found.last_oid + 1;
    // a row that is not there cannot be locked
    await db
      .insertInto('pool_control')
      .values({ pool, last_oid: POOLS[pool].firstId - 1 })
      .onConflict((conflict) => conflict.column('pool').doNothing())
      .execute();
    return this.#lockIds(db);
  }

  async #noteLast(db: Db, id: number): Promise<void> {
    await db.updateTable('pool_control').set({ last_oid: id }).where('pool', '=', this.#noun.table).execute();
  }

  async #refuseSameName(db: Db, id: number, { name, uid }: Keys, attempt: string): Promise<void> {
    const { table, label } = this.#noun;
    const { unique } = POOLS[table];
    if (unique === 'no') return;
    let query = db.selectFrom(table).select('oid').where('name', '=', name).where('oid', '!=', id);
    if (unique === 'owner') query = query.where('uid', '=', uid);
    const same = await query.executeTakeFirst();
    if (same === undefined) return;
    const shown = table === 'acl_pool' ? 'The rule' : `NAME "${name}"`;
    throw new OneError(
      attempt === '' ? CODE.ACTION : CODE.ALLOCATE,
      `${attempt}${shown} is already taken by ${label} ${same.oid}; choose another.`,
      { objectId: same.oid },
    );
  }

  async nextDue(): Promise<number | undefined> {
    const row = await this.#db
      .selectFrom('due')
      .select(sql<number | string | null>`min(at)`.as('at'))
      .where('pool', '=', this.#noun.table)
      .executeTakeFirst();
    return row === undefined || row.at === null ? undefined : Number(row.at);
  }

  #chosen<O>(query: Query<O>, filter: Filter): Query<O> {
    const found = chosen(query, filter);
    const { dueBy } = filter;
    if (dueBy === undefined) return found;
    return found.where((eb) =>
      eb(
        'oid',
        'in',
        eb.selectFrom('due').select('due.oid').where('pool', '=', this.#noun.table).where('at', '<=', dueBy),
      ),
    );
  }

  #beside(object: T): Beside {
    const { keys, links, charges, due } = this.#noun;
    return {
      keys: keys(object),
      links: links?.(object) ?? [],
      charges: charges?.(object) ?? [],
      due: due?.(object),
    };
  }

  async #addBeside(db: Db, oid: number, { keys, links, charges, due }: Beside): Promise<void> {
    if (links.length > 0)
      await db
        .insertInto('link')
        .values(links.map((link) => ({ ...link, oid })))
        .execute();
    await addCharges(db, this.#noun.table, String(oid), keys, charges);
    if (due !== undefined) await db.insertInto('due').values({ pool: this.#noun.table, oid, at: due }).execute();
  }

  async #removeBeside(db: Db, oid: number, { links, charges, due }: Beside): Promise<void> {
    for (const kind of new Set(links.map((link) => link.kind))) {
      await db.deleteFrom('link').where('kind', '=', kind).where('oid', '=', oid).execute();
    }
    if (charges.length > 0) await removeCharges(db, this.#noun.table, String(oid));
    if (due !== undefined)
      await db.deleteFrom('due').where('pool', '=', this.#noun.table).where('oid', '=', oid).execute();
  }
}

export async function addCharges(
  db: Db,
  pool: string,
  oid: string,
  { uid, gid }: Pick<Keys, 'uid' | 'gid'>,
  charges: Charge[],
): Promise<void> {
  if (charges.length === 0) return;
  const rows = charges.map(({ kind, id, metric, amount }) => ({
    pool,
    oid,
    uid,
    gid,
    kind,
    target: id,
    metric,
    amount,
  }));
  await db.insertInto('charge').values(rows).execute();
}

export async function removeCharges(db: Db, pool: string, oid: string): Promise<void> {
  await db.deleteFrom('charge').where('pool', '=', pool).where('oid', '=', oid).execute();
}

function row(object: { id: number }, keys: Keys): PoolRow {
  return { oid: object.id, ...keys, body: JSON.stringify(object) };
}

type Query<O> = SelectQueryBuilder<Schema, PoolName, O>;

function chosen<O>(query: Query<O>, filter: Filter): Query<O> {
  let found = query;
  if (filter.from !== undefined) found = found.where('oid', '>=', filter.from);
  if (filter.to !== undefined) found = found.where('oid', '<=', filter.to);
  if (filter.ids !== undefined) found = found.where('oid', 'in', filter.ids.slice(0, MAX_IDS));
  if (filter.states !== undefined) found = found.where('state', 'in', filter.states);
  if (filter.notState !== undefined) found = found.where('state', '!=', filter.notState);
  if (filter.name !== undefined) found = found.where('name', '=', filter.name);
  if (filter.namePrefix) {
    found = found.where('name', '>=', filter.namePrefix).where('name', '<', after(filter.namePrefix));
  }
  const { owner, visible, link } = filter;
  if (link)
    found = found.where((eb) =>
      eb('oid', 'in', linked(eb, link.kind, typeof link.target === 'number' ? [link.target] : link.target)),
    );
  if (owner) {
    found = found.where((eb) =>
      eb.or([
        ...(owner.uid === undefined ? [] : [eb('uid', '=', owner.uid)]),
        ...(owner.gids?.length ? [eb('gid', 'in', owner.gids)] : []),
      ]),
    );
  }
  if (visible && !visible.all) found = found.where((eb) => seen(eb, visible, filter.clusterLink));
  return found;
}

/** The first text after all that begin with this one. */
function after(prefix: string): string {
  return prefix.slice(0, -1) + String.fromCodePoint((prefix.codePointAt(prefix.length - 1) ?? 0) + 1);
}

/** Rows that somebody may see, by permission bits and by what rules open. */
function seen(eb: ExpressionBuilder<Schema, PoolName>, visible: Visibility, clusterLink: string | undefined) {
  const { uid, gids, ids, ownerGids, clusters } = visible;
  return eb.or([
    eb.and([eb('uid', '=', uid), sql<boolean>`(perms & 256) <> 0`]),
    ...(gids.length > 0 ? [eb.and([eb('gid', 'in', gids), sql<boolean>`(perms & 32) <> 0`])] : []),
    sql<boolean>`(perms & 4) <> 0`,
    ...(ids.length > 0 ? [eb('oid', 'in', ids)] : []),
    ...(ownerGids.length > 0 ? [eb('gid', 'in', ownerGids)] : []),
    ...(clusters.length > 0 && clusterLink !== undefined ? [eb('oid', 'in', linked(eb, clusterLink, clusters))] : []),
  ]);
}

/** Ids of those objects of a pool that somebody may see, for queries of what is kept beside it. */
export function visibleIds(db: Db, table: PoolName, visible: Visibility, clusterLink: string | undefined) {
  return db
    .selectFrom(table)
    .select('oid')
    .where((eb) => seen(eb, visible, clusterLink));
}

/** Ids of the objects that say it of one of the targets. */
function linked(eb: ExpressionBuilder<Schema, PoolName>, kind: string, targets: readonly number[]) {
  return eb.selectFrom('link').select('link.oid').where('kind', '=', kind).where('target', 'in', targets);
}

function page<O>(query: Query<O>, filter: Filter): Query<O> {
  const ordered = query.orderBy('oid', filter.ascending ? 'asc' : 'desc');
  return filter.limit === undefined ? ordered : ordered.limit(filter.limit).offset(filter.offset ?? 0);
}
