// The store on Node's own SQLite: one file, write-ahead log, every commit on disk before it is believed. The file holds
// password hashes and the secrets of datastores, so nobody but its owner may read it.
import { DatabaseSync, type SQLInputValue } from 'node:sqlite';
import { Kysely, SqliteDialect, type SqliteDatabase, type SqliteStatement } from 'kysely';
import { Migrator } from 'kysely/migration';
import { MIGRATIONS } from './migrations/all.ts';
import { CODE, OneError } from '../model/errors.ts';
import { keepPrivate } from './private-file.ts';
import type { Schema } from './schema.ts';
import { SqlStore } from './sql-store.ts';

/** Opens (or creates) the database at `path` and brings its schema up to date; ':memory:' is for tests. */
export async function openSqlite(path: string): Promise<SqlStore> {
  if (path !== ':memory:') keepPrivate(path);
  const database = new DatabaseSync(path, { timeout: 5000 });
  database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;');
  const db = new Kysely<Schema>({ dialect: new SqliteDialect({ database: adapt(database) }) });
  const migrator = new Migrator({ db, provider: { getMigrations: () => Promise.resolve(MIGRATIONS) } });
  const { error } = await migrator.migrateToLatest();
  if (error !== undefined)
    throw new OneError(CODE.INTERNAL, `The database ${path} could not be brought up to date.`, { cause: error });
  return new SqlStore(db);
}

/** What kysely's SQLite dialect asks for, on top of node:sqlite. */
function adapt(database: DatabaseSync): SqliteDatabase {
  return {
    close: () => database.close(),
    prepare: (sql): SqliteStatement => {
      const statement = database.prepare(sql);
      return {
        reader: statement.columns().length > 0,
        all: (parameters) => statement.all(...(parameters as SQLInputValue[])),
        run: (parameters) => statement.run(...(parameters as SQLInputValue[])),
        iterate: (parameters) => statement.iterate(...(parameters as SQLInputValue[])) as IterableIterator<unknown>,
      };
    },
  };
}
