// What the parameters of a pool choose, over an in-memory store with objects of several owners.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { user, vmTemplate } from '../../tests/golden/objects.ts';
import { CODE } from '../model/errors.ts';
import { permissionsFromOctet } from '../model/permissions.ts';
import type { User } from '../model/user.ts';
import { openSqlite } from '../store/sqlite.ts';
import type { Store } from '../store/store.ts';
import { makeCaller, visibility } from '../access/authorize.ts';
import { poolFilter } from './pool.ts';

/** Owner, group and permissions of the objects 0 to 7. */
const OBJECTS: Array<[uid: number, gid: number, octet: number]> = [
  [0, 0, 0o600],
  [2, 1, 0o600],
  [3, 1, 0o640],
  [3, 1, 0o600],
  [3, 5, 0o640],
  [3, 9, 0o604],
  [2, 9, 0o000],
  [2, 5, 0o600],
];
const oneadmin: User = { ...user, id: 0, gid: 0, groups: [0] };
/** Of the groups 1 (her own) and 5. */
const ann: User = { ...user, id: 2, gid: 1, groups: [1, 5] };

let store: Store;
beforeAll(async () => {
  store = await openSqlite(':memory:');
  for (const [uid, gid, octet] of OBJECTS) {
    const owned = { uid, gid, permissions: permissionsFromOctet(octet) };
    await store.templates.allocate((id) => ({ ...vmTemplate, ...owned, id, name: `t${id}` }));
  }
});
afterAll(() => store.close());

const ids = async (who: User, flag: number, start = -1, end = -1): Promise<number[]> =>
  (
    await store.templates.list({
      ...poolFilter(who, flag, start, end),
      visible: visibility(makeCaller(who, -1, []), 'USE', 'TEMPLATE'),
    })
  ).map(({ id }) => id);

describe('whose', () => {
  it.each([
    ['all an administrator', oneadmin, -2, [7, 6, 5, 4, 3, 2, 1, 0]],
    ['all she may use', ann, -2, [7, 5, 4, 2, 1]],
    ['her own', ann, -3, [7, 1]],
    ["her own and her groups'", ann, -1, [7, 4, 2, 1]],
    ["her primary group's", ann, -4, [2, 1]],
    ["somebody's", ann, 3, [5, 4, 2]],
    ["the administrator's", ann, 0, []],
    ["nobody's", ann, 99, []],
  ])('%s', async (_whose, who, flag, wanted) => {
    expect(await ids(who, flag)).toEqual(wanted);
  });

  it('a flag that is not known is an error that says which are', async () => {
    const message = 'Incorrect filter_flag -5; it must be -4, -3, -2, -1 or a user id.';
    await expect(ids(ann, -5)).rejects.toMatchObject({ code: CODE.XML_RPC_API, message });
  });
});

describe('which', () => {
  it.each([
    ['all', -1, -1, [7, 6, 5, 4, 3, 2, 1, 0]],
    ['a range', 2, 4, [4, 3, 2]],
    ['one', 3, 3, [3]],
    ['an empty range', 4, 2, []],
    ['from one on', 5, -1, [7, 6, 5]],
    ['up to one', -1, 1, [1, 0]],
    ['the first page', 0, -3, [7, 6, 5]],
    ['the next page', 3, -3, [4, 3, 2]],
    ['the last page', 6, -3, [1, 0]],
    ['a page beyond', 9, -3, []],
    ['a page from nowhere', -1, -2, [7, 6]],
  ])('%s', async (_what, start, end, wanted) => {
    expect(await ids(oneadmin, -2, start, end)).toEqual(wanted);
  });

  it('a page counts only what may be seen', async () => {
    expect(await ids(ann, -2, 0, -2)).toEqual([7, 5]);
    expect(await ids(ann, -2, 2, -2)).toEqual([4, 2]);
  });
});
