import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { host, user, vm } from '../../tests/golden/objects.ts';
import type { AclRule } from '../model/acl.ts';
import { CODE } from '../model/errors.ts';
import { LOCK_LEVEL, permissionsFromOctet, type Lock, type LockLevel } from '../model/permissions.ts';
import { RIGHTS } from '../wire/acl-rule.ts';
import { parseAclText } from '../wire/acl-text.ts';
import {
  allows,
  isLockedFor,
  makeCaller,
  mayAnyOf,
  requireRight,
  visibility,
  visibleBy,
  type Caller,
  type Operation,
  type Target,
} from './authorize.ts';
import { clusterTarget, groupTarget, hostTarget, newTarget, ownedTarget, userTarget, zoneTarget } from './targets.ts';

const rules = (...texts: string[]): AclRule[] => texts.map((text, id) => ({ id, ...parseAclText(text) }));
const somebody = (id: number, groups: number[], ...texts: string[]): Caller =>
  makeCaller({ ...user, id, gid: groups[0] ?? 1, groups }, -1, rules(...texts));
const object = (octet: number, uid = 9, gid = 9, id = 3): Target =>
  ownedTarget('VM', { ...vm, id, uid, gid, permissions: permissionsFromOctet(octet) });
const locked = (target: Target, level: LockLevel, owner = 9): Target => ({
  ...target,
  lock: { level, owner, time: 0, requestId: -1 },
});
const withoutLock = (target: Target): Target => ({ ...target, lock: undefined });
const mayDo = (caller: Caller, target: Target): string =>
  RIGHTS.filter((operation) => allows(caller, operation, target)).join(' ');

describe('who calls', () => {
  it.each([
    ['the first user', 0, 1, [1], -1, true, [1]],
    ['a member of oneadmin', 5, 0, [0], -1, true, [0]],
    ['one who is also in oneadmin', 5, 1, [1, 0], -1, true, [1, 0]],
    ['anybody', 5, 101, [1, 101, 102], -1, false, [101, 1, 102]],
    ['a token for one group', 5, 101, [1, 101, 102], 102, false, [102]],
    ['a token for oneadmin', 5, 1, [1, 0], 0, true, [0]],
    ['an administrator whose token is for another group', 5, 1, [1, 0], 1, false, [1]],
    ['the first user whose token is for another group', 0, 0, [0, 1], 1, false, [1]],
    ['the first user whose token is for oneadmin', 0, 0, [0], 0, true, [0]],
  ])('%s', (_who, id, gid, groups, egid, admin, gids) => {
    expect(makeCaller({ ...user, id, gid, groups }, egid, [])).toMatchObject({ admin, gids });
  });

  it('is nobody with a token for a group she has left', () => {
    expect(() => makeCaller({ ...user, id: 5, gid: 1, groups: [1] }, 101, [])).toThrow(
      expect.objectContaining({
        code: CODE.AUTHENTICATION,
        message: 'The login token is for group [101], which user [5] does not belong to.',
      }) as Error,
    );
  });
});

describe('permission bits', () => {
  it.each([
    ['owner', 0o640, 9, [1], 'USE MANAGE'],
    ['member of the group', 0o640, 5, [9], 'USE'],
    ['member by another group', 0o640, 5, [1, 9], 'USE'],
    ['other', 0o640, 5, [1], ''],
    ['other, open to all', 0o604, 5, [1], 'USE'],
    ['owner without bits, group with', 0o070, 9, [9], 'USE MANAGE ADMIN'],
    ['owner alone', 0o700, 9, [1], 'USE MANAGE ADMIN'],
  ])('%s of %i', (_who, octet, uid, groups, may) => {
    expect(mayDo(somebody(uid, groups), object(octet))).toBe(may);
  });

  it('give what they say to owner, groups in effect and anybody', () => {
    const who = fc.record({ id: fc.integer({ min: 1, max: 3 }), gids: fc.subarray([1, 2, 3], { minLength: 1 }) });
    const what = fc.tuple(fc.nat(0o777), fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 3 }));
    fc.assert(
      fc.property(who, what, fc.constantFrom(0, 1, 2), ({ id, gids }, [octet, uid, gid], index) => {
        const bit = 4 >> index;
        const own = id === uid && (octet >> 6) & bit;
        const shared = gids.includes(gid) && (octet >> 3) & bit;
        const operation = (['USE', 'MANAGE', 'ADMIN'] as const)[index];
        expect(allows(somebody(id, gids), operation, object(octet, uid, gid))).toBe(
          Boolean(own || shared || octet & bit),
        );
      }),
    );
  });

  it('never give CREATE, and a token narrows the groups that count', () => {
    expect(allows(somebody(9, [9]), 'CREATE', object(0o777))).toBe(false);
    const member = { ...user, id: 5, gid: 1, groups: [1, 9] };
    expect(mayDo(makeCaller(member, 9, []), object(0o060))).toBe('USE MANAGE');
    expect(mayDo(makeCaller(member, 1, []), object(0o060))).toBe('');
  });

  it('administrators may do everything', () => {
    for (const operation of RIGHTS) expect(allows(somebody(0, [1]), operation, object(0))).toBe(true);
    expect(allows(somebody(7, [0]), 'CREATE', newTarget('HOST', { uid: 7, gid: 0 }))).toBe(true);
  });
});

describe('rules', () => {
  const inCluster: Target = { ...object(0), resource: 'DATASTORE', clusters: [100, 101] };
  it.each<[string, Target, string]>([
    ['#5 VM/* USE', object(0), 'USE'],
    ['@1 VM/* USE+ADMIN', object(0), 'USE ADMIN'],
    ['@102 VM/* MANAGE', object(0), 'MANAGE'],
    ['* VM/* CREATE', object(0), 'CREATE'],
    ['#6 VM/* USE', object(0), ''],
    ['@5 VM/* USE', object(0), ''],
    ['@9 VM/* USE', object(0), ''],
    ['* IMAGE/* USE', object(0), ''],
    ['* IMAGE+VM/* USE', object(0), 'USE'],
    ['* VM/#3 USE #0', object(0), 'USE'],
    ['* VM/#4 USE #0', object(0), ''],
    ['* VM/#3 USE #1', object(0), ''],
    ['* VM/* USE *', object(0), 'USE'],
    ['* VM/* USE #7', object(0), ''],
    ['* VM/@9 USE', object(0), 'USE'],
    ['* VM/@3 USE', object(0), ''],
    ['* DATASTORE/%101 USE', inCluster, 'USE'],
    ['* DATASTORE/%9 USE', inCluster, ''],
    ['* USER/@100 CREATE', newTarget('USER', { uid: -1, gid: 100 }), 'CREATE'],
    ['* USER/@100 CREATE', newTarget('USER', { uid: -1, gid: 101 }), ''],
    ['* HOST/%100 CREATE', newTarget('HOST', { uid: 5, gid: 1 }, [100]), 'CREATE'],
  ])('%s', (text, target, may) => {
    expect(mayDo(somebody(5, [1, 102], text), target)).toBe(may);
  });

  it('add up, with each other and with the bits, whatever their order', () => {
    const texts = ['#5 VM/@9 USE', '@1 VM/#3 MANAGE #0', '* VM/* CREATE'];
    expect(mayDo(somebody(5, [1], ...texts), object(0o001))).toBe('USE MANAGE ADMIN CREATE');
    expect(mayDo(somebody(5, [1], ...texts.reverse()), object(0o001))).toBe('USE MANAGE ADMIN CREATE');
  });

  it('only such as reach every object tell whether one exists', () => {
    const may = (...texts: string[]): boolean => mayAnyOf(somebody(5, [1], ...texts), 'USE', 'VM');
    expect([may('@1 VM/* USE'), may('* IMAGE+VM/* USE *')]).toEqual([true, true]);
    expect([may(), may('@1 VM/#3 USE'), may('@1 VM/@1 USE'), may('@1 VM/* MANAGE')]).toEqual([
      false,
      false,
      false,
      false,
    ]);
    expect(may('@1 VM/* USE #4')).toBe(false);
    expect(mayAnyOf(somebody(0, [0]), 'ADMIN', 'USER')).toBe(true);
  });
});

describe("objects without a VM's kind of owner", () => {
  it.each<[string, Target, Caller, string]>([
    ['oneself', userTarget({ id: 5, gid: 1 }), somebody(5, [1]), 'USE MANAGE'],
    ['somebody of the own group', userTarget({ id: 6, gid: 1 }), somebody(5, [1]), ''],
    [
      'one of the group that one administers',
      userTarget({ id: 6, gid: 1 }),
      somebody(5, [1], '#5 USER/@1 MANAGE'),
      'MANAGE',
    ],
    ['the own group', groupTarget({ id: 100 }), somebody(5, [1, 100]), 'USE'],
    ['another group', groupTarget({ id: 101 }), somebody(5, [1, 100]), ''],
    ['a host', hostTarget({ ...host, id: 4, clusterId: 0 }), somebody(5, [1]), ''],
    [
      'a host of an open cluster',
      hostTarget({ ...host, id: 4, clusterId: 7 }),
      somebody(5, [1], '@1 HOST/%7 USE'),
      'USE',
    ],
    ['a host without cluster', hostTarget({ ...host, id: 4, clusterId: -1 }), somebody(5, [1], '@1 HOST/%7 USE'), ''],
    ['a cluster', clusterTarget({ id: 0 }), somebody(5, [1], '@1 CLUSTER/#0 USE'), 'USE'],
    ['the zone', zoneTarget(0), somebody(5, [1], '* ZONE/* USE *'), 'USE'],
  ])('%s', (_what, target, caller, may) => {
    expect(mayDo(caller, target)).toBe(may);
  });
});

describe('locks', () => {
  it.each<[LockLevel, Operation, boolean]>([
    [LOCK_LEVEL.USE, 'USE', true],
    [LOCK_LEVEL.USE, 'MANAGE', true],
    [LOCK_LEVEL.USE, 'ADMIN', true],
    [LOCK_LEVEL.MANAGE, 'USE', false],
    [LOCK_LEVEL.MANAGE, 'MANAGE', true],
    [LOCK_LEVEL.MANAGE, 'ADMIN', true],
    [LOCK_LEVEL.ADMIN, 'USE', false],
    [LOCK_LEVEL.ADMIN, 'MANAGE', false],
    [LOCK_LEVEL.ADMIN, 'ADMIN', true],
    [LOCK_LEVEL.USE, 'CREATE', false],
  ])('of level %i hold back %s: %s', (level, operation, held) => {
    const target = locked(object(0o777), level);
    expect(isLockedFor(operation, target)).toBe(held);
    for (const caller of [somebody(0, [0]), somebody(9, [9], '* VM/* USE+MANAGE+ADMIN+CREATE')]) {
      expect(allows(caller, operation, target)).toBe(!held);
      expect(allows(caller, operation, withoutLock(target))).toBe(true);
    }
    expect(isLockedFor(operation, object(0o777))).toBe(false);
  });
});

describe('a refusal', () => {
  const refused = (code: number, message: string, objectId: number): Error =>
    expect.objectContaining({ code, message, objectId }) as Error;

  it('says who may not do what to which object', () => {
    const caller = somebody(5, [1]);
    const text = 'User [5] : Not authorized to perform MANAGE VM [3].';
    expect(() => requireRight(caller, 'MANAGE', object(0o400))).toThrow(refused(CODE.AUTHORIZATION, text, 3));
    expect(() => requireRight(caller, 'CREATE', newTarget('HOST', { uid: 5, gid: 1 }))).toThrow(
      refused(CODE.AUTHORIZATION, 'User [5] : Not authorized to perform CREATE HOST.', -1),
    );
    expect(() => requireRight(caller, 'USE', object(0o004))).not.toThrow();
  });

  it('tells of the lock only whom nothing else holds back', () => {
    const target = locked(object(0o600), LOCK_LEVEL.MANAGE, 4);
    const text = 'The resource VM [3] is locked, by user [4].';
    expect(() => requireRight(somebody(9, [1]), 'MANAGE', target)).toThrow(refused(CODE.LOCKED, text, 3));
    expect(() => requireRight(somebody(0, [0]), 'ADMIN', target)).toThrow(refused(CODE.LOCKED, text, 3));
    expect(() => requireRight(somebody(9, [1]), 'USE', target)).not.toThrow();
    expect(() => requireRight(somebody(5, [1]), 'MANAGE', target)).toThrow(
      refused(CODE.AUTHORIZATION, 'User [5] : Not authorized to perform MANAGE VM [3].', 3),
    );
  });
});

it('a list shows exactly what one may use one by one', () => {
  const small = fc.integer({ min: 1, max: 4 });
  const text = fc.oneof(
    { weight: 1, arbitrary: fc.constantFrom('* DATASTORE/* USE *', '* DATASTORE/* MANAGE *') },
    {
      weight: 8,
      arbitrary: fc
        .tuple(fc.constantFrom('#', '@'), small, fc.constantFrom('DATASTORE', 'NET+DATASTORE', 'NET'))
        .chain(([mark, who, kinds]) =>
          fc
            .tuple(fc.constantFrom('#', '@', '%'), small, fc.constantFrom('USE', 'USE+ADMIN', 'MANAGE'), fc.nat(1))
            .map(([by, id, rights, zone]) => `${mark}${who} ${kinds}/${by}${id} ${rights} #${zone}`),
        ),
    },
  );
  const target: fc.Arbitrary<Target> = fc.record({
    resource: fc.constant('DATASTORE' as const),
    id: small,
    uid: small,
    gid: small,
    permissions: fc.option(fc.nat(0o777).map(permissionsFromOctet)),
    clusters: fc.subarray([1, 2, 3, 4]),
    lock: fc.option(fc.constant<Lock>({ level: 1, owner: 1, time: 0, requestId: -1 }), { nil: undefined }),
  });
  const caller = fc
    .tuple(
      fc.integer({ min: 0, max: 4 }),
      fc.subarray([0, 1, 2, 3, 4], { minLength: 1 }),
      fc.array(text, { maxLength: 6 }),
    )
    .map(([id, groups, texts]) => somebody(id, groups, ...texts));
  let [shown, hidden] = [0, 0];
  fc.assert(
    fc.property(caller, fc.array(target, { maxLength: 8 }), (who, targets) => {
      const seen = visibility(who, 'USE', 'DATASTORE');
      for (const each of targets) {
        const allowed = allows(who, 'USE', withoutLock(each));
        expect(visibleBy(seen, each)).toBe(allowed);
        if (allowed) shown += 1;
        else hidden += 1;
      }
    }),
    { numRuns: 500 },
  );
  expect(Math.min(shown, hidden)).toBeGreaterThan(100);
});

it('visibility is data: ids each once, and nothing of other kinds, rights, zones and people', () => {
  const texts = [
    '#5 VM/#3 USE',
    '@1 VM+IMAGE/#3 USE',
    '#5 VM/@7 USE+MANAGE',
    '#5 NET/%2 USE',
    '#6 VM/#4 USE',
    '* VM/#8 MANAGE',
  ];
  expect(visibility(somebody(5, [1, 2], ...texts), 'USE', 'VM')).toEqual({
    ...{ all: false, uid: 5, gids: [1, 2] },
    ...{ ids: [3], ownerGids: [7], clusters: [] },
  });
  expect(visibility(somebody(5, [1], ...texts), 'USE', 'NET').clusters).toEqual([2]);
  expect(visibility(somebody(5, [0]), 'USE', 'VM').all).toBe(true);
});
