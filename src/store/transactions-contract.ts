// Ids, names, transactions and filters, whatever the noun.
import { describe, expect, it } from 'vitest';
import { diskImage } from '../../tests/golden/objects.ts';
import type { Operation } from '../model/operation.ts';
import { END_TYPE, REPEAT, type ScheduledAction } from '../model/scheduled-action.ts';
import type { Group } from '../model/user.ts';
import type { Store } from './store.ts';

export function transactionsContract(open: () => Promise<Store>): void {
  const group =
    (name: string) =>
    (id: number): Group => ({ id, name, admins: [], template: [] });

  const action: ScheduledAction = {
    ...{
      id: 0,
      parent: { type: 'VM', id: 5 },
      uid: 0,
      action: 'backup',
      args: '',
      doneSec: -1,
      message: '',
      warning: 0,
    },
    schedule: {
      ...{ timeSec: 1000, anchorSec: 1000, repeat: REPEAT.WEEKLY, days: [1], endType: END_TYPE.NEVER, endValue: -1 },
    },
    finished: false,
  };

  describe('the store', () => {
    it('never gives an id twice, even after its object is gone', async () => {
      const store = await open();
      expect((await store.groups.allocate(group('a'))).id).toBe(100);
      const second = await store.groups.allocate(group('b'));
      await store.groups.remove(second.id);
      expect((await store.groups.allocate(group('b'))).id).toBe(102);
    });

    it('skips ids that others use, and never goes back', async () => {
      const store = await open();
      const taken = new Set([99, 100, 101, 103]);
      expect((await store.groups.allocateBut(taken, group('x'))).id).toBe(102);
      expect((await store.groups.allocateBut(taken, group('y'))).id).toBe(104);
      expect((await store.groups.allocate(group('a'))).id).toBe(105);
    });

    it('gives each of many that ask at once an id of its own, without a gap', async () => {
      const store = await open();
      const made = await Promise.all(
        [...Array(30).keys()].map((n) =>
          n % 3 === 0 ? store.vnets.useUpNext() : store.groups.allocate(group(`g${n}`)),
        ),
      );
      const ids = made.filter((one) => typeof one !== 'number').map(({ id }) => id);
      expect(ids.toSorted((a, b) => a - b)).toEqual([...Array(20).keys()].map((n) => 100 + n));
      const usedUp = made.filter((one) => typeof one === 'number');
      expect(usedUp.toSorted((a, b) => a - b)).toEqual([...Array(10).keys()]);
    });

    it('writes again only what is beside an object and has changed, and all of that', async () => {
      const store = await open();
      const made = await store.actions.allocate((id) => ({ ...action, id, parent: { type: 'VM', id: 5 } }));
      const at = (timeSec: number): Promise<unknown> =>
        store.actions.update(made.id, ({ schedule }) => void (schedule.timeSec = timeSec));
      await at(2000);
      expect(await store.actions.nextDue()).toBe(2000);
      expect([await store.actions.dueBy(1999), await store.actions.dueBy(2000)]).toEqual([[], [made.id]]);
      expect(await store.links.of('action-vm', 5)).toEqual([made.id]);
      await store.actions.update(made.id, (one) => void (one.parent = { type: 'VM', id: 6 }));
      expect([await store.links.of('action-vm', 5), await store.links.of('action-vm', 6)]).toEqual([[], [made.id]]);
      expect(await store.actions.nextDue()).toBe(2000);
      await store.actions.update(made.id, (one) => void (one.finished = true));
      expect(await store.actions.nextDue()).toBeUndefined();
      expect(await store.links.of('action-vm', 6)).toEqual([made.id]);
      await store.actions.remove(made.id);
      expect(await store.links.of('action-vm', 6)).toEqual([]);
    });

    it('charges whoever has an object now', async () => {
      const store = await open();
      const { id } = await store.images.allocate((of) => ({ ...diskImage, id: of, uid: 2, gid: 101 }));
      await store.images.update(id, (one) => void (one.uid = 3));
      expect(await store.usages.of('user', 2)).toEqual([]);
      expect(await store.usages.of('user', 3)).not.toEqual([]);
      expect(await store.usages.of('group', 101)).not.toEqual([]);
    });

    it('refuses a name that its owner has already used, with the id that has it', async () => {
      const store = await open();
      await store.groups.allocate(group('a'));
      await expect(store.groups.allocate(group('a'))).rejects.toMatchObject({ code: 0x4000, objectId: 100 });
    });

    it('answers an unknown id with NO_EXISTS', async () => {
      const store = await open();
      await expect(store.vms.get(7)).rejects.toMatchObject({ code: 0x400, objectId: 7 });
    });

    it('undoes every change of a transaction that fails', async () => {
      const store = await open();
      const { id } = await store.groups.allocate(group('a'));
      const failing = store.transaction(async (tx) => {
        await tx.groups.update(id, (object) => void object.admins.push(1));
        await tx.groups.allocate(group('b'));
        throw new Error('no');
      });
      await expect(failing).rejects.toThrow('no');
      expect(await store.groups.list()).toEqual([group('a')(id)]);
    });

    it('keeps concurrent changes of one object apart', async () => {
      const store = await open();
      const { id } = await store.groups.allocate(group('a'));
      await Promise.all(
        [...Array(50).keys()].map((n) => store.groups.update(id, (object) => void object.admins.push(n))),
      );
      expect((await store.groups.get(id)).admins).toHaveLength(50);
    });

    it('finds nothing where nothing can be: ids that are too large, and none of none', async () => {
      const store = await open();
      await store.groups.allocate(group('a'));
      expect(await store.groups.find(2 ** 40)).toBeUndefined();
      expect(await store.groups.find(0.5)).toBeUndefined();
      expect(await store.groups.list({ from: -(2 ** 40), to: 2 ** 40 })).toHaveLength(1);
      expect(await store.groups.list({ ids: [] })).toEqual([]);
      expect(await store.groups.list({ states: [] })).toEqual([]);
      expect(await store.links.of('vm-host', 2 ** 40)).toEqual([]);
      expect(await store.operations.history({ kinds: [] }, { offset: 0, limit: 9 })).toEqual([]);
    });

    it('keeps texts as they are, and tells apart names that look alike', async () => {
      const store = await open();
      const names = ['A', 'a', 'ä', 'a\u0308', 'ß', "o'b\\", '😀'];
      for (const name of names) await store.groups.allocate(group(name));
      const template: Group['template'] = [['TEXT', 'a\nb\0c \u2028 "\\']];
      await store.groups.update(100, (object) => void (object.template = template));
      expect((await store.groups.get(100)).template).toEqual(template);
      for (const [n, name] of names.entries()) {
        expect((await store.groups.list({ name })).map(({ id }) => id)).toEqual([100 + n]);
      }
    });

    it('does what was asked for first before what was asked for next of the same object', async () => {
      const store = await open();
      const { id } = await store.groups.allocate(group('a'));
      const numbers = [...Array(20).keys()];
      const push = (n: number) => (object: Group) => void object.admins.push(n);
      await Promise.all(
        numbers.map((n) =>
          n % 5 === 0 ? store.transaction((tx) => tx.groups.update(id, push(n))) : store.groups.update(id, push(n)),
        ),
      );
      expect((await store.groups.get(id)).admins).toEqual(numbers);
    });

    it('lists ranges and pages, newest first', async () => {
      const store = await open();
      for (const name of ['a', 'b', 'c', 'd']) await store.groups.allocate(group(name));
      const ids = async (filter: Parameters<typeof store.groups.list>[0]): Promise<number[]> =>
        (await store.groups.list(filter)).map((object) => object.id);
      expect(await ids({})).toEqual([103, 102, 101, 100]);
      expect(await ids({ from: 101, to: 102, ascending: true })).toEqual([101, 102]);
      expect(await ids({ offset: 1, limit: 2 })).toEqual([102, 101]);
    });

    it('knows which OneVault it is of, and no two are the same', async () => {
      const [one, other] = [await open(), await open()];
      expect(await one.installation()).toMatch(/^[0-9a-f]{16}$/);
      expect(await one.installation()).toBe(await one.installation());
      expect(await other.installation()).not.toBe(await one.installation());
    });

    it('finds the runs that have not ended', async () => {
      const store = await open();
      const operation: Operation = {
        id: 'aa',
        kind: 'backup',
        vmId: 3,
        hostId: 0,
        datastoreId: 100,
        imageIds: [],
        plan: null,
        phase: '',
        startedAt: 1,
        endedAt: 0,
        result: 'running',
        reason: '',
        disks: [],
        figures: null,
        cleaned: true,
      };
      await store.operations.add(operation);
      expect(await store.operations.running()).toEqual([operation]);
      await store.operations.save({ ...operation, result: 'done', endedAt: 2 });
      expect(await store.operations.running()).toEqual([]);
      expect((await store.operations.ofVm(3, 10))[0]?.result).toBe('done');
    });
  });
}
