// One pool for every noun: ids, names, bodies. Nothing in it knows which noun it serves.
import type { Kysely, Transaction } from 'kysely';
import { CODE, OneError } from '../model/errors.ts';
import type { Filter, Pool } from './store.ts';
import { POOLS, type PoolName, type PoolRow, type Schema } from './schema.ts';

export type Db = Kysely<Schema> | Transaction<Schema>;

export interface Noun<T> {
  table: PoolName;
  /** The noun in messages, as OpenNebula says it. */
  label: string;
  /** Columns that rows are found by. */
  keys: (object: T) => Keys;
}

export interface Keys {
  uid: number;
  gid: number;
  state: number;
}

export class SqlPool<T extends { id: number; name: string }> implements Pool<T> {
  readonly #db: Db;
  readonly #noun: Noun<T>;

  constructor(db: Db, noun: Noun<T>) {
    this.#db = db;
    this.#noun = noun;
  }

  async allocate(make: (id: number) => T, id?: number): Promise<T> {
    return atomically(this.#db, async (db) => {
      const object = make(id ?? (await this.#takeId(db)));
      const row = this.#row(object);
      await this.#refuseSameName(db, row);
      await db.insertInto(this.#noun.table).values(row).execute();
      return object;
    });
  }

  async find(id: number): Promise<T | undefined> {
    const row = await this.#db.selectFrom(this.#noun.table).select('body').where('oid', '=', id).executeTakeFirst();
    return row && (JSON.parse(row.body) as T);
  }

  async get(id: number): Promise<T> {
    const object = await this.find(id);
    if (object) return object;
    throw new OneError(CODE.NO_EXISTS, `Error getting ${this.#noun.label} [${id}].`, { objectId: id });
  }

  async update(id: number, change: (object: T) => void): Promise<T> {
    return atomically(this.#db, async (db) => {
      const object = await new SqlPool(db, this.#noun).get(id);
      change(object);
      await db.updateTable(this.#noun.table).set(this.#row(object)).where('oid', '=', id).execute();
      return object;
    });
  }

  async remove(id: number): Promise<void> {
    await this.#db.deleteFrom(this.#noun.table).where('oid', '=', id).execute();
  }

  async list(filter: Filter = {}): Promise<T[]> {
    let query = this.#db.selectFrom(this.#noun.table).select('body');
    if (filter.from !== undefined) query = query.where('oid', '>=', filter.from);
    if (filter.to !== undefined) query = query.where('oid', '<=', filter.to);
    if (filter.states !== undefined) query = query.where('state', 'in', filter.states);
    if (filter.notState !== undefined) query = query.where('state', '!=', filter.notState);
    if (filter.name !== undefined) query = query.where('name', '=', filter.name);
    query = query.orderBy('oid', filter.ascending ? 'asc' : 'desc');
    if (filter.limit !== undefined) query = query.limit(filter.limit).offset(filter.offset ?? 0);
    return (await query.execute()).map((row) => JSON.parse(row.body) as T);
  }

  async skipTo(id: number): Promise<void> {
    await atomically(this.#db, async (db) => {
      if ((await this.#nextId(db)) <= id) await this.#noteLast(db, id);
    });
  }

  async #nextId(db: Db): Promise<number> {
    const { table } = this.#noun;
    const last = await db.selectFrom('pool_control').select('last_oid').where('pool', '=', table).executeTakeFirst();
    return last === undefined ? POOLS[table].firstId : last.last_oid + 1;
  }

  async #takeId(db: Db): Promise<number> {
    const id = await this.#nextId(db);
    await this.#noteLast(db, id);
    return id;
  }

  async #noteLast(db: Db, id: number): Promise<void> {
    await db
      .insertInto('pool_control')
      .values({ pool: this.#noun.table, last_oid: id })
      .onConflict((conflict) => conflict.column('pool').doUpdateSet({ last_oid: id }))
      .execute();
  }

  async #refuseSameName(db: Db, row: PoolRow): Promise<void> {
    const { table, label } = this.#noun;
    if (!POOLS[table].uniqueName) return;
    const same = await db
      .selectFrom(table)
      .select('oid')
      .where('name', '=', row.name)
      .where('uid', '=', row.uid)
      .executeTakeFirst();
    if (same === undefined) return;
    throw new OneError(
      CODE.ALLOCATE,
      `Error allocating a new ${label}. NAME "${row.name}" is already taken by ${label} ${same.oid}; choose another.`,
      { objectId: same.oid },
    );
  }

  #row(object: T): PoolRow {
    return { oid: object.id, name: object.name, ...this.#noun.keys(object), body: JSON.stringify(object) };
  }
}

/** Runs `work` in a transaction, or in the one that is already open. */
export async function atomically<R>(db: Db, work: (db: Db) => Promise<R>): Promise<R> {
  return db.isTransaction ? work(db) : db.transaction().execute(work);
}
