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

it('a backup is scheduled only to a datastore that is there, is for backups and may be used', async () => {
  const vm = await cloud.id('one.vm.allocate', 'CPU="0.1"\nMEMORY="16"\nDISK=[ TYPE="fs", SIZE="1" ]', true);
  const schedule = (args: string): string => `SCHED_ACTION=[ ACTION="backup", ARGS="${args}", TIME="+99999" ]`;
  const scheduled = await cloud.id('one.vm.schedadd', vm, schedule(String(backups)));
  for (const [args, message] of [
    ['4711', 'Error getting datastore [4711]'],
    ['1,1', 'Datastore 1 (default) is not a backup datastore'],
  ] as const) {
    await expect(cloud.call('one.vm.schedadd', vm, schedule(args))).rejects.toThrow(message);
    await expect(cloud.call('one.vm.schedupdate', vm, scheduled, schedule(args))).rejects.toThrow(message);
  }
  await cloud.call('one.vm.schedadd', vm, schedule('-1'));
  await expect(cloud.call('one.vm.schedadd', vm, 'SCHED_ACTION=x')).rejects.toThrow('it must be a vector');
  await expect(cloud.callAs(ann, 'one.vm.schedadd', vm, schedule(String(backups)))).rejects.toThrow('MANAGE');
});
