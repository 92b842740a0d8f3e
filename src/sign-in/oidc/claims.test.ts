import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isIncomplete, personOf, type Claims } from './claims.ts';

const WHO = { iss: 'https://login.example.org', sub: '248289761001' };
const ANN: Claims = { ...WHO, preferred_username: 'ann', groups: ['staff', 'vault'] };
const SETTINGS = {
  userClaim: 'preferred_username',
  groupsClaim: 'groups',
  group: undefined as string | undefined,
  groups: [
    { name: 'staff', gid: 100 },
    { name: 'vault', gid: 0 },
    { name: 'other', gid: 101 },
  ],
};

describe('claims', () => {
  it('name somebody and her groups', () => {
    expect(personOf(ANN, SETTINGS)).toEqual({
      name: 'ann',
      subject: 'https://login.example.org 248289761001',
      groups: { managed: [100, 0, 101], member: [100, 0] },
    });
  });

  it.each<[string, Claims, number[]]>([
    ['one group as a text', { groups: 'staff' }, [100]],
    ['no group', { groups: [] }, []],
    ['nothing of groups', { groups: undefined }, []],
    ['groups that nobody maps', { groups: ['Staff', 'staff ', ''] }, []],
  ])('tell %s', (_what, change, member) => {
    expect(personOf({ ...ANN, ...change }, SETTINGS).groups).toEqual({ managed: [100, 0, 101], member });
  });

  it('may map several groups to one, which is then left when she is in none of them', () => {
    const groups = [
      { name: 'a', gid: 7 },
      { name: 'b', gid: 7 },
    ];
    expect(personOf({ ...ANN, groups: ['b'] }, { ...SETTINGS, groups }).groups).toEqual({ managed: [7], member: [7] });
    expect(personOf({ ...ANN, groups: ['c'] }, { ...SETTINGS, groups }).groups).toEqual({ managed: [7], member: [] });
  });

  it('must tell the group that all must be in', () => {
    expect(personOf(ANN, { ...SETTINGS, group: 'vault' }).name).toBe('ann');
    expect(() => personOf(ANN, { ...SETTINGS, group: 'admins' })).toThrow(/"ann" is not in the group "admins"/);
    expect(() => personOf({ ...ANN, groups: undefined }, { ...SETTINGS, group: 'vault' })).toThrow(/not in the group/);
  });

  it.each<[string, Claims, RegExp]>([
    [
      'no name',
      { preferred_username: undefined, email: 'x' },
      /does not tell the claim "preferred_username".* it tells/,
    ],
    ['an empty name', { preferred_username: '' }, /does not tell the claim/],
    ['a name that is none', { preferred_username: ['ann'] }, /does not tell the claim/],
    ['groups that are none', { groups: [{ name: 'staff' }] }, /"groups".* is no list of texts/],
    ['that groups are elsewhere', { groups: undefined, _claim_names: { groups: 'src1' } }, /groups are too many/],
  ])('that tell %s let nobody in', (_what, change, why) => {
    expect(() => personOf({ ...ANN, ...change }, SETTINGS)).toThrow(why);
  });

  it('take an address for a name only when the provider has verified it', () => {
    const settings = { ...SETTINGS, userClaim: 'email' };
    const mail = { ...ANN, email: 'ann@example.org' };
    expect(personOf({ ...mail, email_verified: true }, settings).name).toBe('ann@example.org');
    expect(personOf({ ...mail, email_verified: 'true' }, settings).name).toBe('ann@example.org');
    for (const email_verified of [undefined, false, 'false', 1]) {
      expect(() => personOf({ ...mail, email_verified }, settings)).toThrow(/verified the address "ann@example.org"/);
    }
  });

  it('are asked for once more only when something is missing that is needed', () => {
    const nobody = { ...SETTINGS, groups: [] };
    expect(isIncomplete(ANN, SETTINGS)).toBe(false);
    expect(isIncomplete({ ...ANN, groups: undefined }, SETTINGS)).toBe(true);
    expect(isIncomplete({ ...ANN, groups: undefined }, nobody)).toBe(false);
    expect(isIncomplete({ ...ANN, groups: undefined }, { ...nobody, group: 'x' })).toBe(true);
    expect(isIncomplete(WHO, nobody)).toBe(true);
    expect(isIncomplete({ ...WHO, email: 'a' }, { ...nobody, userClaim: 'email' })).toBe(true);
  });

  it('give no group that the configuration does not name, whatever they hold', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.dictionary(fc.string(), fc.jsonValue()), (groups, more) => {
        const claims = { ...(more as Claims), ...ANN, groups };
        let member: number[] = [];
        try {
          ({ member } = personOf(claims, SETTINGS).groups);
        } catch {
          return; // refused
        }
        expect([100, 0, 101]).toEqual(expect.arrayContaining(member));
        if (!JSON.stringify(groups).includes('"vault"')) expect(member).not.toContain(0);
      }),
    );
  });
});
