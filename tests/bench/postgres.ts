// Measures what the store can change in a second, on SQLite and on a PostgreSQL server of its own that keeps what it commits: changes of one
// object each, and transactions that read, decide and write, as a node claims work; by one process and by three, each with its own connections.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openPostgres } from '../../src/store/postgres.ts';
import { openSqlite } from '../../src/store/sqlite.ts';
import type { Store } from '../../src/store/store.ts';
import { PostgresServer, postgresPrograms } from '../integration/postgres-server.ts';

const OBJECTS = 200;
const WORKERS = 16;
const SECONDS = 5;

async function fill(store: Store): Promise<void> {
  await store.transaction(async (tx) => {
    for (let n = 0; n < OBJECTS; n++)
      await tx.groups.allocate((id) => ({ id, name: `g${n}`, admins: [], template: [] }));
  });
}

/** How often `work` was done in a second, by workers that share the stores. */
async function rate(stores: Store[], work: (store: Store, n: number) => Promise<unknown>): Promise<number> {
  const begin = Date.now();
  let done = 0;
  const worker = async (number: number): Promise<void> => {
    const store = stores[number % stores.length];
    for (let n = number; store && Date.now() < begin + SECONDS * 1000; n += WORKERS, done++) await work(store, n);
  };
  await Promise.all([...Array(WORKERS).keys()].map(worker));
  return Math.round((done * 1000) / (Date.now() - begin));
}

const change = (store: Store, n: number): Promise<unknown> =>
  store.groups.update(100 + (n % OBJECTS), (object) => void (object.admins = [n]));
const claim = (store: Store, n: number): Promise<unknown> =>
  store.transaction(async (tx) => {
    const { id, admins } = await tx.groups.get(100 + (n % OBJECTS));
    if (admins[0] !== n) await tx.groups.update(id, (object) => void (object.admins = [n]));
  });

async function measure(name: string, stores: Store[]): Promise<void> {
  const figures = [await rate(stores, change), await rate(stores, claim)];
  console.log(
    `${name.padEnd(28)}${String(figures[0]).padStart(8)} changes/s${String(figures[1]).padStart(8)} claims/s`,
  );
}

const directory = await mkdtemp(join(tmpdir(), 'onevault-bench-'));
const sqlite = await openSqlite(join(directory, 'one.db'));
await fill(sqlite);
await measure('SQLite, 1 process', [sqlite]);
await sqlite.close();
await rm(directory, { recursive: true });

const programs = await postgresPrograms();
if (programs !== undefined) {
  const server = await PostgresServer.open(programs, { safe: true });
  const place = { url: await server.database(), connections: 10 };
  const stores: Store[] = [];
  for (let n = 0; n < 3; n++) stores.push(await openPostgres(place, { presence: 'together' }));
  await fill(stores[0]!);
  await measure('PostgreSQL, 1 process', stores.slice(0, 1));
  await measure('PostgreSQL, 3 stores', stores);
  for (const store of stores) await store.close();
  await server.close();
}
