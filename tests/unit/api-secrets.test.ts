// Secrets of datastores: encrypted where they are kept, shown to nobody unasked, and lost with the key rather than kept without it.
import { readFile, rm, writeFile } from 'node:fs/promises';
import { DatabaseSync } from 'node:sqlite';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { readXml } from '../../src/wire/xml-read.ts';
import { planted } from '../planted/secret.ts';
import { FakeCloud } from './fake-cloud.ts';

const SECRET = planted(' battery staple');

let cloud: FakeCloud;
let datastore: number;
let key: string;
beforeEach(async () => {
  cloud = await FakeCloud.open();
  key = join(cloud.directory, '.one', 'onevault_key');
  const template = `NAME="backups"\nTYPE="BACKUP_DS"\nDS_MAD="fake"\nFAKE_PASSWORD="${SECRET}"`;
  datastore = await cloud.id('one.datastore.allocate', template, -1);
});
afterEach(() => cloud.close());

function kept(): string {
  const db = new DatabaseSync(cloud.config.database, { readOnly: true });
  const row = db.prepare('SELECT body FROM datastore_pool WHERE oid = ?').get(datastore);
  db.close();
  return String(row?.['body']);
}

it('are kept encrypted, shown as ***, and given to administrators who ask', async () => {
  expect(kept()).toContain('enc1:');
  expect(kept()).not.toContain(SECRET);
  const shown = async (session: string, decrypt: boolean): Promise<string | undefined> =>
    readXml(await cloud.text(session, 'one.datastore.info', datastore, decrypt)).child('TEMPLATE/FAKE_PASSWORD')?.text;
  expect([await shown(cloud.session, false), await shown(cloud.session, true)]).toEqual(['***', SECRET]);
  await cloud.call('one.datastore.chmod', datastore, -1, -1, -1, 1, -1, -1, 1, -1, -1);
  expect(await shown(await cloud.user('ann'), true)).toBe('***');
  const { attributes, inUse } = await cloud.services.parts.backupStoreConfigOf(
    await cloud.store.datastores.get(datastore),
  );
  expect([attributes['FAKE_PASSWORD'], inUse]).toEqual([SECRET, false]);
  expect(cloud.log.join('\n')).not.toContain(SECRET);
});

it('are readable after a restart with the same key alone', async () => {
  const bytes = await readFile(key);
  await cloud.stop();
  await rm(key);
  await expect(cloud.start()).rejects.toThrow(
    `The key ${key} is missing, and FAKE_PASSWORD of datastore [${datastore}] cannot be read without it.`,
  );
  await writeFile(key, Buffer.alloc(32));
  await cloud.start();
  await expect(cloud.call('one.datastore.info', datastore, true)).rejects.toThrow(/encrypted with another key/);
  await cloud.stop();
  await writeFile(key, bytes);
  await cloud.start();
  expect(await cloud.text(cloud.session, 'one.datastore.info', datastore, true)).toContain(SECRET);
});
