// The store on a real PostgreSQL server: all that it does on SQLite, and what only several processes on one database can get wrong.
import { afterAll, describe, it } from 'vitest';
import { storeContract } from '../../src/store/contract.ts';
import { openPostgres } from '../../src/store/postgres.ts';
import type { Store } from '../../src/store/store.ts';
import { postgresPrograms, PostgresServer } from './postgres-server.ts';

const programs = await postgresPrograms();
const server = programs === undefined ? undefined : await PostgresServer.open(programs);
const stores: Store[] = [];
afterAll(async () => {
  for (const store of stores) await store.close();
  await server?.close();
});

if (!server) it.skip('PostgreSQL is not installed');
else {
  describe('the suite of the store', () => {
    storeContract(async () => {
      const store = await openPostgres({ url: await server.database(), connections: 4 });
      stores.push(store);
      return store;
    });
  });
}
