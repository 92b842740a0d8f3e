// Copies every row of one database into another, whatever they are on: a few at a time, so that memory does not grow with them.
import { sql, type Kysely } from 'kysely';
import { CODE, OneError } from '../model/errors.ts';
import { KEYS, type Schema } from './schema.ts';
import type { Db } from './steps.ts';

type Table = keyof Schema;
type Row = Record<string, unknown>;
/** Rows of each table. */
export type Counts = Map<string, number>;

const TABLES = Object.keys(KEYS) as Table[];
/** Rows at a time: the largest of them, images with years of points, have about a MiB each. */
const BATCH = 50;
/** A new database has its own name, and nothing else. */
const BORN_WITH: readonly Table[] = ['installation'];

/** Copies from a moment of `source`, in a transaction of an empty `target`; throws unless all arrived. */
export async function copyRows(source: Db, target: Db): Promise<Counts> {
  await requireEmpty(target);
  for (const table of BORN_WITH) await target.deleteFrom(table).execute();
  for (const table of TABLES) await copyTable(table, source, target);
  const [wanted, found] = [await countRows(source), await countRows(target)];
  const short = TABLES.find((table) => wanted.get(table) !== found.get(table));
  if (short === undefined) return found;
  const numbers = `${String(found.get(short))} of ${String(wanted.get(short))}`;
  throw new OneError(CODE.INTERNAL, `The database was not copied: ${numbers} rows of ${short} arrived.`);
}

export async function requireEmpty(db: Db): Promise<void> {
  for (const [table, count] of await countRows(db)) {
    if (count === 0 || BORN_WITH.some((name) => name === table)) continue;
    throw new OneError(CODE.ACTION, `The database is not empty: it has ${count} rows of ${table}.`, {
      hint: 'Give a new and empty one.',
    });
  }
}

export async function countRows(db: Db): Promise<Counts> {
  const counts: Counts = new Map();
  for (const table of TABLES) {
    const { rows } = await sql<{ count: number }>`select count(*) as count from ${sql.table(table)}`.execute(db);
    counts.set(table, Number(rows[0]?.count));
  }
  return counts;
}

async function copyTable(table: Table, source: Db, target: Db): Promise<void> {
  const into = target as unknown as Kysely<Record<string, Row>>;
  for (let last: Row | undefined; ;) {
    const rows = await rowsAfter(source, table, last);
    if (rows.length > 0) await into.insertInto(table).values(rows).execute();
    last = rows.at(-1);
    if (rows.length < BATCH) return;
  }
}

async function rowsAfter(db: Db, table: Table, last: Row | undefined): Promise<Row[]> {
  const names = KEYS[table];
  const keys = sql.join(names.map((name) => sql.ref(name)));
  const after = last ? sql`where (${keys}) > (${sql.join(names.map((name) => last[name]))})` : sql``;
  const { rows } = await sql<Row>`
    select * from ${sql.table(table)} ${after} order by ${keys} limit ${sql.lit(BATCH)}`.execute(db);
  return rows;
}
