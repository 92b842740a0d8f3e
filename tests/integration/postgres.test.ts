// The store on a real PostgreSQL server: all that it does on SQLite, and what only several processes on one database can get wrong.
import { afterAll, describe, it } from 'vitest';
import { storeContract } from '../../src/store/contract.ts';
import { openPostgres, type PostgresOptions } from '../../src/store/postgres.ts';
import type { SqlStore } from '../../src/store/sql-store.ts';
import { copiesContract } from './postgres-copies.ts';
import { postgresPrograms, PostgresServer } from './postgres-server.ts';
import { outageContract, recoveryContract } from './postgres-recovery.ts';
import { troubleContract } from './postgres-trouble.ts';
import { togetherContract } from './postgres-together.ts';

const programs = await postgresPrograms();
const server = programs === undefined ? undefined : await PostgresServer.open(programs);
const stores: SqlStore[] = [];
afterAll(async () => {
  for (const store of stores) await store.close();
  await server?.close();
});

async function open(url: string, options?: PostgresOptions): Promise<SqlStore> {
  const store = await openPostgres({ url, connections: 4 }, options);
  stores.push(store);
  return store;
}

if (!server) it.skip('PostgreSQL is not installed');
else {
  describe('the suite of the store', () => storeContract(async () => open(await server.database())));
  describe('several processes on one database', () => togetherContract(server, open));
  describe('copies', () => copiesContract(server, open));
  describe('backups of the database', () => recoveryContract(server));
  describe('a daemon', () => outageContract(server));
  describe('trouble', () => troubleContract(server, open));
}
