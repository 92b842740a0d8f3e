// `onevault db` on files of SQLite; tests/integration/postgres-copies.ts has the other kind.
import { existsSync, readdirSync } from 'node:fs';
import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { openSqlite } from '../store/sqlite.ts';
import { lockState } from '../store/state-lock.ts';
import { main } from './main.ts';

let directory = '';
let said = '';
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'onevault-db-'));
  said = '';
  for (const stream of [process.stdout, process.stderr]) {
    vi.spyOn(stream, 'write').mockImplementation((text) => {
      said += String(text);
      return true;
    });
  }
  const store = await openSqlite(join(directory, 'one.db'));
  await store.transaction(async (tx) => {
    for (let n = 0; n < 120; n++) await tx.groups.allocate((id) => ({ id, name: `g${n}`, admins: [n], template: [] }));
  });
  await store.settings.write('a', [1]);
  await store.close();
});
afterEach(async () => {
  vi.restoreAllMocks();
  await rm(directory, { recursive: true });
});
const db = (...argv: string[]): Promise<number> => main([...argv, '--config', '/dev/null', '--state', directory]);

it('says what database there is, and how much is in it', async () => {
  expect([await db('info'), said]).toEqual([0, expect.stringMatching(/^database +\/.*one\.db\nbackend +SQLite\n/)]);
  expect(said).toMatch(/\ngroup_pool +120\n/);
});

it('copies all of it, for its owner’s eyes alone, and ids go on', async () => {
  const target = join(directory, 'copy.db');
  expect([await db('copy', join(directory, 'one.db'), target), said]).toEqual([
    0,
    expect.stringMatching(/^\d+ rows of \d+ tables were copied from \/.*one\.db to \/.*copy\.db\.\n$/),
  ]);
  expect((await stat(target)).mode & 0o777).toBe(0o600);
  expect(readdirSync(directory).filter((name) => name.startsWith('copy'))).toEqual(['copy.db']);
  const [one, copy] = [await openSqlite(join(directory, 'one.db')), await openSqlite(target)];
  expect(await copy.groups.list()).toEqual(await one.groups.list());
  expect(await copy.installation()).toBe(await one.installation());
  expect(await copy.settings.read('a')).toEqual([1]);
  expect((await copy.groups.allocate((id) => ({ id, name: 'next', admins: [], template: [] }))).id).toBe(220);
  for (const store of [one, copy]) await store.close();
});

it('refuses a target that is there, a source that is not, and one that a daemon works on', async () => {
  const source = join(directory, 'one.db');
  await writeFile(join(directory, 'there.db'), '');
  expect([await db('copy', source, join(directory, 'there.db')), said]).toEqual([
    1,
    expect.stringContaining('there is one already'),
  ]);
  said = '';
  expect([await db('copy', join(directory, 'none.db'), join(directory, 'x.db')), said]).toEqual([
    1,
    expect.stringContaining('There is no database'),
  ]);
  said = '';
  expect([await db('copy', source, source), said]).toEqual([1, 'FROM and TO are the same database.\n']);
  said = '';
  const unlock = lockState(directory);
  expect([await db('copy', source, join(directory, 'x.db')), said]).toEqual([
    1,
    expect.stringContaining('Another daemon works on'),
  ]);
  unlock();
  expect(existsSync(join(directory, 'x.db'))).toBe(false);
});

it('says how it is called', async () => {
  expect([await db('copy', 'one'), said]).toEqual([1, expect.stringMatching(/^onevault db info/)]);
  expect(await db('--help')).toBe(0);
});
