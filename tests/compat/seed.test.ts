// Sentences of the manual that were found not to hold once, on a daemon on fakes: each with a test that fails on how it was.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { permissionsFromOctet } from '../../src/model/permissions.ts';
import { FakeCloud } from '../unit/fake-cloud.ts';
import { backupDatastore } from './planted.ts';

let cloud: FakeCloud;
let backups: number;
let ann: string;

beforeAll(async () => {
  cloud = await FakeCloud.open();
  await cloud.host();
  backups = await backupDatastore(cloud);
  ann = await cloud.user('ann');
}, 60_000);
afterAll(() => cloud.close());

it("a template that is restored is one that its owner can instantiate, with NICs on others' networks", async () => {
  const network = await cloud.id(
    'one.vn.allocate',
    'NAME="lan"\nVN_MAD="bridge"\nBRIDGE="br0"\nAR=[TYPE="ETHER",SIZE="9"]',
    -1,
  );
  await cloud.store.vnets.update(network, (one) => void (one.permissions = permissionsFromOctet(0o644)));
  for (const id of [1, backups])
    await cloud.store.datastores.update(id, (one) => void (one.permissions = permissionsFromOctet(0o644)));
  const disk = 'DISK=[ TYPE="fs", SIZE="1", FORMAT="raw" ]\nBACKUP_CONFIG=[ BACKUP_VOLATILE="YES" ]';
  const template = `CPU="0.1"\nMEMORY="16"\n${disk}\nNIC=[ NETWORK_ID="${network}" ]`;
  const vm = Number(await cloud.callAs(ann, 'one.vm.allocate', template));
  await cloud.vmIs(vm, 3, 3);
  await cloud.call('one.vm.backup', vm, backups);
  expect(await cloud.follow('vm', vm)).toMatchObject({ result: 'done' });

  const { history, backups: made } = await cloud.store.vms.get(vm);
  expect(history.find(({ action }) => action === 50)).toMatchObject({ uid: 0, gid: 0 });

  const answer = await cloud.text(ann, 'one.image.restore', made.ids[0] ?? -1, 1, 'NAME="back"');
  const [restored = -1, image = -1] = answer.split(' ').map(Number);
  expect(await cloud.follow('image', image)).toMatchObject({ result: 'done' });
  const nic = (await cloud.xml('one.template.info', restored)).children('TEMPLATE/NIC')[0];
  expect([nic?.textOf('NETWORK'), nic?.textOf('NETWORK_UNAME')]).toEqual(['lan', 'oneadmin']);
  await cloud.callAs(ann, 'one.template.instantiate', restored, 'twin', true);
});
