// Which images VMs hold and where a VM's parts are, over an in-memory store.
import { afterEach, beforeEach, expect, it } from 'vitest';
import { diskImage, host, record, systemDatastore, vm } from '../../tests/golden/objects.ts';
import type { Image } from '../model/image.ts';
import type { Vm } from '../model/vm.ts';
import { openSqlite } from '../store/sqlite.ts';
import type { Store } from '../store/store.ts';
import { hostOf, imagesOf, systemDatastore as findSystem } from './places.ts';
import { holdImages, releaseImages } from './uses.ts';

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

it('holds and gives back: a shared image is free when its last VM ends', async () => {
  const shared = await image({});
  const own = await image({ persistent: true });
  const [first, second] = [machine(1, shared.id, own.id, shared.id), machine(2, shared.id)];
  await holdImages(store, first);
  await holdImages(store, second);
  expect(await store.images.get(shared.id)).toMatchObject({ state: 2, vms: [1, 2], runningVms: 2 });
  expect(await store.images.get(own.id)).toMatchObject({ state: 8, vms: [1], runningVms: 1 });
  await releaseImages(store, first);
  expect(await store.images.get(shared.id)).toMatchObject({ state: 2, vms: [2], runningVms: 1 });
  expect(await store.images.get(own.id)).toMatchObject({ state: 1, vms: [] });
  await releaseImages(store, first);
  await releaseImages(store, second);
  expect(await store.images.get(shared.id)).toMatchObject({ state: 1, vms: [], runningVms: 0 });
});

it('gives back without making good what is not', async () => {
  const broken = await image({ state: 5, vms: [1] });
  await releaseImages(store, machine(1, broken.id));
  expect(await store.images.get(broken.id)).toMatchObject({ state: 5, vms: [] });
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
  expect(await store.images.get(here.id)).toMatchObject({ state: 1, vms: [] });
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
