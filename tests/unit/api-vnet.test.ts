// Virtual networks over the API of a daemon on fakes: their ranges, who has which address, and who may do what to them.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { XmlElement } from '../../src/wire/xml-read.ts';
import { FakeCloud } from './fake-cloud.ts';

const ACTION = 0x800;
const VM = 'CPU="0.05"\nMEMORY="64"\n';
const AR = 'AR=[ TYPE="IP4", IP="192.168.7.10", SIZE="3", GATEWAY="192.168.7.1" ]';
let cloud: FakeCloud;
let number = 0;
let id = -1;

beforeAll(async () => {
  cloud = await FakeCloud.open();
  await cloud.host();
});
afterAll(() => cloud.close());
beforeEach(async () => {
  id = await cloud.id('one.vn.allocate', `NAME="n${number++}"\nBRIDGE="br0"\nDNS="9.9.9.9"\n${AR}`, -1);
});

const info = (): Promise<XmlElement> => cloud.xml('one.vn.info', id);
const leases = async (): Promise<string[]> =>
  (await info()).children('AR_POOL/AR/LEASES/LEASE').map((lease) => `${lease.textOf('IP')} ${lease.textOf('VM')}`);
const vm = async (nic: string): Promise<number> => cloud.id('one.vm.allocate', `${VM}NIC=[ ${nic} ]`, true);

it('is described with its bridge, cluster and ranges', async () => {
  const vnet = await info();
  const range = vnet.child('AR_POOL/AR');
  expect(['BRIDGE', 'BRIDGE_TYPE', 'VN_MAD', 'STATE', 'USED_LEASES'].map((name) => vnet.textOf(name))).toEqual([
    ...['br0', 'linux', 'bridge', '1', '0'],
  ]);
  expect(vnet.textOf('CLUSTERS/ID')).toBe('0');
  expect(vnet.textOf('TEMPLATE/DNS')).toBe('9.9.9.9');
  expect(['AR_ID', 'IP', 'IP_END', 'MAC', 'SIZE', 'GATEWAY'].map((name) => range?.textOf(name))).toEqual([
    ...['0', '192.168.7.10', '192.168.7.12', '02:00:c0:a8:07:0a', '3', '192.168.7.1'],
  ]);
  expect((await cloud.xml('one.vnpool.info', -2, -1, -1)).children().map((one) => one.textOf('ID'))).toContain(
    String(id),
  );
});

it('gives addresses to NICs, and they come back when the VM ends', async () => {
  const first = await vm(`NETWORK_ID="${id}"`);
  await vm(`NETWORK_ID="${id}", IP="192.168.7.12"`);
  expect(await leases()).toEqual([`192.168.7.10 ${first}`, `192.168.7.12 ${first + 1}`]);
  const nic = (await cloud.xml('one.vm.info', first)).child('TEMPLATE/NIC');
  expect(Object.fromEntries(nic?.children().map(({ name, text }) => [name, text]) ?? [])).toEqual({
    ...{ AR_ID: '0', BRIDGE: 'br0', BRIDGE_TYPE: 'linux', CLUSTER_ID: '0', IP: '192.168.7.10' },
    ...{ MAC: '02:00:c0:a8:07:0a', NETWORK: `n${number - 1}`, NETWORK_ID: String(id), NIC_ID: '0' },
    ...{ SECURITY_GROUPS: '0', TARGET: `one-${first}-0`, VN_MAD: 'bridge' },
  });
  await cloud.call('one.vm.action', 'terminate-hard', first);
  expect(await leases()).toEqual([`192.168.7.12 ${first + 1}`]);
});

it('a VM that does not get its address is not made, and neither is anything of it', async () => {
  const image = await cloud.image(`NAME="own${number}"\nSIZE="1"\nFORMAT="raw"\nPERSISTENT="YES"`);
  const before = await cloud.store.vms.count();
  const template = `${VM}DISK=[ IMAGE_ID="${image}" ]\nNIC=[ NETWORK_ID="${id}" ]\nNIC=[ NETWORK_ID="${id}", IP="1.2.3.4" ]`;
  await expect(cloud.call('one.vm.allocate', template)).rejects.toMatchObject({
    ...{ code: 0x4000, message: expect.stringContaining('IP="1.2.3.4" is in no address range of network') },
  });
  expect(await cloud.store.vms.count()).toBe(before);
  expect((await cloud.store.images.get(image)).state).toBe(1);
  expect(await leases()).toEqual([]);
});

describe('addresses', () => {
  it('are held back and released', async () => {
    expect(await cloud.call('one.vn.hold', id, 'LEASES=[ IP="192.168.7.10" ]')).toBe(id);
    await cloud.call('one.vn.hold', id, 'LEASES=[ MAC="02:00:c0:a8:07:0c", AR_ID="0" ]');
    expect(await leases()).toEqual(['192.168.7.10 -1', '192.168.7.12 -1']);
    await expect(cloud.call('one.vn.hold', id, 'LEASES=[ IP="192.168.7.10" ]')).rejects.toThrow('is held');
    await cloud.call('one.vn.release', id, 'LEASES=[ IP="192.168.7.10" ]');
    const made = await vm(`NETWORK_ID="${id}"`);
    expect(await leases()).toEqual([`192.168.7.10 ${made}`, '192.168.7.12 -1']);
    await expect(cloud.call('one.vn.release', id, 'LEASES=[ IP="192.168.7.10" ]')).rejects.toThrow(
      `IP="192.168.7.10" is not held but used by VM ${made}`,
    );
    await expect(cloud.call('one.vn.release', id, 'LEASES=[ IP="192.168.7.11" ]')).rejects.toThrow('not in use');
    for (const [lease, message] of [
      ['IP="10.0.0.1"', 'IP="10.0.0.1" is no address of network'],
      ['IP="192.168.7.11", AR_ID="4"', 'is no address of range 4'],
    ]) {
      await expect(cloud.call('one.vn.hold', id, `LEASES=[ ${lease} ]`)).rejects.toThrow(message);
    }
    await expect(cloud.call('one.vn.hold', id, 'IP="192.168.7.11"')).rejects.toThrow('has no LEASES=[ ... ]');
  });

  it('keep their network and their range', async () => {
    const made = await vm(`NETWORK_ID="${id}", IP="192.168.7.11"`);
    await expect(cloud.call('one.vn.delete', id)).rejects.toThrow(`has 1 addresses in use: VM ${made}.`);
    await expect(cloud.call('one.vn.rm_ar', id, 0)).rejects.toThrow(`Range 0 of network ${id} has 1 addresses in use`);
    await expect(cloud.call('one.vn.update_ar', id, 'AR=[ AR_ID="0", SIZE="1" ]')).rejects.toThrow('so it must be 2');
    await cloud.call('one.vm.action', 'terminate-hard', made);
    await cloud.call('one.vn.rm_ar', id, 0);
    await cloud.call('one.vn.delete', id);
    await expect(cloud.call('one.vn.info', id)).rejects.toMatchObject({ code: 0x400 });
  });
});

describe('a range', () => {
  it('is added, changed and removed, and its number not used again', async () => {
    await cloud.call('one.vn.add_ar', id, 'AR=[ TYPE="ETHER", SIZE="2", MAC="02:00:00:00:00:01" ]');
    await cloud.call('one.vn.update_ar', id, 'AR=[ AR_ID="1", SIZE="5", NOTE="more" ]');
    await cloud.call('one.vn.rm_ar', id, 0);
    await cloud.call('one.vn.add_ar', id, AR);
    const ranges = (await info()).children('AR_POOL/AR');
    expect(ranges.map((range) => `${range.textOf('AR_ID')} ${range.textOf('SIZE')}`)).toEqual(['1 5', '2 3']);
    expect(ranges[0]?.textOf('NOTE')).toBe('more');
  });

  it.each([
    ['one.vn.add_ar', AR, 'it overlaps range 0, which begins at 192.168.7.10'],
    ['one.vn.add_ar', 'AR=[ TYPE="IP4", SIZE="3" ]', 'IP="" is not right'],
    ['one.vn.add_ar', 'TYPE="IP4"', 'has no AR=[ ... ]'],
    ['one.vn.update_ar', 'AR=[ AR_ID="7", SIZE="3" ]', 'has no address range 7; it has 0.'],
    ['one.vn.update_ar', 'AR=[ SIZE="3" ]', 'AR_ID="" is not right'],
    ['one.vn.reserve', 'SIZE="3"', 'Reservations are not available'],
  ])('%s of %s is refused', async (method, template, message) => {
    await expect(cloud.call(method, id, template)).rejects.toMatchObject({
      ...{ code: ACTION, message: expect.stringContaining(message) },
    });
    expect((await info()).children('AR_POOL/AR')).toHaveLength(1);
  });
});

it('changes its template, and its bridge only for administrators', async () => {
  await cloud.call('one.vn.update', id, 'NOTE="x"', 1);
  expect((await info()).textOf('TEMPLATE/DNS')).toBe('9.9.9.9');
  await cloud.call('one.vn.update', id, 'NOTE="y"', 0);
  const vnet = await info();
  expect([vnet.textOf('TEMPLATE/DNS'), vnet.textOf('BRIDGE'), vnet.textOf('TEMPLATE/BRIDGE')]).toEqual([
    ...['', 'br0', 'br0'],
  ]);
  const ann = await cloud.user(`ann${number}`);
  await cloud.store.vnets.update(id, ({ permissions }) => {
    Object.assign(permissions, { otherM: true });
  });
  await cloud.callAs(ann, 'one.vn.update', id, 'NOTE="z"', 1);
  await expect(cloud.callAs(ann, 'one.vn.update', id, 'BRIDGE="br1"', 1)).rejects.toMatchObject({ code: 0x200 });
  await cloud.call('one.vn.update', id, 'BRIDGE="br1"', 1);
  expect((await info()).textOf('BRIDGE')).toBe('br1');
});

it('is for those who may use it', async () => {
  const ann = await cloud.user(`ben${number}`);
  const template = `${VM}NIC=[ NETWORK_ID="${id}" ]`;
  await expect(cloud.callAs(ann, 'one.vn.allocate', 'NAME="x"\nBRIDGE="br0"', -1)).rejects.toMatchObject({
    code: 0x200,
  });
  await expect(cloud.callAs(ann, 'one.vm.allocate', template)).rejects.toMatchObject({ code: 0x200 });
  await cloud.call('one.vn.chmod', id, 1, 1, 0, 0, 0, 0, 1, 0, 0);
  expect(Number(await cloud.callAs(ann, 'one.vm.allocate', template))).toBeGreaterThanOrEqual(0);
  const named = `${VM}NIC=[ NETWORK="n${number - 1}", NETWORK_UNAME="oneadmin" ]`;
  await cloud.callAs(ann, 'one.vm.allocate', named, true);
  await cloud.call('one.vn.lock', id, 1, false);
  await expect(cloud.callAs(ann, 'one.vm.allocate', template)).rejects.toMatchObject({ code: 0x8000 });
  await expect(cloud.call('one.vn.hold', id, 'LEASES=[ IP="192.168.7.12" ]')).rejects.toMatchObject({ code: 0x8000 });
  await cloud.call('one.vn.unlock', id);
  for (const [method, ...params] of [
    ['one.vn.add_ar', AR],
    ['one.vn.rm_ar', 0],
    ['one.vn.update_ar', AR],
    ['one.vn.hold', 'LEASES=[ IP="192.168.7.12" ]'],
    ['one.vn.release', 'LEASES=[ IP="192.168.7.12" ]'],
    ['one.vn.delete'],
    ['one.vn.free_ar', 0],
  ] as Array<[string, ...Array<string | number>]>) {
    await expect(cloud.callAs(ann, method, id, ...params), method).rejects.toMatchObject({ code: 0x200 });
  }
});
