// A change of an object that may be gone.
import { afterEach, beforeEach, expect, it } from 'vitest';
import { CODE, OneError } from '../model/errors.ts';
import type { Group } from '../model/user.ts';
import { updateIfThere } from './if-there.ts';
import { openSqlite } from './sqlite.ts';
import type { Store } from './store.ts';

let store: Store;
let group: Group;
beforeEach(async () => {
  store = await openSqlite(':memory:');
  group = await store.groups.allocate((id) => ({ id, name: 'a', admins: [], template: [] }));
});
afterEach(() => store.close());

it('changes what is there', async () => {
  const changed = await updateIfThere(store.groups, group.id, ({ admins }) => void admins.push(7));
  expect(changed?.admins).toEqual([7]);
  expect((await store.groups.get(group.id)).admins).toEqual([7]);
});

it('does nothing to what is gone, also within a transaction that goes on', async () => {
  const gone = group.id + 1;
  expect(await updateIfThere(store.groups, gone, () => expect.unreachable())).toBeUndefined();
  await store.transaction(async (tx) => {
    await updateIfThere(tx.groups, gone, () => expect.unreachable());
    await tx.groups.update(group.id, ({ admins }) => void admins.push(8));
  });
  expect((await store.groups.get(group.id)).admins).toEqual([8]);
});

it('passes on why a change is refused, also when something else is not there', async () => {
  const refused = new OneError(CODE.NO_EXISTS, 'Error getting virtual machine [9].');
  const change = (): void => {
    throw refused;
  };
  await expect(updateIfThere(store.groups, group.id, change)).rejects.toBe(refused);
});
