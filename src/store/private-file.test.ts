import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { keepPrivate } from './private-file.ts';
import { openSqlite } from './sqlite.ts';

let directory = '';
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'onevault-private-'));
});
afterEach(() => rmSync(directory, { recursive: true }));

const mode = (name: string): string => (statSync(join(directory, name)).mode & 0o777).toString(8);

it('takes a file and what SQLite keeps beside it from everybody else, and leaves its content alone', () => {
  for (const name of ['db', 'db-wal', 'db-journal']) writeFileSync(join(directory, name), name, { mode: 0o644 });
  keepPrivate(join(directory, 'db'));
  expect([mode('db'), mode('db-wal'), mode('db-journal')]).toEqual(['600', '600', '600']);
  expect(readFileSync(join(directory, 'db'), 'utf8')).toBe('db');
});

it('every file of a database is made so', async () => {
  const store = await openSqlite(join(directory, 'one.db'));
  await store.groups.allocate((id) => ({ id, name: 'a', users: [], admins: [], template: [] }));
  expect([mode('one.db'), mode('one.db-wal'), mode('one.db-shm')]).toEqual(['600', '600', '600']);
  await store.close();
});
