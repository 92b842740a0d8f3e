// The copy that an upgrade leaves of the database as it was.
import { mkdtempSync, mkdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { Kysely, SqliteDialect } from 'kysely';
import { Migrator } from 'kysely/migration';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { copiesOf } from './copy-before.ts';
import { MIGRATIONS } from './migrations/all.ts';
import { adapt, openSqlite } from './sqlite.ts';

let directory: string;
let path: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'onevault-copy-before-'));
  path = join(directory, 'one.db');
});
afterEach(() => rmSync(directory, { recursive: true }));

/** A database as the program had it before `steps` changes of the schema came. */
async function older(steps: number): Promise<string> {
  const names = Object.keys(MIGRATIONS);
  const db = new Kysely({ dialect: new SqliteDialect({ database: adapt(new DatabaseSync(path)) }) });
  const migrator = new Migrator({ db, provider: { getMigrations: () => Promise.resolve(MIGRATIONS) } });
  const { error } = await migrator.migrateTo(names.at(-1 - steps) ?? '');
  expect(error).toBeUndefined();
  await db.destroy();
  return names.at(-steps) ?? '';
}

const changesOf = (file: string): unknown[] => {
  const database = new DatabaseSync(file, { readOnly: true });
  const rows = database.prepare('SELECT name FROM kysely_migration ORDER BY name').all();
  database.close();
  return rows.map(({ name }) => name);
};

it('is what the older program can read, for its owner alone', async () => {
  const first = await older(2);
  const before = changesOf(path);
  await (await openSqlite(path)).close();
  expect(copiesOf(path)).toEqual([`${path}.before-${first}`]);
  expect(changesOf(`${path}.before-${first}`)).toEqual(before);
  expect(statSync(`${path}.before-${first}`).mode & 0o777).toBe(0o600);
  expect(changesOf(path)).toEqual(Object.keys(MIGRATIONS));
});

it('is not made of a database that is new or up to date', async () => {
  await (await openSqlite(path)).close();
  await (await openSqlite(path)).close();
  expect(copiesOf(path)).toEqual([]);
});

it('has to be there before anything is changed', async () => {
  const first = await older(1);
  const before = changesOf(path);
  mkdirSync(join(`${path}.before-${first}`, 'in the way'), { recursive: true });
  await expect(openSqlite(path)).rejects.toThrow('could not be copied');
  expect(changesOf(path)).toEqual(before);
});
