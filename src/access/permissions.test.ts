import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { diskImage, user } from '../../tests/golden/objects.ts';
import { CODE } from '../model/errors.ts';
import { permissionsFromOctet } from '../model/permissions.ts';
import { isAdmin, may, need, needAdmin, type Right } from './permissions.ts';

const RIGHTS: Right[] = ['USE', 'MANAGE', 'ADMIN'];
const object = (octet: number, uid: number, gid: number) => ({
  ...diskImage,
  ...{ uid, gid, permissions: permissionsFromOctet(octet) },
});

describe('an octet', () => {
  it.each([
    [0o600, 'ownerU ownerM'],
    [0o640, 'ownerU ownerM groupU'],
    [0o124, 'ownerA groupM otherU'],
    [0o777, 'ownerU ownerM ownerA groupU groupM groupA otherU otherM otherA'],
    [0, ''],
  ])('%i', (octet, wanted) => {
    const given = Object.entries(permissionsFromOctet(octet)).filter(([, may]) => may);
    expect(given.map(([name]) => name).join(' ')).toBe(wanted);
  });
});

it('is what the bits of those say who one is: owner, a group one is in, anybody', () => {
  const who = fc.record({ id: fc.integer({ min: 1, max: 3 }), gid: fc.integer({ min: 1, max: 3 }) });
  const groups = fc.array(fc.integer({ min: 1, max: 3 }), { maxLength: 2 });
  const what = fc.tuple(fc.nat(0o777), fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 3 }));
  fc.assert(
    fc.property(who, groups, what, fc.constantFrom(0, 1, 2), ({ id, gid }, more, [octet, uid, ogid], index) => {
      const bit = 4 >> index;
      const owns = id === uid && (octet >> 6) & bit;
      const shares = [gid, ...more].includes(ogid) && (octet >> 3) & bit;
      const wanted = Boolean(owns || shares || octet & bit);
      expect(may({ id, gid, groups: more }, object(octet, uid, ogid), RIGHTS[index] ?? 'USE')).toBe(wanted);
    }),
  );
});

it.each([
  ['the first user', { id: 0, gid: 5, groups: [] }, true],
  ['a member of the first group', { id: 5, gid: 0, groups: [] }, true],
  ['one who is also in the first group', { id: 5, gid: 1, groups: [1, 0] }, true],
  ['anybody else', { id: 5, gid: 1, groups: [1] }, false],
])('%s', (_who, somebody, admin) => {
  expect(isAdmin(somebody)).toBe(admin);
  for (const right of RIGHTS) expect(may(somebody, object(0, 9, 9), right)).toBe(admin);
});

it('a refusal says who may not do what to which object', () => {
  expect(() => need(user, object(0o400, 9, 9), 'MANAGE', 'IMAGE')).toThrow(
    expect.objectContaining({
      ...{ code: CODE.AUTHORIZATION, objectId: 2 },
      message: 'User [2] : Not authorized to perform MANAGE IMAGE [2].',
    }) as Error,
  );
  expect(() => needAdmin(user, 'CREATE HOST')).toThrow('User [2] : Not authorized to perform CREATE HOST.');
  expect(() => needAdmin({ ...user, id: 0 }, 'CREATE HOST')).not.toThrow();
});
