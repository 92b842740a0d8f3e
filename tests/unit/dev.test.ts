// What `npm run dev` begins with, and what it says.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { devHints, prepareDev } from '../../src/dev.ts';
import { FakeCloud } from './fake-cloud.ts';

let cloud: FakeCloud;
beforeAll(async () => {
  cloud = await FakeCloud.open();
});
afterAll(() => cloud.close());

it('makes a fake host and a fake backup datastore once, and leaves what is there alone', async () => {
  await cloud.call('one.datastore.allocate', 'NAME="mine"\nTYPE="BACKUP_DS"\nDS_MAD="fake"');
  await prepareDev(cloud.services);
  await prepareDev(cloud.services);
  expect((await cloud.store.hosts.list()).map(({ name, vmMad }) => [name, vmMad])).toEqual([['fake', 'fake']]);
  const backups = (await cloud.store.datastores.list()).filter(({ type }) => type === 3);
  expect(backups.map(({ name }) => name)).toEqual(['mine']);
});

it('makes the datastore that its hints name', async () => {
  const fresh = await FakeCloud.open();
  try {
    await prepareDev(fresh.services);
    expect((await fresh.store.datastores.list()).map(({ name, dsMad }) => `${name} ${dsMad}`)).toContain(
      'backups fake',
    );
    expect(devHints('http://here', '/auth', undefined)).toContain('onevm backup vm -d backups');
  } finally {
    await fresh.close();
  }
});

it('says what backups lack, and only then', () => {
  const hints = devHints('http://here/RPC2', '/state/.one/one_auth', undefined);
  expect(hints).toContain('export ONE_XMLRPC=http://here/RPC2 ONE_AUTH=/state/.one/one_auth PATH="/');
  expect(hints).not.toContain('will fail');
  expect(devHints('', '', 'they need root')).toContain('Backups will fail: they need root. Everything else works.\n');
});
