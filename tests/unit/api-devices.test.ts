// Disks, NICs and snapshots of VMs that change, over the API of a daemon on fakes: what is accepted takes effect in record, domain
// and file alike; what fails leaves the VM as it was, says why, and gives everything back.
import { readFile, rm, stat, writeFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { run } from '../../src/exec/exec.ts';
import { field, vectors, type Vector } from '../../src/model/attributes.ts';
import type { Vm, VmChange } from '../../src/model/vm.ts';
import { FakeCloud } from './fake-cloud.ts';

const ACTION = 0x800;
const MIB = 2 ** 20;
const VM = 'CPU="0.05"\nMEMORY="64"\n';
let cloud: FakeCloud;
let network = -1;
let number = 0;

beforeAll(async () => {
  cloud = await FakeCloud.open();
  await cloud.host();
  const ranges = 'AR=[ TYPE="IP4", IP="10.0.0.10", SIZE="20" ]';
  network = await cloud.id('one.vn.allocate', `NAME="net"\nBRIDGE="br0"\n${ranges}`, -1);
});
afterAll(() => cloud.close());

const image = (more = ''): Promise<number> => cloud.image(`NAME="i${number++}"\nSIZE="2"\nFORMAT="qcow2"\n${more}`);
const vmOf = (id: number): Promise<Vm> => cloud.store.vms.get(id);
const disks = async (id: number): Promise<Vector[]> => vectors((await vmOf(id)).template, 'DISK');
const nics = async (id: number): Promise<Vector[]> => vectors((await vmOf(id)).template, 'NIC');
const fileOf = (id: number, disk: number): string => `${cloud.config.datastoreLocation}/0/${id}/disk.${disk}`;
const imageState = async (id: number): Promise<number> => (await cloud.store.images.get(id)).state;
const errorOf = async (id: number): Promise<string> =>
  (await cloud.xml('one.vm.info', id)).textOf('USER_TEMPLATE/ERROR');

interface Domain {
  disks: Array<{ target: string; path: string }>;
  nics: Array<{ mac: string; source: string }>;
  memory: string;
}
const domainFile = (id: number): string => `${cloud.directory}/fake-host-0/one-${id}.json`;
const domain = async (id: number): Promise<Domain> => JSON.parse(await readFile(domainFile(id), 'utf8')) as Domain;

async function running(more = ''): Promise<number> {
  const id = await cloud.id('one.vm.allocate', `${VM}DISK=[ IMAGE_ID="${await image()}" ]\n${more}`);
  await cloud.vmIs(id, 3, 3);
  return id;
}

async function off(more = ''): Promise<number> {
  const id = await running(more);
  await cloud.call('one.vm.action', 'poweroff-hard', id);
  await cloud.vmIs(id, 8, 0);
  return id;
}

/** Waits until a change has ended, in the state that the VM was in before. */
async function ended(id: number, state: 3 | 8, lcm: 3 | 0): Promise<void> {
  await cloud.vmIs(id, state, lcm);
  expect((await vmOf(id)).change).toBeUndefined();
}
const runs = (id: number): Promise<void> => ended(id, 3, 3);
const isOff = (id: number): Promise<void> => ended(id, 8, 0);

/** Writes one byte over the first cluster of a disk that nobody uses. */
const fill = (path: string, byte: string): Promise<unknown> =>
  run(['qemu-io', '-f', 'qcow2', '-c', `write -P ${byte} 0 65536`, path]);
const holds = async (path: string, byte: string, format = 'qcow2'): Promise<boolean> =>
  !(await run(['qemu-io', '-f', format, '-c', `read -P ${byte} 0 65536`, path])).stdout.includes('failed');

describe('a disk', () => {
  it('comes to a running VM and leaves it', async () => {
    const id = await running();
    const own = await image('PERSISTENT="YES"');
    expect(await cloud.call('one.vm.attach', id, `DISK=[ IMAGE_ID="${own}", CACHE="none" ]`)).toBe(id);
    await runs(id);
    expect(Object.fromEntries((await disks(id))[1] ?? [])).toMatchObject({
      DISK_ID: '1',
      TARGET: 'vdb',
      CACHE: 'none',
    });
    expect((await domain(id)).disks.map(({ target }) => target)).toEqual(['vda', 'vdb']);
    expect(await imageState(own)).toBe(8);
    const { history } = await vmOf(id);
    expect(history.map(({ action }) => action)).toEqual([21, 0]);
    expect(history[0]).toMatchObject({ uid: 0, gid: 0 });
    await cloud.call('one.vm.detach', id, 1);
    await runs(id);
    expect((await domain(id)).disks).toHaveLength(1);
    expect(await imageState(own)).toBe(1);
    expect(await disks(id)).toHaveLength(1);
    expect(await stat((await cloud.store.images.get(own)).source)).toBeDefined();
  });

  it('of its own has a file as long as it is there, and an id that none had', async () => {
    const id = await running();
    for (const wanted of [1, 2]) {
      await cloud.call('one.vm.attach', id, 'DISK=[ TYPE="fs", SIZE="3" ]');
      await runs(id);
      expect(await stat(fileOf(id, wanted))).toBeDefined();
      await cloud.call('one.vm.detach', id, wanted);
      await runs(id);
      await expect(stat(fileOf(id, wanted))).rejects.toThrow('ENOENT');
    }
  });

  it('comes to a VM that is off, larger than its image, and is there when it starts', async () => {
    const id = await off();
    const shared = await image();
    await cloud.call('one.vm.attach', id, `DISK=[ IMAGE_ID="${shared}", SIZE="5" ]`);
    await isOff(id);
    await cloud.call('one.vm.action', 'resume', id);
    await cloud.vmIs(id, 3, 3);
    expect((await domain(id)).disks.map(({ path }) => path)).toEqual([fileOf(id, 0), fileOf(id, 1)]);
    const { stdout } = await run(['qemu-img', 'info', '--output=json', '-f', 'qcow2', fileOf(id, 1)]);
    expect(JSON.parse(stdout)).toMatchObject({ 'virtual-size': 5 * MIB });
  });

  it('that the hypervisor refuses is as if it had never been asked for', async () => {
    const id = await running();
    const own = await image('PERSISTENT="YES"');
    const seen = await domain(id);
    await writeFile(domainFile(id), JSON.stringify({ ...seen, disks: [...seen.disks, { target: 'vdc', path: '/x' }] }));
    await cloud.call('one.vm.attach', id, `DISK=[ IMAGE_ID="${own}", TARGET="vdc" ]`);
    await runs(id);
    expect(await errorOf(id)).toContain('has another disk at vdc');
    expect(await disks(id)).toHaveLength(1);
    expect(await imageState(own)).toBe(1);
  });

  it.each([
    ['DISK=[ IMAGE_ID="9999" ]', 0x400, 'Error getting image [9999]'],
    ['DISK=[ TYPE="fs" ]', ACTION, 'DISK 1 has SIZE=""'],
    ['DISK=[ SOURCE="/etc/shadow", FORMAT="raw" ]', ACTION, 'and no image'],
    ['NIC=[ NETWORK_ID="0" ]', ACTION, 'must have one DISK=[ ... ]; it has 0.'],
    ['DISK=[ TYPE="fs", SIZE="1", TARGET="vda" ]', ACTION, 'TARGET="vda", which another disk uses'],
  ])('%s is refused at once', async (template, code, message) => {
    const id = await running();
    const before = await vmOf(id);
    await expect(cloud.call('one.vm.attach', id, template)).rejects.toMatchObject({
      ...{ code, message: expect.stringContaining(message) },
    });
    expect(await vmOf(id)).toEqual(before);
  });

  it('leaves the chain of increments to the next backup, which asks; snapshots stay refused', async () => {
    const id = await running('BACKUP_CONFIG=[ MODE="INCREMENT" ]');
    const chain = { incrementalBackupId: 7, lastIncrementId: 2 };
    await cloud.store.vms.update(id, (vm) => void Object.assign(vm.backups.config, chain));
    await cloud.call('one.vm.attach', id, 'DISK=[ TYPE="fs", SIZE="1" ]');
    await runs(id);
    expect((await vmOf(id)).backups.config).toMatchObject(chain);
    await cloud.call('one.vm.attach', id, `DISK=[ IMAGE_ID="${await image()}" ]`);
    await runs(id);
    const { chainEnded, config } = (await vmOf(id)).backups;
    expect([chainEnded, config]).toEqual([undefined, expect.objectContaining(chain)]);
    await expect(cloud.call('one.vm.disksnapshotcreate', id, 0, 's')).rejects.toThrow('with incremental backups');
    await expect(cloud.call('one.vm.snapshotcreate', id, 's')).rejects.toThrow('with incremental backups');
  });

  it('grows, whether the VM runs or not, and its persistent image with it', async () => {
    const own = await image('PERSISTENT="YES"');
    const id = await running(`DISK=[ IMAGE_ID="${own}" ]`);
    const sizeOf = async (path: string): Promise<unknown> =>
      (JSON.parse((await run(['qemu-img', 'info', '-U', '--output=json', path])).stdout) as Record<string, unknown>)[
        'virtual-size'
      ];
    expect(await cloud.call('one.vm.diskresize', id, 1, '4')).toBe(id);
    await runs(id);
    const { source, sizeMb } = await cloud.store.images.get(own);
    expect([sizeMb, await sizeOf(source)]).toEqual([4, 4 * MIB]);
    await cloud.call('one.vm.action', 'poweroff-hard', id);
    await cloud.vmIs(id, 8, 0);
    await cloud.call('one.vm.diskresize', id, 0, '6');
    await isOff(id);
    expect(await sizeOf(fileOf(id, 0))).toBe(6 * MIB);
    expect((await disks(id)).map((disk) => field(disk, 'SIZE'))).toEqual(['6', '4']);
    await expect(cloud.call('one.vm.diskresize', id, 0, '6')).rejects.toMatchObject({ code: ACTION });
  });

  it('that cannot grow keeps its size, in every record', async () => {
    const own = await image('PERSISTENT="YES"');
    const id = await off(`DISK=[ IMAGE_ID="${own}" ]`);
    const { source } = await cloud.store.images.get(own);
    await rm(source);
    await cloud.call('one.vm.diskresize', id, 1, '4');
    await isOff(id);
    expect(await errorOf(id)).toContain('Could not let');
    expect((await cloud.store.images.get(own)).sizeMb).toBe(2);
    expect(field((await disks(id))[1], 'SIZE')).toBe('2');
  });
});

describe('a disk that is saved', () => {
  const saved = async (id: number): Promise<{ path: string; format: string }> => {
    await cloud.until('the copy is there', async () => (await imageState(id)) !== 4);
    const made = await cloud.store.images.get(id);
    expect(made.template).not.toContainEqual(['ERROR', expect.anything()]);
    expect(made).toMatchObject({ state: 1, sizeMb: 2, datastoreId: 1, persistent: false });
    return { path: made.source, format: made.format };
  };

  it('is a new image with what the disk held then', async () => {
    const id = await off();
    await fill(fileOf(id, 0), '0x11');
    const copy = await cloud.id('one.vm.disksaveas', id, 0, 'copy-off', '', -1);
    const { path, format } = await saved(copy);
    await isOff(id);
    expect(format).toBe('qcow2');
    expect(await holds(path, '0x11')).toBe(true);
    expect((await cloud.store.images.get(copy)).type).toBe(0);
    await cloud.call('one.vm.action', 'resume', id);
    await cloud.vmIs(id, 3, 3);
    const live = await cloud.id('one.vm.disksaveas', id, 0, 'copy-live', 'DATABLOCK', -1);
    expect(await holds((await saved(live)).path, '0x11')).toBe(true);
    await runs(id);
    expect((await cloud.store.images.get(live)).type).toBe(2);
  });

  it('can be as a snapshot was, while the VM is off', async () => {
    const id = await off();
    await fill(fileOf(id, 0), '0x21');
    await cloud.call('one.vm.disksnapshotcreate', id, 0, 'then');
    await isOff(id);
    await fill(fileOf(id, 0), '0x22');
    const copy = await cloud.id('one.vm.disksaveas', id, 0, 'copy-then', '', 0);
    expect(await holds((await saved(copy)).path, '0x21')).toBe(true);
    await isOff(id);
    await cloud.call('one.vm.action', 'resume', id);
    await cloud.vmIs(id, 3, 3);
    await expect(cloud.call('one.vm.disksaveas', id, 0, 'x', '', 0)).rejects.toThrow('cannot be read while virtual');
    await expect(cloud.call('one.vm.disksaveas', id, 0, 'x', '', 4)).rejects.toThrow('has no snapshot 4; it has 0.');
    await expect(cloud.call('one.vm.disksaveas', id, 0, 'x', 'TAPE', -1)).rejects.toThrow('TYPE="TAPE" is not known');
    await expect(cloud.call('one.vm.disksaveas', id, 0, 'copy-then', '', -1)).rejects.toThrow('is already taken');
    expect(await vmOf(id)).toMatchObject({ state: 3, lcmState: 3 });
  });

  it('and cannot be read is an image in error that says why', async () => {
    const id = await off('DISK=[ TYPE="fs", SIZE="2" ]');
    await rm(fileOf(id, 1));
    const copy = await cloud.id('one.vm.disksaveas', id, 1, 'copy-gone', '', -1);
    await isOff(id);
    expect(await cloud.store.images.get(copy)).toMatchObject({
      ...{
        state: 5,
        type: 2,
        template: expect.arrayContaining([['ERROR', expect.stringContaining('Could not copy')]]),
      },
    });
    expect(await errorOf(id)).toContain('Could not copy the disk');
    await cloud.call('one.image.delete', copy);
  });
});

describe('a NIC', () => {
  it('comes with an address and leaves it behind', async () => {
    const id = await running(`NIC=[ NETWORK="net", IP="10.0.0.15" ]`);
    await cloud.call('one.vm.attachnic', id, `NIC=[ NETWORK_ID="${network}", MODEL="e1000" ]`);
    await runs(id);
    expect((await nics(id)).map((nic) => field(nic, 'IP'))).toEqual(['10.0.0.15', '10.0.0.10']);
    expect((await domain(id)).nics).toMatchObject([
      { mac: '02:00:0a:00:00:0f', source: 'br0' },
      { mac: '02:00:0a:00:00:0a', source: 'br0' },
    ]);
    await cloud.call('one.vm.detachnic', id, 1);
    await runs(id);
    expect((await cloud.store.leases.ofVm(id)).map(({ nicId }) => nicId)).toEqual([0]);
    expect((await domain(id)).nics).toHaveLength(1);
    await cloud.call('one.vm.action', 'terminate-hard', id);
    await cloud.vmIs(id, 6, 0);
    expect(await cloud.store.leases.ofVm(id)).toEqual([]);
  });

  it('that cannot be had takes no address', async () => {
    const id = await off();
    const held = await cloud.store.leases.ofVnet(network);
    for (const [nic, message] of [
      ['NETWORK_ID="99"', 'Error getting virtual network [99].'],
      ['NETWORK="other"', 'Error getting virtual network [other] of user oneadmin.'],
      [`NETWORK_ID="${network}", IP="10.9.9.9"`, 'is in no address range'],
      ['MODEL="virtio"', 'NIC 0 names no network'],
    ]) {
      await expect(cloud.call('one.vm.attachnic', id, `NIC=[ ${nic} ]`)).rejects.toThrow(message);
    }
    expect(await cloud.store.leases.ofVnet(network)).toEqual(held);
    expect((await vmOf(id)).highestIds?.nic).toBe(-1);
  });

  it('is not changed in place, nor filtered', async () => {
    const id = await off();
    await expect(cloud.call('one.vm.updatenic', id, 0, 'NIC=[]', 0)).rejects.toMatchObject({ code: ACTION });
    await expect(cloud.call('one.vm.attachsg', id, 0, 0)).rejects.toMatchObject({ code: ACTION });
    await expect(cloud.call('one.vm.detachsg', id, 0, 0)).rejects.toThrow('Security groups are not available');
  });
});

describe('a snapshot', () => {
  it('of a disk brings back what was on it, while the VM is off', async () => {
    const id = await off();
    const file = fileOf(id, 0);
    await fill(file, '0x31');
    expect(await cloud.call('one.vm.disksnapshotcreate', id, 0, 'first')).toBe(0);
    await isOff(id);
    await fill(file, '0x32');
    expect(await cloud.call('one.vm.disksnapshotcreate', id, 0, '')).toBe(1);
    await isOff(id);
    await fill(file, '0x33');
    await cloud.call('one.vm.disksnapshotrevert', id, 0, 0);
    await isOff(id);
    expect(await holds(file, '0x31')).toBe(true);
    expect((await vmOf(id)).diskSnapshots?.[0]?.snapshots).toMatchObject([
      { id: 0, name: 'first', parent: -1, children: [1], active: true, sizeMb: 2 },
      { id: 1, name: 'snapshot-1', parent: 0, children: [], active: false },
    ]);
    await expect(cloud.call('one.vm.disksnapshotdelete', id, 0, 0)).rejects.toThrow(
      'has children (1); delete those first',
    );
    await expect(cloud.call('one.vm.diskresize', id, 0, '9')).rejects.toThrow('has snapshots of its present size');
    await cloud.call('one.vm.disksnapshotdelete', id, 0, 1);
    await isOff(id);
    await cloud.call('one.vm.disksnapshotrename', id, 0, 0, 'renamed');
    expect((await vmOf(id)).diskSnapshots?.[0]?.snapshots).toMatchObject([{ id: 0, name: 'renamed', children: [] }]);
    const { stdout } = await run(['qemu-img', 'info', '--output=json', file]);
    expect((JSON.parse(stdout) as { snapshots: unknown[] }).snapshots).toMatchObject([{ name: `one-${id}-0-0` }]);
  });

  it('of a disk is made and deleted while the VM runs, but not reverted', async () => {
    const id = await running();
    expect(await cloud.call('one.vm.disksnapshotcreate', id, 0, 'a')).toBe(0);
    await runs(id);
    expect(await cloud.call('one.vm.disksnapshotcreate', id, 0, 'b')).toBe(1);
    await runs(id);
    await expect(cloud.call('one.vm.disksnapshotrevert', id, 0, 0)).rejects.toThrow('is possible in POWEROFF');
    await expect(cloud.call('one.vm.disksnapshotdelete', id, 0, 0)).rejects.toThrow('has children (1)');
    expect((await vmOf(id)).history.map(({ action }) => action)).toEqual([25, 25, 0]);
  });

  it('of a raw disk is refused by name', async () => {
    const raw = await cloud.image('NAME="raw"\nSIZE="1"\nFORMAT="raw"\nPERSISTENT="YES"');
    const id = await off(`DISK=[ IMAGE_ID="${raw}" ]`);
    await expect(cloud.call('one.vm.disksnapshotcreate', id, 1, '')).rejects.toThrow('Disk 1 of virtual machine');
    await cloud.call('one.vm.action', 'resume', id);
    await cloud.vmIs(id, 3, 3);
    await expect(cloud.call('one.vm.snapshotcreate', id, '')).rejects.toThrow('and disk 1 (FORMAT="raw") is not');
  });

  it('that fails is not in the list, and is none in the file', async () => {
    const id = await off('DISK=[ TYPE="fs", SIZE="2" ]');
    await rm(fileOf(id, 1));
    await cloud.call('one.vm.disksnapshotcreate', id, 1, '');
    await isOff(id);
    expect(await errorOf(id)).toContain('Could not make snapshot');
    expect((await vmOf(id)).diskSnapshots).toMatchObject([{ diskId: 1, nextId: 1, snapshots: [] }]);
  });

  it('of the whole VM comes and goes, and keeps its devices as they are', async () => {
    const id = await running();
    expect(await cloud.call('one.vm.snapshotcreate', id, '')).toBe(0);
    await runs(id);
    const snapshot = (await cloud.xml('one.vm.info', id)).child('TEMPLATE/SNAPSHOT');
    expect(snapshot?.children().map(({ name }) => name)).toEqual(['HYPERVISOR_ID', 'NAME', 'SNAPSHOT_ID', 'TIME']);
    await expect(cloud.call('one.vm.attach', id, 'DISK=[ TYPE="fs", SIZE="1" ]')).rejects.toThrow('has snapshots (0)');
    await cloud.call('one.vm.snapshotrevert', id, 0);
    await runs(id);
    expect(await errorOf(id)).toBe('');
    await cloud.call('one.vm.snapshotdelete', id, 0);
    await runs(id);
    expect(vectors((await vmOf(id)).template, 'SNAPSHOT')).toEqual([]);
    await expect(cloud.call('one.vm.snapshotrevert', id, 0)).rejects.toThrow('has no snapshot 0; it has none.');
    expect(await cloud.call('one.vm.snapshotcreate', id, 'second')).toBe(1);
    await runs(id);
  });

  it('leaves no trace in a persistent image that another VM gets', async () => {
    const own = await image('PERSISTENT="YES"');
    const id = await off(`DISK=[ IMAGE_ID="${own}" ]`);
    const { source } = await cloud.store.images.get(own);
    await fill(source, '0x41');
    await cloud.call('one.vm.disksnapshotcreate', id, 1, '');
    await isOff(id);
    await fill(source, '0x42');
    await expect(cloud.call('one.vm.detach', id, 1)).rejects.toThrow('is a persistent image with snapshots');
    await cloud.call('one.vm.action', 'terminate', id);
    await cloud.vmIs(id, 6, 0);
    const { stdout } = await run(['qemu-img', 'info', '--output=json', source]);
    expect(JSON.parse(stdout)).not.toHaveProperty('snapshots');
    expect(await holds(source, '0x42')).toBe(true);
  });
});

describe('capacity', () => {
  it('changes while the VM is off, within its host unless an administrator says so', async () => {
    const id = await off();
    expect(await cloud.call('one.vm.resize', id, 'CPU="2"\nMEMORY="128"\nVCPU="3"')).toBe(id);
    const vm = await cloud.xml('one.vm.info', id);
    expect(['CPU', 'MEMORY', 'VCPU'].map((name) => vm.textOf(`TEMPLATE/${name}`))).toEqual(['2', '128', '3']);
    await expect(cloud.call('one.vm.resize', id, 'CPU="1000"', true)).rejects.toThrow('cannot have CPU="1000": host 0');
    await cloud.call('one.vm.resize', id, 'CPU="1000"', false);
    await cloud.call('one.vm.action', 'terminate', id);
    const live = await running();
    await expect(cloud.call('one.vm.resize', live, 'CPU="2"')).rejects.toThrow('power it off first');
  });
});

describe('whoever', () => {
  it('does not manage a VM changes nothing of it', async () => {
    const ann = await cloud.user('ann');
    const id = await off();
    for (const [method, ...params] of [
      ['one.vm.attach', 'DISK=[ TYPE="fs", SIZE="1" ]'],
      ['one.vm.detach', 0],
      ['one.vm.attachnic', 'NIC=[ NETWORK_ID="0" ]'],
      ['one.vm.detachnic', 0],
      ['one.vm.diskresize', 0, '9'],
      ['one.vm.disksaveas', 0, 'x', '', -1],
      ['one.vm.disksnapshotcreate', 0, 'x'],
      ['one.vm.disksnapshotrevert', 0, 0],
      ['one.vm.disksnapshotdelete', 0, 0],
      ['one.vm.disksnapshotrename', 0, 0, 'x'],
      ['one.vm.snapshotcreate', 'x'],
      ['one.vm.snapshotrevert', 0],
      ['one.vm.snapshotdelete', 0],
      ['one.vm.resize', 'CPU="1"'],
    ] as Array<[string, ...Array<string | number>]>) {
      await expect(cloud.callAs(ann, method, id, ...params), method).rejects.toMatchObject({ code: 0x200 });
    }
  });

  it('has a quota gets no more than that', async () => {
    const bob = await cloud.user('bob', {
      quotas: [
        { kind: 'VM', id: -1, limits: { SYSTEM_DISK_SIZE: 10 } },
        { kind: 'NETWORK', id: network, limits: { LEASES: 1 } },
      ],
    });
    await cloud.store.vnets.update(network, (vnet) => void (vnet.permissions.otherU = true));
    const template = `${VM}DISK=[ TYPE="fs", SIZE="6" ]\nNIC=[ NETWORK_ID="${network}" ]`;
    const id = Number(await cloud.callAs(bob, 'one.vm.allocate', template));
    await cloud.vmIs(id, 3, 3);
    const refused = { code: 0x200 };
    const nic = `NIC=[ NETWORK_ID="${network}" ]`;
    await expect(cloud.callAs(bob, 'one.vm.attachnic', id, nic)).rejects.toMatchObject(refused);
    await expect(cloud.callAs(bob, 'one.vm.attach', id, 'DISK=[ TYPE="fs", SIZE="5" ]')).rejects.toMatchObject(refused);
    await expect(cloud.callAs(bob, 'one.vm.diskresize', id, 0, '11')).rejects.toMatchObject(refused);
    expect(await cloud.store.leases.ofVm(id)).toHaveLength(1);
    expect(await vmOf(id)).toMatchObject({ state: 3, lcmState: 3 });
    await cloud.callAs(bob, 'one.vm.diskresize', id, 0, '10');
    await runs(id);
  });
});

it('a VM that was imported as it is stays so', async () => {
  const id = await off();
  await cloud.store.vms.update(id, (vm) => void (vm.imported = true));
  for (const [method, ...params] of [
    ['one.vm.attach', 'DISK=[ TYPE="fs", SIZE="1" ]'],
    ['one.vm.detach', 0],
    ['one.vm.attachnic', 'NIC=[ NETWORK_ID="0" ]'],
    ['one.vm.diskresize', 0, '9'],
    ['one.vm.disksaveas', 0, 'x', '', -1],
    ['one.vm.disksnapshotcreate', 0, 'x'],
    ['one.vm.snapshotcreate', 'x'],
    ['one.vm.resize', 'CPU="1"'],
  ] as Array<[string, ...Array<string | number>]>) {
    await expect(cloud.call(method, id, ...params), method).rejects.toMatchObject({
      ...{ code: ACTION, message: expect.stringContaining('was imported as it is') },
    });
  }
  await cloud.store.vms.update(id, (vm) => {
    delete vm.imported;
  });
});

describe('a daemon that ended in the middle of', () => {
  /** As the record of a VM is while a change goes on. */
  const during = (id: number, lcmState: Vm['lcmState'], change: VmChange, more: (vm: Vm) => void): Promise<Vm> =>
    cloud.store.vms.update(id, (vm) => {
      Object.assign(vm, { state: 3, lcmState, change });
      more(vm);
    });
  const again = async (): Promise<void> => {
    await cloud.stop();
    await cloud.start();
  };
  const disk = (...more: Vector): [string, Vector] => ['DISK', [...more]];

  it('an attach does it again', async () => {
    const id = await off();
    await during(id, 33, { kind: 'attach-disk', diskId: 1 }, (vm) =>
      vm.template.push(disk(['DISK_ID', '1'], ['TYPE', 'fs'], ['SIZE', '2'], ['FORMAT', 'qcow2'], ['TARGET', 'vdb'])),
    );
    await again();
    await isOff(id);
    expect(await stat(fileOf(id, 1))).toBeDefined();
    expect(await errorOf(id)).toBe('');
  });

  it('a snapshot takes it back', async () => {
    const id = await off();
    await run(['qemu-img', 'snapshot', '-c', `one-${id}-0-0`, fileOf(id, 0)]);
    const snapshot = { id: 0, name: 's', parent: -1, children: [], date: 0, sizeMb: 2, active: true };
    await during(id, 51, { kind: 'create-disk-snapshot', diskId: 0, snapshotId: 0 }, (vm) => {
      vm.diskSnapshots = [{ diskId: 0, nextId: 1, snapshots: [snapshot] }];
    });
    await again();
    await isOff(id);
    expect(await errorOf(id)).toContain('The daemon ended while the VM was changed');
    expect((await vmOf(id)).diskSnapshots).toMatchObject([{ snapshots: [] }]);
    expect((await run(['qemu-img', 'snapshot', '-l', fileOf(id, 0)])).stdout).not.toContain(`one-${id}`);
  });

  it('a copy leaves an image in error and a VM that goes on', async () => {
    const id = await running();
    const made = await cloud.store.images.get(await image());
    const copy = await cloud.store.images.allocate((imageId) => ({ ...made, id: imageId, name: 'half', state: 4 }));
    await during(id, 26, { kind: 'save-disk', diskId: 0, snapshotId: -1, imageId: copy.id }, () => undefined);
    await again();
    await runs(id);
    expect(await imageState(copy.id)).toBe(5);
    await cloud.call('one.vm.attach', id, 'DISK=[ TYPE="fs", SIZE="1" ]');
    await runs(id);
  });
});
