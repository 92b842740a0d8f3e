// Backup datastores are checked when it is time, and show what was found until it is right.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { text } from '../../src/model/attributes.ts';
import { backupDatastore, plantBackup } from '../compat/planted.ts';
import { FakeCloud } from './fake-cloud.ts';

let cloud: FakeCloud;
let datastore = -1;
beforeAll(async () => {
  cloud = await FakeCloud.open();
  datastore = await backupDatastore(cloud);
  await plantBackup(cloud, datastore, { name: 'kept', vms: [4700] });
});
afterAll(() => cloud.close());

const shown = async (name: string): Promise<string | undefined> =>
  text((await cloud.store.datastores.get(datastore)).template, name);

it('a check says on the datastore when it was, which part was read and what was found, and goes on only when all is well', async () => {
  const wrong = 'CHECK_INTERVAL="1"\nCHECK_PARTS="2"\nFAKE_CHECK="pack 12 is damaged"';
  await cloud.call('one.datastore.update', datastore, wrong, 1);
  await cloud.stop();
  await cloud.start();
  await cloud.until('something wrong is found', async () => (await shown('LAST_CHECK_RESULT')) !== undefined);
  expect(await shown('LAST_CHECK_RESULT')).toBe('FAILED: pack 12 is damaged');
  expect(await shown('LAST_CHECK_PART')).toBe('1/2');
  expect(Number(await shown('LAST_CHECK'))).toBeGreaterThan(1_000_000_000);
  const failed = (await cloud.store.operations.recent(20)).find((one) => one.kind === 'check');
  expect(failed).toMatchObject({ result: 'failed', reason: 'pack 12 is damaged', datastoreId: datastore });

  await cloud.call('one.datastore.update', datastore, 'FAKE_CHECK=""', 1);
  await cloud.until('all is well', async () => (await shown('LAST_CHECK_RESULT')) === 'OK');
  await cloud.until('the other part is checked', async () => (await shown('LAST_CHECK_PART')) === '2/2');
  await cloud.call('one.datastore.update', datastore, 'CHECK="NO"', 1);
});
