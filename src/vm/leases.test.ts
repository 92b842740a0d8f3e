import { afterEach, beforeEach, expect, it } from 'vitest';
import { network } from '../../tests/golden/network.ts';
import { vm } from '../../tests/golden/objects.ts';
import { field, vectors, type Vector } from '../model/attributes.ts';
import type { VirtualNetwork } from '../model/vnet.ts';
import type { Vm } from '../model/vm.ts';
import { openSqlite } from '../store/sqlite.ts';
import type { Store } from '../store/store.ts';
import { leaseAll } from './leases.ts';
import { makeNic } from './nics.ts';

let store: Store;
let vnet: VirtualNetwork;
beforeEach(async () => {
  store = await openSqlite(':memory:');
  vnet = await store.vnets.allocate((id) => ({ ...network, id }));
});
afterEach(() => store.close());

async function machine(...nics: Vector[]): Promise<Vm> {
  return store.transaction(async (tx) => {
    const made = await tx.vms.allocate((id) => ({
      ...vm,
      id,
      name: `vm-${id}`,
      template: nics.map((nic, nicId) => ['NIC', makeNic(nic, id, nicId, vnet)]),
    }));
    return leaseAll(tx, made);
  });
}
const nic = (wanted: Record<string, string> = {}): Vector => Object.entries({ NETWORK_ID: String(vnet.id), ...wanted });
const addresses = (one: Vm): Array<string | undefined> =>
  vectors(one.template, 'NIC').map((each) => field(each, 'IP') ?? field(each, 'IP6_GLOBAL'));

it('gives the lowest free address, and goes on in the next range', async () => {
  const first = await machine(nic(), nic());
  expect(addresses(first)).toEqual(['192.168.0.10', '192.168.0.11']);
  expect(vectors(first.template, 'NIC')[1]).toContainEqual(['MAC', '02:00:c0:a8:00:0b']);
  expect(await store.vms.get(first.id)).toEqual(first);
  expect(addresses(await machine(nic(), nic()))).toEqual(['192.168.0.12', '2001:db8::ff:fe00:1']);
  await store.leases.freeVm(first.id, 0);
  const [again] = vectors((await machine(nic())).template, 'NIC');
  expect(again).toContainEqual(['IP', '192.168.0.10']);
  expect(again).toContainEqual(['AR_ID', '0']);
});

it('gives what is asked for, before another NIC takes it', async () => {
  const one = await machine(nic(), nic({ IP: '192.168.0.10' }), nic({ MAC: '02:00:00:00:00:02' }));
  expect(addresses(one)).toEqual(['192.168.0.11', '192.168.0.10', '2001:db8::ff:fe00:2']);
  expect(await store.leases.ofVm(one.id)).toMatchObject([
    { vnetId: vnet.id, arId: 0, index: 1, nicId: 0 },
    { arId: 0, index: 0, nicId: 1 },
    { arId: 2, index: 1, nicId: 2 },
  ]);
});

it.each([
  [{ IP: '192.168.0.13' }, 'IP="192.168.0.13" is in no address range of network 0 (private).'],
  [{ IP: '192.168.0.12', MAC: '02:00:c0:a8:00:0a' }, 'with MAC="02:00:c0:a8:00:0a" is in no address range'],
  [{ IP: '192.168.0.11' }, 'IP="192.168.0.11" of network 0 (private) is held (onevnet release frees it).'],
  [{ IP: '192.168.0.10' }, 'IP="192.168.0.10" of network 0 (private) is used by VM 0.'],
  [{ IP: 'ten' }, 'IP="ten" is not right'],
])('refuses %j, and takes nothing', async (wanted, message) => {
  await machine(nic());
  await store.leases.take({ vnetId: vnet.id, arId: 0, index: 1, vm: -1, nicId: -1 });
  await expect(machine(nic(), nic(wanted))).rejects.toThrow(message);
  expect(await store.leases.ofVnet(vnet.id)).toHaveLength(2);
  expect(await store.vms.count()).toBe(1);
});

it('says when there is none left, or never was one', async () => {
  await machine(nic(), nic(), nic(), nic(), nic());
  await expect(machine(nic())).rejects.toThrow('Network 0 (private) has no free address.');
  await store.vnets.update(vnet.id, (record) => void (record.ranges = []));
  await expect(machine(nic())).rejects.toThrow('has no address range; add one with onevnet addar');
});
