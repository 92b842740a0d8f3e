// What a store tells of its changes, and of topics.
import { expect, it } from 'vitest';
import type { Group } from '../model/user.ts';
import type { StoreChange } from './changes.ts';
import type { Store } from './store.ts';

export function feedContract(open: () => Promise<Store>): void {
  const group =
    (name: string) =>
    (id: number): Group => ({ id, name, admins: [], template: [] });

  it('tells of changes when they are kept, those of a transaction together, and of none that is not', async () => {
    const store = await open();
    const told: Array<readonly StoreChange[]> = [];
    const end = store.onChange((changes) => told.push(changes));
    const { id } = await store.groups.allocate(group('a'));
    await store.transaction(async (tx) => {
      await tx.groups.update(id, (object) => void object.admins.push(1));
      await tx.groups.allocate(group('b'));
      expect(told).toHaveLength(1);
    });
    const failing = store.transaction(async (tx) => {
      await tx.groups.remove(id);
      await tx.wake('never');
      throw new Error('no');
    });
    await expect(failing).rejects.toThrow('no');
    await store.groups.remove(9999);
    end();
    await store.groups.remove(id);
    expect(told).toEqual([
      [{ noun: 'group', id }],
      [
        { noun: 'group', id },
        { noun: 'group', id: id + 1 },
      ],
    ]);
  });

  it('tells topics once, in a transaction when it is kept', async () => {
    const store = await open();
    const heard: string[] = [];
    const end = store.onWake((topic) => heard.push(topic));
    await store.wake('a');
    await store.transaction(async (tx) => {
      await tx.wake('b');
      await tx.wake('b');
      expect(heard).toEqual(['a']);
    });
    end();
    await store.wake('c');
    expect(heard).toEqual(['a', 'b']);
  });
}
