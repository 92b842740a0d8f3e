import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openBackupStore } from '../all.ts';
import { backupStoreContract } from '../contract.ts';

backupStoreContract('fake', {
  config: (basePath) => ({ driver: 'fake', datastoreId: 100, basePath, attributes: { FAKE_PASSWORD: 'right' } }),
  withWrongPassword: (config) => ({ ...config, attributes: { FAKE_PASSWORD: 'wrong' } }),
  open: openBackupStore,
});

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'onevault-fake-'));
  await writeFile(join(root, 'disk.0.0'), Buffer.alloc(1 << 20));
});
afterEach(() => rm(root, { recursive: true, force: true }));

function open(attributes: Record<string, string>) {
  return openBackupStore({ driver: 'fake', datastoreId: 100, basePath: `${root}-store`, attributes });
}

it('fails where it is told to, and leaves nothing', async () => {
  const { signal } = new AbortController();
  const store = open({ FAKE_FAIL_AFTER_BYTES: '100000' });
  await store.prepare(signal);
  await expect(store.backup({ directory: root, vmId: 1, operationId: 'a', signal })).rejects.toThrow(/told to fail/);
  expect(await store.find('a')).toEqual([]);
  const { source } = await open({}).backup({ directory: root, vmId: 1, operationId: 'b', signal });
  const reader = open({ FAKE_FAIL_READ_AFTER_BYTES: '70000' });
  await expect(buffer(reader.read(source, join(root, 'disk.0.0')))).rejects.toThrow(/told to fail/);
  await rm(`${root}-store`, { recursive: true });
});

it('refuses a limit that is no number', () => {
  expect(() => open({ FAKE_FAIL_AFTER_BYTES: 'soon' })).toThrow(/FAKE_FAIL_AFTER_BYTES="soon"/);
});
