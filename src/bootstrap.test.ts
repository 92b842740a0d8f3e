// A new installation: what is there after the first start, and that a second one changes nothing.
import { mkdtemp, readFile, rm, stat, writeFile, mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { join } from 'node:path';
import { formatAclText } from './wire/acl-text.ts';
import { passwordMatches } from './access/password.ts';
import { authFile, bootstrap } from './bootstrap.ts';
import { makeConfig, type Config } from './config.ts';
import { openSqlite } from './store/sqlite.ts';
import type { Store } from './store/store.ts';

let config: Config;
let store: Store;
beforeEach(async () => {
  config = makeConfig([], { state: await mkdtemp(join(tmpdir(), 'onevault-bootstrap-')) });
  store = await openSqlite(':memory:');
});
afterEach(async () => {
  await store.close();
  await rm(config.stateDirectory, { recursive: true });
});

const mode = async (path: string): Promise<string> => ((await stat(path)).mode & 0o777).toString(8);
const all = async (): Promise<unknown> =>
  Promise.all(
    [store.users, store.groups, store.datastores, store.clusters, store.rules].map((pool) =>
      pool.list({ ascending: true }),
    ),
  );

it('makes an administrator whose password only she can read, groups and datastores, once', async () => {
  await bootstrap(store, config);
  const line = await readFile(authFile(config), 'utf8');
  const [, password = ''] = /^oneadmin:([0-9a-f]{32})\n$/.exec(line) ?? [];
  const [oneadmin] = await store.users.list();
  expect(oneadmin).toMatchObject({ id: 0, name: 'oneadmin', gid: 0, groups: [0], enabled: true });
  expect(await passwordMatches(password, oneadmin?.passwordHash ?? '')).toBe(true);
  expect(await mode(authFile(config))).toBe('600');
  expect(await mode(join(config.stateDirectory, '.one'))).toBe('700');
  expect((await store.groups.list({ ascending: true })).map(({ id, name }) => [id, name])).toEqual([
    [0, 'oneadmin'],
    [1, 'users'],
  ]);
  expect((await store.datastores.list({ ascending: true })).map(({ id, name, type }) => [id, name, type])).toEqual([
    [0, 'system', 1],
    [1, 'default', 0],
    [2, 'files', 2],
  ]);
  expect(await store.clusters.list()).toEqual([{ id: 0, name: 'default', template: [] }]);
  expect((await store.rules.list({ ascending: true })).map((rule) => formatAclText(rule))).toEqual([
    '@1 VM+IMAGE+TEMPLATE+DOCUMENT+SECGROUP+VMGROUP+BACKUPJOB/* CREATE *',
    '* ZONE/* USE *',
    '* MARKETPLACE+MARKETPLACEAPP/* USE *',
  ]);
  for (const { basePath } of await store.datastores.list()) expect((await stat(basePath)).isDirectory()).toBe(true);

  await store.rules.remove(2);
  const before = await all();
  await rm(join(config.datastoreLocation, '1'), { recursive: true });
  await bootstrap(store, config);
  expect(await all()).toEqual(before);
  expect(await readFile(authFile(config), 'utf8')).toBe(line);
  expect((await stat(join(config.datastoreLocation, '1'))).isDirectory()).toBe(true);
});

it('takes the password that was put there beforehand', async () => {
  await mkdir(join(config.stateDirectory, '.one'));
  await writeFile(authFile(config), 'oneadmin:a:b c\n');
  await bootstrap(store, config);
  expect(await readFile(authFile(config), 'utf8')).toBe('oneadmin:a:b c\n');
  expect(await passwordMatches('a:b c', (await store.users.get(0)).passwordHash)).toBe(true);
});

it('leaves no administrator behind when her credentials cannot be written', async () => {
  await writeFile(join(config.stateDirectory, '.one'), 'in the way');
  await expect(bootstrap(store, config)).rejects.toThrow(/ENOTDIR|EEXIST/);
  expect(await all()).toEqual([[], [], [], [], []]);
});
