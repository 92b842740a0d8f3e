// Opens the store that the settings name.
import { openPostgres, readPostgres, type PostgresOptions } from './postgres.ts';
import type { PostgresPlace } from './postgres-client.ts';
import type { SqlStore } from './sql-store.ts';
import { openSqlite, readSqlite } from './sqlite.ts';

/** A file of SQLite, or a PostgreSQL database instead of it. */
export interface StorePlace {
  database: string;
  postgres?: PostgresPlace | undefined;
}

/** Opens it for work and brings its schema up to date. `options` are of PostgreSQL alone. */
export function openStore({ database, postgres }: StorePlace, options: PostgresOptions = {}): Promise<SqlStore> {
  return postgres ? openPostgres(postgres, options) : openSqlite(database);
}

/** Opens it for looking at it alone, also beside a daemon. */
export function readStore({ database, postgres }: StorePlace): Promise<SqlStore> {
  return postgres ? readPostgres(postgres) : readSqlite(database);
}
