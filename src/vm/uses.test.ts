// Which images VMs hold and where a VM's parts are, over an in-memory store.
import { afterEach, beforeEach, expect, it } from 'vitest';
import { diskImage, host, record, systemDatastore, vm } from '../../tests/golden/objects.ts';
import type { Image } from '../model/image.ts';
import type { Vm } from '../model/vm.ts';
import { openSqlite } from '../store/sqlite.ts';
import type { Store } from '../store/store.ts';
import { hostOf, imagesOf, systemDatastore as findSystem } from './places.ts';
import { holdImages, releaseAll } from './uses.ts';

let store: Store;
beforeEach(async () => {
  store = await openSqlite(':memory:');
});
afterEach(() => store.close());

const image = (change: Partial<Image>): Promise<Image> =>
  store.images.allocate((id) => ({ ...diskImage, id, name: `i${id}`, state: 1, vms: [], ...change }));
const machine = (id: number, ...imageIds: number[]): Vm => ({
  ...vm,
  id,
  template: imageIds.map((imageId, diskId) => [
    'DISK',
    [
      ['DISK_ID', String(diskId)],
      ['IMAGE_ID', String(imageId)],
    ],
  ]),
});

/** The VM is in the store, as long as it is not DONE. */
const starts = async (one: Vm): Promise<Vm> => {
  const { id } = one;
  await store.vms.allocate(() => ({ ...one, state: 3 }), id);
  await holdImages(store, one);
  return one;
};
const ends = async (one: Vm): Promise<void> => {
  const ended = await store.vms.update(one.id, (record) => void (record.state = 6));
  await releaseAll(store, ended);
};
const stateOf = async (id: number): Promise<number> => (await store.images.get(id)).state;

it('holds and gives back: a shared image is free when its last VM ends', async () => {
  const shared = await image({});
  const own = await image({ persistent: true });
  const first = await starts(machine(1, shared.id, own.id, shared.id));
  const second = await starts(machine(2, shared.id));
  expect([await stateOf(shared.id), await stateOf(own.id)]).toEqual([2, 8]);
  await ends(first);
  expect([await stateOf(shared.id), await stateOf(own.id)]).toEqual([2, 1]);
  await ends(first);
  await ends(second);
  expect(await stateOf(shared.id)).toBe(1);
});

it('gives back the addresses of one VM, and of no other', async () => {
  const [first, second] = [await starts(machine(1)), await starts(machine(2))];
  for (const { id } of [first, second]) await store.leases.take({ vnetId: 0, arId: 0, index: id, vm: id, nicId: 0 });
  await ends(first);
  expect((await store.leases.ofVnet(0)).map((lease) => lease.vm)).toEqual([2]);
});

it('gives back without making good what is not', async () => {
  const broken = await image({});
  const one = await starts(machine(1, broken.id));
  await store.images.update(broken.id, (record) => void (record.state = 5));
  await ends(one);
  expect(await stateOf(broken.id)).toBe(5);
});

it('goes on without images that are gone, and without volatile disks', async () => {
  const here = await image({});
  const volatile: Vm['template'] = [
    [
      'DISK',
      [
        ['DISK_ID', '9'],
        ['TYPE', 'fs'],
      ],
    ],
  ];
  const images = await imagesOf(store, { ...vm, template: [...machine(1, here.id, 77).template, ...volatile] });
  expect([...images.keys()]).toEqual([here.id]);
});

it('undoes every hold when one image cannot be held', async () => {
  const here = await image({});
  await expect(store.transaction((tx) => holdImages(tx, machine(1, here.id, 77)))).rejects.toMatchObject({
    code: 0x400,
  });
  expect(await store.images.get(here.id)).toMatchObject({ state: 1 });
});

it('finds the host of a VM by its last stay, and says so when there was none', async () => {
  const [first, last] = [await store.hosts.allocate((id) => ({ ...host, id, name: 'a' })), 1];
  await store.hosts.allocate((id) => ({ ...host, id, name: 'b' }));
  const history = [record, { ...record, hid: last }];
  expect((await hostOf(store, { ...vm, history })).name).toBe('b');
  expect((await hostOf(store, { ...vm, history: [record] })).id).toBe(first.id);
  await expect(hostOf(store, { ...vm, history: [] })).rejects.toThrow('has never been on a host');
});

it('takes the first system datastore that is not disabled', async () => {
  await expect(findSystem(store)).rejects.toThrow('create one with TYPE="SYSTEM_DS"');
  await store.datastores.allocate((id) => ({ ...systemDatastore, id, name: 'a', state: 1 }));
  const wanted = await store.datastores.allocate((id) => ({ ...systemDatastore, id, name: 'b' }));
  await store.datastores.allocate((id) => ({ ...systemDatastore, id, name: 'c' }));
  expect((await findSystem(store)).id).toBe(wanted.id);
});
