// The store on Node's own SQLite: one file, write-ahead log, every commit on disk before it is believed. The file holds
// password hashes and the secrets of datastores, so nobody but its owner may read it.
import { existsSync } from 'node:fs';
import { DatabaseSync, type SQLInputValue } from 'node:sqlite';
import { Kysely, SqliteDialect, type KyselyPlugin, type SqliteDatabase, type SqliteStatement } from 'kysely';
import { CODE, OneError } from '../model/errors.ts';
import { ChangeFeed } from './changes.ts';
import { copyBefore } from './copy-before.ts';
import { migrate, requireCurrent } from './migrate.ts';
import { keepPrivate } from './private-file.ts';
import type { Schema } from './schema.ts';
import { SqlStore } from './sql-store.ts';
import type { Backend } from './steps.ts';

/** Statements that are kept, and the longest of them; those with many ids in them come once. */
const MAX_KEPT = 200;
const MAX_KEPT_CHARS = 4000;

/** Opens (or creates) the database at `path` and brings its schema up to date; ':memory:' is for tests. */
export async function openSqlite(path: string): Promise<SqlStore> {
  if (path !== ':memory:') keepPrivate(path);
  const database = new DatabaseSync(path, { timeout: 5000 });
  database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;');
  return storeOn(database, (db) => migrate(db, path, ([first = '']) => copyBefore(database, path, first)));
}

/** Opens a database that is there for looking at it alone, also beside a daemon that works on it. */
export async function readSqlite(path: string): Promise<SqlStore> {
  if (!existsSync(path)) throw new OneError(CODE.INTERNAL, `There is no database ${path}.`);
  const database = new DatabaseSync(path, { timeout: 5000, readOnly: true });
  return storeOn(database, (db) => requireCurrent(db, path));
}

async function storeOn(database: DatabaseSync, prepare: (db: Kysely<Schema>) => Promise<void>): Promise<SqlStore> {
  const db = new Kysely<Schema>({
    dialect: new SqliteDialect({ database: adapt(database) }),
    plugins: [WITHOUT_ROW_LOCKS],
  });
  try {
    await prepare(db);
  } catch (error) {
    await db.destroy();
    throw error;
  }
  return new SqlStore({ backend: backendOn(db), feed: new ChangeFeed() });
}

/** One process, one connection: whoever has it is alone, in the order in which they came. */
function backendOn(db: Kysely<Schema>): Backend {
  return {
    db,
    step: (_kind, _key, work) => db.transaction().execute(work),
    snapshot: (work) => db.transaction().execute(work),
    announce: () => Promise.resolve(),
    close: () => db.destroy(),
  };
}

/** Nobody else can write while a transaction is open, and SQLite has no words for locking rows. */
const WITHOUT_ROW_LOCKS: KyselyPlugin = {
  transformQuery: ({ node }) => {
    if (node.kind !== 'SelectQueryNode' || !node.endModifiers) return node;
    const { endModifiers: _locks, ...rest } = node;
    return rest;
  },
  transformResult: ({ result }) => Promise.resolve(result),
};

/** What kysely's SQLite dialect asks for, on top of node:sqlite. The same few statements come again and again, so they are kept. */
export function adapt(database: DatabaseSync): SqliteDatabase {
  const kept = new Map<string, SqliteStatement>();
  return {
    close: () => database.close(),
    prepare: (sql): SqliteStatement => {
      const known = kept.get(sql) ?? statementOf(database, sql);
      if (kept.size >= MAX_KEPT) kept.clear();
      if (sql.length <= MAX_KEPT_CHARS) kept.set(sql, known);
      return known;
    },
  };
}

function statementOf(database: DatabaseSync, sql: string): SqliteStatement {
  const statement = database.prepare(sql);
  return {
    reader: statement.columns().length > 0,
    all: (parameters) => statement.all(...(parameters as SQLInputValue[])),
    run: (parameters) => statement.run(...(parameters as SQLInputValue[])),
    iterate: (parameters) => statement.iterate(...(parameters as SQLInputValue[])) as IterableIterator<unknown>,
  };
}
