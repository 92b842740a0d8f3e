import { expect, it } from 'vitest';
import { user } from '../../tests/golden/objects.ts';
import type { Resource } from '../model/acl.ts';
import { formatAclText } from '../wire/acl-text.ts';
import { allows, makeCaller, mayAnyOf } from './authorize.ts';
import { BOOTSTRAP_RULES, groupAdminRules } from './bootstrap-rules.ts';
import { groupTarget, newTarget, userTarget, zoneTarget } from './targets.ts';

const caller = (id: number, gid: number, rules = BOOTSTRAP_RULES) =>
  makeCaller(
    { ...user, id, gid, groups: [gid] },
    -1,
    rules.map((rule, index) => ({ id: index, ...rule })),
  );

it('a new installation lets users make what users need', () => {
  expect(BOOTSTRAP_RULES.map(formatAclText)).toEqual([
    '@1 VM+IMAGE+TEMPLATE+DOCUMENT+SECGROUP+VMGROUP+BACKUPJOB/* CREATE *',
    '* ZONE/* USE *',
    '* MARKETPLACE+MARKETPLACEAPP/* USE *',
  ]);
  const may = (gid: number, resource: Resource): boolean =>
    allows(caller(5, gid), 'CREATE', newTarget(resource, { uid: 5, gid }));
  expect([may(1, 'VM'), may(1, 'BACKUPJOB'), may(1, 'HOST'), may(1, 'DATASTORE'), may(100, 'VM')]).toEqual([
    ...[true, true, false, false, false],
  ]);
  expect(allows(caller(5, 100), 'USE', zoneTarget(0))).toBe(true);
  expect(mayAnyOf(caller(5, 1), 'USE', 'VM')).toBe(false);
});

it('administrators of a group have its users and its objects, and nothing else', () => {
  expect(groupAdminRules(5, 100).map(formatAclText)).toEqual([
    '#5 USER/@100 USE+MANAGE+ADMIN+CREATE *',
    '#5 VM+NET+IMAGE+TEMPLATE+DOCUMENT+SECGROUP+VROUTER+VMGROUP+BACKUPJOB/@100 USE+MANAGE *',
    '#5 VROUTER/* CREATE *',
    '#5 GROUP/#100 MANAGE *',
  ]);
  const admin = caller(5, 100, groupAdminRules(5, 100));
  expect(allows(admin, 'ADMIN', userTarget({ id: 9, gid: 100 }))).toBe(true);
  expect(allows(admin, 'ADMIN', userTarget({ id: 9, gid: 101 }))).toBe(false);
  expect(allows(admin, 'CREATE', newTarget('USER', { uid: -1, gid: 100 }))).toBe(true);
  expect(allows(admin, 'MANAGE', groupTarget({ id: 100 }))).toBe(true);
  expect(allows(admin, 'ADMIN', groupTarget({ id: 100 }))).toBe(false);
  expect(allows(caller(6, 100, groupAdminRules(5, 100)), 'USE', userTarget({ id: 9, gid: 100 }))).toBe(false);
});
