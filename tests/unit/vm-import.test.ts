// A domain that OneVault did not make, on a fake host: listed, imported as it is, backed up, restored, let go.
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { XmlElement } from '../../src/wire/xml-read.ts';
import { FakeCloud } from './fake-cloud.ts';

const NAME = 'shop front';
let cloud: FakeCloud;
let host = -1;
let disk = '';
let vm = -1;
let planted: Record<string, unknown>;

beforeAll(async () => {
  cloud = await FakeCloud.open();
  host = await cloud.host();
  await mkdir(join(cloud.directory, 'theirs'));
  disk = join(cloud.directory, 'theirs/shop.raw');
  await writeFile(disk, Buffer.alloc(2 ** 20, 5));
  planted = await plant({});
});
afterAll(() => cloud.close());

const file = (): string => join(cloud.directory, `fake-host-${host}/wild-shop.json`);
/** What the fake keeps of it beside what was planted comes and goes with its power. */
async function domain(): Promise<Record<string, unknown>> {
  const { name, uuid, vcpu, memoryMb, template, unsaid, state } = JSON.parse(await readFile(file(), 'utf8')) as Record<
    string,
    unknown
  >;
  return { name, uuid, vcpu, memoryMb, template, unsaid, state };
}
async function plant(change: Record<string, unknown>): Promise<Record<string, unknown>> {
  const wild = {
    ...{ name: NAME, uuid: '6a2f41a3-c54c-fce8-32d2-0324e1c32e22', state: 'running', vcpu: 1, memoryMb: 64 },
    template: [
      ['NAME', NAME],
      ['CPU', '1'],
      ['VCPU', '1'],
      ['MEMORY', '64'],
      [
        'DISK',
        Object.entries({ TARGET: 'sdc', SOURCE: disk, FORMAT: 'raw', TYPE: 'FILE', SIZE: '1', PERSISTENT: 'YES' }),
      ],
      ['NIC', Object.entries({ MAC: '52:54:00:00:00:01', NETWORK: 'default' })],
    ],
    unsaid: ['a TPM'],
    ...change,
  };
  await writeFile(file(), JSON.stringify(wild));
  return wild;
}
const hostXml = (): Promise<XmlElement> => cloud.xml('one.host.info', host);
const names = async (): Promise<string[]> =>
  (await hostXml()).children('TEMPLATE/VM').map((one) => one.textOf('VM_NAME'));

/** Hosts are looked at again. */
async function monitored(): Promise<void> {
  await cloud.store.hosts.update(host, (record) => void (record.lastMonitored = 0));
  cloud.services.tick.wake();
  await cloud.until('the host was looked at', async () => (await cloud.store.hosts.get(host)).lastMonitored > 0);
}
async function importTemplate(): Promise<string> {
  const machine = (await hostXml()).children('TEMPLATE/VM')[0];
  return Buffer.from(machine?.textOf('IMPORT_TEMPLATE') ?? '', 'base64').toString('utf8');
}

it('shows it on its host', async () => {
  await monitored();
  expect(await names()).toEqual([NAME]);
  expect((await hostXml()).textOf('TEMPLATE/TOTAL_WILDS')).toBe('1');
  expect(await importTemplate()).toContain(`IMPORT_VM_ID="${NAME}"`);
});

it('lets only those import who may administrate hosts, and only what is there', async () => {
  const ann = await cloud.user('ann');
  await expect(cloud.callAs(ann, 'one.vm.allocate', await importTemplate())).rejects.toMatchObject({ code: 0x200 });
  const other = await cloud.id('one.vm.allocate', 'CPU="1"\nMEMORY="64"\nIMPORT_VM_ID="no such"', false);
  expect(await cloud.store.vms.get(other)).toMatchObject({ state: 2, imported: true, deployId: 'no such' });
  await expect(cloud.call('one.vm.deploy', other, host)).rejects.toThrow(`those that could: ${NAME}`);
  await cloud.call('one.vm.action', 'release', other);
  await cloud.call('one.vm.action', 'hold', other); // nothing deploys it by itself
  await cloud.call('one.vm.action', 'terminate', other);
  expect(await cloud.store.vms.get(other)).toMatchObject({ state: 6 });
});

it('becomes a VM as it is', async () => {
  const text = await importTemplate();
  await plant({ uuid: 'another' });
  vm = await cloud.id('one.vm.allocate', text);
  await expect(cloud.call('one.vm.deploy', vm, host)).rejects.toThrow('it is another one');
  planted = await plant({});
  await cloud.call('one.vm.deploy', vm, host);
  await cloud.vmIs(vm, 3, 3);
  expect(await domain()).toEqual(planted);
  const shown = await cloud.xml('one.vm.info', vm);
  expect([shown.textOf('NAME'), shown.textOf('DEPLOY_ID')]).toEqual([NAME, NAME]);
  expect(shown.textOf('USER_TEMPLATE/IMPORT/RESTORES')).toContain('content of disk sdc');
  expect(shown.textOf('USER_TEMPLATE/IMPORT/NOT_RESTORED')).toContain('a TPM');
  await monitored();
  expect(await names()).toEqual([]);
  expect((await hostXml()).textOf('TEMPLATE/TOTAL_WILDS')).toBe('0');
});

it('is powered, saved and started, and never changed', async () => {
  const act = (action: string): Promise<unknown> => cloud.call('one.vm.action', action, vm);
  for (const action of ['stop', 'undeploy', 'undeploy-hard', 'resched']) {
    await expect(act(action)).rejects.toThrow('was imported as it is');
  }
  await expect(cloud.call('one.vm.migrate', vm, host)).rejects.toThrow('was imported as it is');
  await act('reboot');
  await act('suspend');
  await cloud.vmIs(vm, 5, 0);
  await act('resume');
  await cloud.vmIs(vm, 3, 3);
  await act('poweroff');
  await cloud.vmIs(vm, 8, 0);
  await act('resume');
  await cloud.vmIs(vm, 3, 3);
  expect(await domain()).toEqual(planted);
});

it('is still known after a restart, and backed up while it runs and while it is off', async () => {
  await cloud.stop();
  await cloud.start();
  const datastore = await cloud.id('one.datastore.allocate', 'NAME="b"\nTYPE="BACKUP_DS"\nDS_MAD="fake"', -1);
  const images: number[] = [];
  for (const off of [false, true]) {
    if (off) await cloud.call('one.vm.action', 'poweroff-hard', vm);
    await cloud.vmIs(vm, off ? 8 : 3, off ? 0 : 3);
    await cloud.call('one.vm.backup', vm, datastore);
    expect(await cloud.follow('vm', vm)).toMatchObject({ result: 'done' });
    images.push((await cloud.store.vms.get(vm)).backups.ids.at(-1) ?? -1);
  }
  await cloud.vmIs(vm, 8, 0);
  for (const image of images) {
    const [template = -1, restored = -1] = (
      await cloud.text(cloud.session, 'one.image.restore', image, 1, `NAME="back ${image}"`)
    )
      .split(' ')
      .map(Number);
    expect(await cloud.follow('image', restored)).toMatchObject({ result: 'done' });
    const { source } = await cloud.store.images.get(restored);
    expect(Buffer.compare(await readFile(source), await readFile(disk))).toBe(0);
    const document = await cloud.xml('one.template.info', template);
    expect(document.children('TEMPLATE/NIC')).toEqual([]);
    expect(document.children('TEMPLATE/IMPORT')).toEqual([]);
    const twin = await cloud.id('one.template.instantiate', template, `twin ${image}`);
    await cloud.vmIs(twin, 3, 3);
    expect((await cloud.store.vms.get(twin)).imported).toBeUndefined();
  }
  expect(await domain()).toEqual({ ...planted, state: 'shutoff' });
});

it('is let go, stopped, with all that it has', async () => {
  await cloud.call('one.vm.action', 'resume', vm);
  await cloud.vmIs(vm, 3, 3);
  await expect(cloud.call('one.vm.recover', vm, 3)).rejects.toThrow('was imported as it is');
  await cloud.call('one.vm.action', 'terminate', vm);
  await cloud.vmIs(vm, 6, 0);
  expect(await domain()).toEqual({ ...planted, state: 'shutoff' });
  expect((await readFile(disk)).length).toBe(2 ** 20);
  await monitored();
  expect(await names()).toEqual([NAME]);
});

it('can be imported off, and forgotten while it runs', async () => {
  const again = await cloud.id('one.vm.allocate', await importTemplate());
  await cloud.call('one.vm.deploy', again, host);
  await cloud.vmIs(again, 8, 0);
  await cloud.call('one.vm.action', 'resume', again);
  await cloud.vmIs(again, 3, 3);
  await cloud.call('one.vm.recover', again, 5);
  await cloud.vmIs(again, 6, 0);
  expect(await domain()).toEqual(planted);
});
