// What objects say of others and what they cost: written with them, gone with them, and summed up on demand.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { diskImage, host, user, vm } from '../../tests/golden/objects.ts';
import type { Attributes } from '../model/attributes.ts';
import type { Image } from '../model/image.ts';
import { LCM, VM_STATE, type Vm } from '../model/vm.ts';
import { KnownLinks } from './known-links.ts';
import type { Store } from './store.ts';

export function sumsContract(open: () => Promise<Store>): void {
  let store: Store;
  beforeEach(async () => {
    store = await open();
  });
  afterEach(() => store.close());

  const addVm = (change: Partial<Vm> = {}): Promise<Vm> =>
    store.vms.allocate((id) => ({ ...structuredClone(vm), uid: 2, gid: 100, ...change, id }));
  const addImage = (change: Partial<Image> = {}): Promise<Image> =>
    store.images.allocate((id) => ({ ...structuredClone(diskImage), name: `i${id}`, uid: 2, gid: 100, ...change, id }));
  const usage = async (owner: 'user' | 'group', id: number): Promise<Record<string, number>> =>
    Object.fromEntries(
      (await store.usages.of(owner, id)).map((one) => [`${one.kind} ${one.id} ${one.metric}`, one.amount]),
    );

  describe('links', () => {
    it('follow what an object says', async () => {
      const { id } = await addVm();
      expect([await store.links.of('vm-host', 0), await store.links.of('vm-image', 0)]).toEqual([[id], [id]]);
      await store.vms.update(id, (record) => void (record.state = VM_STATE.UNDEPLOYED));
      expect([await store.links.of('vm-host', 0), await store.links.of('vm-image', 0)]).toEqual([[], [id]]);
      await store.vms.update(id, (record) => void (record.state = VM_STATE.DONE));
      expect([await store.links.of('vm-host', 0), await store.links.of('vm-image', 0)]).toEqual([[], []]);
    });

    it('are told of some objects, and of those that have changed', async () => {
      const known = new KnownLinks(store, 'vm-host', 'vm');
      const [one, other] = [await addVm(), await addVm()];
      expect([...(await known.targets())]).toEqual([
        [one.id, 0],
        [other.id, 0],
      ]);
      await store.vms.update(one.id, (record) => void (record.history.at(-1)!.hid = 7));
      await store.vms.update(other.id, (record) => void (record.state = VM_STATE.UNDEPLOYED));
      expect([...(await store.links.from('vm-host', [one.id, other.id, 99]))]).toEqual([[one.id, 7]]);
      expect([...(await known.targets())]).toEqual([[one.id, 7]]);
      const { id } = await addVm();
      expect([...(await known.targets())]).toEqual([
        [one.id, 7],
        [id, 0],
      ]);
    });

    it('go with the object, and with the transaction that fails', async () => {
      const { id } = await addImage();
      expect(await store.links.of('image-datastore', 1)).toEqual([id]);
      const failing = store.transaction(async (tx) => {
        await tx.images.update(id, (record) => void (record.datastoreId = 7));
        expect(await tx.links.of('image-datastore', 7)).toEqual([id]);
        throw new Error('no');
      });
      await expect(failing).rejects.toThrow('no');
      expect([await store.links.of('image-datastore', 1), await store.links.of('image-datastore', 7)]).toEqual([
        [id],
        [],
      ]);
      await store.images.remove(id);
      expect(await store.links.of('image-datastore', 1)).toEqual([]);
    });

    it('are given for all targets at once, in order', async () => {
      for (const groups of [[1], [100, 1], [100]]) {
        await store.users.allocate((id) => ({ ...user, id, name: `u${id}`, gid: groups[0] ?? 1, groups }));
      }
      expect([...(await store.links.all('user-group'))]).toEqual([
        [1, [2, 3]],
        [100, [3, 4]],
      ]);
    });

    it('sum up what VMs take of hosts', async () => {
      await store.hosts.allocate((id) => ({ ...host, id }));
      await addVm();
      await addVm({
        template: [
          ['CPU', '0.5'],
          ['MEMORY', '100'],
        ],
      });
      await addVm({ state: VM_STATE.DONE });
      expect([...(await store.links.hostShares())]).toEqual([[0, { cpu: 150, memoryMb: 356, vms: 2 }]]);
    });
  });

  describe('usage', () => {
    it('is that of all objects of a user, and of a group', async () => {
      await addImage({ sizeMb: 10 });
      await addImage({ sizeMb: 2 ** 40 });
      await addImage({ sizeMb: 5, uid: 3 });
      expect(await usage('user', 2)).toEqual({ 'DATASTORE 1 IMAGES': 2, 'DATASTORE 1 SIZE': 2 ** 40 + 10 });
      expect(await usage('group', 100)).toEqual({ 'DATASTORE 1 IMAGES': 3, 'DATASTORE 1 SIZE': 2 ** 40 + 15 });
      expect(await usage('user', 4)).toEqual({});
      expect([...(await store.usages.all('user')).keys()]).toEqual([2, 3]);
    });

    it('moves with an object that changes hands', async () => {
      const { id } = await addImage({ sizeMb: 10 });
      await store.images.update(id, (record) => void Object.assign(record, { uid: 3, gid: 101 }));
      expect([await usage('user', 2), await usage('group', 100)]).toEqual([{}, {}]);
      expect(await usage('group', 101)).toEqual({ 'DATASTORE 1 IMAGES': 1, 'DATASTORE 1 SIZE': 10 });
    });

    it.each([
      [VM_STATE.ACTIVE, LCM.RUNNING, 1],
      [VM_STATE.ACTIVE, LCM.BACKUP, 1],
      [VM_STATE.ACTIVE, LCM.BACKUP_POWEROFF, 0],
      [VM_STATE.PENDING, LCM.LCM_INIT, 1],
      [VM_STATE.HOLD, LCM.LCM_INIT, 0],
      [VM_STATE.POWEROFF, LCM.LCM_INIT, 0],
    ])('of a VM in state %i/%i counts it as running %i times', async (state, lcmState, runs) => {
      const nic: Attributes = [
        ['NIC', [['NETWORK_ID', '4']]],
        ['NIC', [['NETWORK_ID', '4']]],
      ];
      await addVm({ state, lcmState, template: [...vm.template, ...nic] });
      expect(await usage('user', 2)).toEqual({
        'IMAGE 0 RVMS': 1,
        'NETWORK 4 LEASES': 2,
        'VM -1 CPU': 100,
        'VM -1 MEMORY': 256,
        'VM -1 RUNNING_CPU': runs * 100,
        'VM -1 RUNNING_MEMORY': runs * 256,
        'VM -1 RUNNING_VMS': runs,
        'VM -1 SYSTEM_DISK_SIZE': 256 + 1024,
        'VM -1 VMS': 1,
      });
    });

    it('of a VM that has ended is nothing', async () => {
      const { id } = await addVm();
      await store.vms.update(id, (record) => void (record.state = VM_STATE.DONE));
      expect(await usage('user', 2)).toEqual({});
    });

    it('holds what a running backup may store, until the run has ended', async () => {
      const charges = [{ kind: 'DATASTORE' as const, id: 100, metric: 'SIZE', amount: 40 }];
      const operation = {
        ...{
          id: 'aa',
          kind: 'backup' as const,
          vmId: 3,
          hostId: 0,
          datastoreId: 100,
          imageIds: [],
          plan: null,
          phase: '',
        },
        ...{
          startedAt: 1,
          endedAt: 0,
          result: 'running' as const,
          reason: '',
          disks: [],
          figures: null,
          cleaned: true,
        },
        reserved: { uid: 2, gid: 100, charges },
      };
      await store.operations.add(operation);
      expect(await usage('group', 100)).toEqual({ 'DATASTORE 100 SIZE': 40 });
      await store.operations.save({ ...operation, result: 'failed', endedAt: 2 });
      expect(await usage('group', 100)).toEqual({});
    });
  });
}
