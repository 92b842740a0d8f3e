// Copies from SQLite to PostgreSQL and back, and what keeps them from being made.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { main } from '../../src/database/main.ts';
import { look } from '../../src/fsck/run.ts';
import { KEYS } from '../../src/store/schema.ts';
import { openStore, readStore, type StorePlace } from '../../src/store/open.ts';
import type { SqlStore } from '../../src/store/sql-store.ts';
import { diskImage, host, user, vm } from '../golden/objects.ts';
import type { PostgresServer } from './postgres-server.ts';
import type { Open } from './postgres-together.ts';

export function copiesContract(server: PostgresServer, open: Open): void {
  let directory = '';
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'onevault-copies-'));
  });
  afterAll(() => rm(directory, { recursive: true }));

  /** `onevault db`: its status and what it said. */
  async function db(...argv: string[]): Promise<[number, string]> {
    let said = '';
    const spies = [process.stdout, process.stderr].map((stream) =>
      vi.spyOn(stream, 'write').mockImplementation((text) => {
        said += String(text);
        return true;
      }),
    );
    try {
      return [await main([...argv, '--config', '/dev/null', '--state', directory]), said];
    } finally {
      for (const spy of spies) spy.mockRestore();
    }
  }

  /** Every row of every table, in an order of its own. */
  async function rowsOf(place: StorePlace): Promise<Record<string, string[]>> {
    const store = await readStore(place);
    const found: Record<string, string[]> = {};
    await store.snapshot(async (tx) => {
      for (const table of Object.keys(KEYS) as Array<keyof typeof KEYS>) {
        const rows = await tx.selectFrom(table).selectAll().execute();
        found[table] = rows.map((row) => JSON.stringify(Object.entries(row).toSorted())).toSorted();
      }
    });
    await store.close();
    return found;
  }

  async function fill(store: SqlStore): Promise<void> {
    await store.users.allocate((id) => ({ ...user, id, name: 'ann' }));
    await store.hosts.allocate((id) => ({ ...host, id }));
    await store.transaction(async (tx) => {
      for (let n = 0; n < 130; n++) {
        await tx.images.allocate((id) => ({ ...diskImage, id, uid: 2, name: `ä"'\\${n}`, sizeMb: 2 ** 40 + n }));
        await tx.vms.allocate((id) => ({ ...vm, id, name: 'web' }));
      }
    });
    await store.images.remove(129);
    await store.leases.take({ vnetId: 1, arId: 0, index: 3, vm: 7, nicId: 0 });
    await store.fills.note(1, { atSec: 1_800_000_000, totalMb: 10, freeMb: 4, usedMb: 6 });
    await store.settings.write('quotas', { deep: [1, 'zwei'] });
  }

  it('every row goes there and back, and what comes after goes on', async () => {
    const one = { database: join(directory, 'one.db') };
    const first = await openStore(one);
    await fill(first);
    await first.close();
    const url = await server.database();
    await writeFile(join(directory, 'url'), url);
    const [status, said] = await db('copy', one.database, `file:${directory}/url`);
    expect([status, said]).toEqual([
      0,
      expect.stringMatching(/^\d+ rows of \d+ tables were copied from \/.*one\.db to /),
    ]);
    expect(said).not.toContain(server.password);
    const postgres = { database: '', postgres: { url, connections: 2 } };
    const rows = await rowsOf(one);
    expect(rows['image_pool']).toHaveLength(129);
    expect(await rowsOf(postgres)).toEqual(rows);
    expect((await look(postgres)).findings).toEqual((await look(one)).findings);

    process.env['ONEVAULT_TEST_URL'] = url;
    expect((await db('copy', 'env:ONEVAULT_TEST_URL', join(directory, 'back.db')))[0]).toBe(0);
    delete process.env['ONEVAULT_TEST_URL'];
    expect(await rowsOf({ database: join(directory, 'back.db') })).toEqual(rows);
    const store = await open(url);
    expect((await store.images.allocate((id) => ({ ...diskImage, id, name: 'next' }))).id).toBe(130);
    await store.close();
  });

  it('is refused where something is, or while a daemon works on either', async () => {
    const urls = [await server.database(), await server.database()];
    const files = urls.map((_, n) => join(directory, `url-${n}`));
    for (const [n, file] of files.entries()) await writeFile(file, urls[n] ?? '');
    const [from, to] = files.map((file) => `file:${file}`) as [string, string];
    const stores = await Promise.all(urls.map((url) => open(url)));
    expect(await db('copy', from, to)).toEqual([1, expect.stringContaining('Another process works on the database')]);
    await stores[0]?.close();
    expect(await db('copy', from, to)).toEqual([1, expect.stringContaining('Another process works on the database')]);
    await stores[1]?.groups.allocate((id) => ({ id, name: 'g', admins: [], template: [] }));
    await stores[1]?.close();
    expect(await db('copy', from, to)).toEqual([
      1,
      expect.stringContaining('The database is not empty: it has 1 rows of group_pool'),
    ]);
    expect(await db('copy', to, from)).toEqual([0, expect.stringContaining('3 rows of')]);
    expect(await db('copy', to, to)).toEqual([1, expect.stringContaining('the same database')]);
  });
}
