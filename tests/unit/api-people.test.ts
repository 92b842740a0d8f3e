// Users, groups, access rules and quotas over the API: who may make, change and see whom.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { formatAclNumbers } from '../../src/wire/acl-numbers.ts';
import { parseAclText } from '../../src/wire/acl-text.ts';
import type { Value } from '../../src/wire/xmlrpc.ts';
import type { XmlElement } from '../../src/wire/xml-read.ts';
import { readXml } from '../../src/wire/xml-read.ts';
import { look } from '../../src/fsck/run.ts';
import { FakeCloud } from './fake-cloud.ts';

const CODE = {
  AUTH: 256,
  AUTHORIZATION: 512,
  NO_EXISTS: 1024,
  ACTION: 2048,
  API: 4096,
  INTERNAL: 8192,
  ALLOCATE: 16384,
};

let cloud: FakeCloud;
/** Sessions: ann and bob are plain users, boss administers the group `team`, tim is in it. */
let ann: string;
let boss: string;
let team: number;
const id: Record<string, number> = {};

beforeAll(async () => {
  cloud = await FakeCloud.open();
  team = await cloud.id('one.group.allocate', 'team');
  for (const [name, gids] of [
    ['ann', []],
    ['bob', [1]],
    ['boss', [team, 1]],
    ['tim', [team]],
  ] as Array<[string, number[]]>) {
    id[name] = await cloud.id('one.user.allocate', name, `${name}-pw`, 'core', gids);
  }
  await cloud.call('one.group.addadmin', team, id['boss'] ?? -1);
  [ann, boss] = ['ann:ann-pw', 'boss:boss-pw'];
});
afterAll(() => cloud.close());

const uid = (name: string): number => id[name] ?? -1;
const as = async (session: string, method: string, ...params: Value[]): Promise<unknown> =>
  cloud.callAs(session, method, ...params);
const userOf = async (who: number, session = cloud.session): Promise<XmlElement> =>
  readXml(await cloud.text(session, 'one.user.info', who, false));
const ids = (document: XmlElement, path: string): number[] =>
  document.children(path).map((element) => Number(element.text));
const rules = async (): Promise<string[]> =>
  (await cloud.xml('one.acl.info')).children('ACL/STRING').map((element) => element.text);

describe('making users', () => {
  it('puts them into users, or into the groups that are named, the first as primary', async () => {
    const plain = await userOf(uid('ann'));
    expect([plain.child('GID')?.text, plain.child('GNAME')?.text, ids(plain, 'GROUPS/ID')]).toEqual([
      '1',
      'users',
      [1],
    ]);
    const chief = await userOf(uid('boss'));
    expect([chief.child('GNAME')?.text, ids(chief, 'GROUPS/ID')]).toEqual(['team', [team, 1]]);
  });

  it.each([
    ['a b', 'x', 'core', CODE.ALLOCATE, /NAME "a b" contains " "/],
    ['a:b', 'x', 'core', CODE.ALLOCATE, /contains ":"/],
    ['ann', 'x', 'core', CODE.ALLOCATE, /"ann" is already taken by user 2/],
    ['new', '', 'core', CODE.ALLOCATE, /password is empty/],
    ['new', 'x', 'ssh', CODE.ALLOCATE, /AUTH_DRIVER "ssh" is not offered; it must be core or public/],
  ])('refuses name "%s", password "%s", driver %s', async (name, password, driver, code, message) => {
    await expect(cloud.call('one.user.allocate', name, password, driver, [])).rejects.toMatchObject({
      code,
      message: expect.stringMatching(message) as string,
    });
  });

  it('names a group that does not exist', async () => {
    await expect(cloud.call('one.user.allocate', 'new', 'x', 'core', [1, 99])).rejects.toMatchObject({
      code: CODE.NO_EXISTS,
      objectId: 99,
    });
  });

  it('is for administrators, and for those of a group in their group', async () => {
    await expect(as(ann, 'one.user.allocate', 'new', 'x', 'core', [])).rejects.toMatchObject({
      code: CODE.AUTHORIZATION,
    });
    for (const gids of [[1], [team, 1], [0]]) {
      await expect(as(boss, 'one.user.allocate', 'new', 'x', 'core', gids)).rejects.toMatchObject({
        code: CODE.AUTHORIZATION,
      });
    }
    const made = Number(await as(boss, 'one.user.allocate', 'made', 'x', 'core', []));
    expect((await userOf(made)).child('GID')?.text).toBe(String(team));
    await as(boss, 'one.user.delete', made);
    await expect(cloud.call('one.user.info', made)).rejects.toMatchObject({ code: CODE.NO_EXISTS });
  });

  it('a public user cannot log in', async () => {
    await cloud.call('one.user.allocate', 'guest', 'x', 'public', []);
    await expect(as('guest:x', 'one.user.info', -1)).rejects.toMatchObject({ code: CODE.AUTH });
    await expect(as('guest:', 'one.user.info', -1)).rejects.toMatchObject({ code: CODE.AUTH });
  });
});

describe('seeing users', () => {
  it('everybody sees herself, group administrators their group, administrators all', async () => {
    expect((await userOf(-1, ann)).child('NAME')?.text).toBe('ann');
    await expect(userOf(uid('bob'), ann)).rejects.toMatchObject({ code: CODE.AUTHORIZATION });
    await expect(userOf(4711, ann)).rejects.toMatchObject({ code: CODE.AUTHORIZATION });
    await expect(userOf(4711)).rejects.toMatchObject({ code: CODE.NO_EXISTS });
    const names = async (session: string): Promise<string[]> =>
      readXml(await cloud.text(session, 'one.userpool.info'))
        .children('USER/NAME')
        .map((element) => element.text);
    expect(await names(ann)).toEqual(['ann']);
    expect(new Set(await names(boss))).toEqual(new Set(['boss', 'tim']));
    expect(await names(cloud.session)).toContain('bob');
  });

  it('lists end with the default quotas', async () => {
    const pool = await cloud.xml('one.userpool.info');
    expect(pool.child('DEFAULT_USER_QUOTAS')).toBeDefined();
    expect(pool.children('QUOTAS')).toHaveLength(pool.children('USER').length);
    expect((await cloud.xml('one.grouppool.info')).child('DEFAULT_GROUP_QUOTAS')).toBeDefined();
  });
});

describe('passwords and tokens', () => {
  it('everybody changes her own, group administrators those of their group, nobody that of an administrator', async () => {
    const made = await cloud.id('one.user.allocate', 'carl', 'old', 'core', [team]);
    await as('carl:old', 'one.user.passwd', made, 'own');
    await expect(as('carl:old', 'one.user.info', -1)).rejects.toMatchObject({ code: CODE.AUTH });
    expect(await as('carl:own', 'one.user.passwd', -1, 'mine')).toBe(made);
    await as('carl:mine', 'one.user.info', -1);
    await as(boss, 'one.user.passwd', made, 'given');
    await as('carl:given', 'one.user.info', -1);
    await expect(as(ann, 'one.user.passwd', made, 'x')).rejects.toMatchObject({ code: CODE.AUTHORIZATION });
    await expect(as(boss, 'one.user.passwd', made, '')).rejects.toMatchObject({ code: CODE.ACTION });
    await cloud.call('one.user.addgroup', made, 0);
    for (const [method, ...params] of [
      ['one.user.passwd', made, 'x'],
      ['one.user.chauth', made, 'core', 'x'],
      ['one.user.login', 'carl', '', 60],
      ['one.user.enable', made, false],
      ['one.user.delete', made],
      ['one.user.update', made, 'A=1', 1],
    ] as Array<[string, ...(string | number | boolean)[]]>) {
      await expect(as(boss, method, ...params)).rejects.toMatchObject({
        code: CODE.AUTHORIZATION,
        message: expect.stringMatching(/, who is an administrator|perform ADMIN USER "carl"/) as string,
      });
    }
    await cloud.call('one.user.delete', made);
  });

  it('a token stands for the password; for one group it opens that group alone and makes no other credentials', async () => {
    const token = await cloud.text(ann, 'one.user.login', 'ann', '', 3600, 1);
    expect(token).toMatch(/^[0-9a-f]{64}$/);
    expect((await userOf(-1, `ann:${token}`)).child('NAME')?.text).toBe('ann');
    const shown = (await userOf(uid('ann'))).child('LOGIN_TOKEN');
    expect(shown?.child('EGID')?.text).toBe('1');
    expect(shown?.child('TOKEN')?.text).not.toBe(token);

    const narrow = await cloud.text(boss, 'one.user.login', 'boss', '', -1, 1);
    await expect(as(`boss:${narrow}`, 'one.user.passwd', uid('boss'), 'x')).rejects.toMatchObject({
      code: CODE.AUTHORIZATION,
    });
    await expect(as(`boss:${narrow}`, 'one.user.login', 'boss', '', 60)).rejects.toMatchObject({
      code: CODE.AUTHORIZATION,
    });
    const wide = await cloud.text(boss, 'one.user.login', 'boss', '', 60);
    expect(await as(`boss:${wide}`, 'one.user.login', 'boss', wide, 120)).toBe(wide);
    await as(boss, 'one.user.login', 'boss', wide, 0);
    await expect(userOf(-1, `boss:${wide}`)).rejects.toMatchObject({ code: CODE.AUTH });
    // as shown, so that what clients see can be revoked
    const hash = (await userOf(uid('boss'))).child('LOGIN_TOKEN')?.child('TOKEN')?.text ?? '';
    await as(boss, 'one.user.login', 'boss', hash, 0);
    await expect(userOf(-1, `boss:${narrow}`)).rejects.toMatchObject({ code: CODE.AUTH });
    await as(ann, 'one.user.login', 'ann', '', 0);
    await expect(userOf(-1, `ann:${token}`)).rejects.toMatchObject({ code: CODE.AUTH });
  });

  it.each([
    ['ann', '', -2, -1, CODE.API],
    ['ann', 'mine', 60, -1, CODE.API],
    ['ann', '', 60, 0, CODE.API],
    ['ann', 'f'.repeat(64), 0, -1, CODE.NO_EXISTS],
    ['bob', '', 60, -1, CODE.AUTHORIZATION],
    ['nobody', '', 60, -1, CODE.AUTHORIZATION],
  ])('login of %s with token "%s" for %i s and group %i is refused', async (name, token, seconds, egid, code) => {
    await expect(as(ann, 'one.user.login', name, token, seconds, egid)).rejects.toMatchObject({ code });
  });

  it('whoever is disabled is out at once, and oneadmin never is', async () => {
    const made = await cloud.id('one.user.allocate', 'dora', 'pw', 'core', []);
    await userOf(-1, 'dora:pw');
    await cloud.call('one.user.enable', made, false);
    await expect(userOf(-1, 'dora:pw')).rejects.toMatchObject({ code: CODE.AUTH });
    await cloud.call('one.user.enable', made, true);
    await userOf(-1, 'dora:pw');
    await cloud.call('one.user.chauth', made, 'public', '');
    await expect(userOf(-1, 'dora:pw')).rejects.toMatchObject({ code: CODE.AUTH });
    await expect(cloud.call('one.user.passwd', made, 'x')).rejects.toMatchObject({ code: CODE.ACTION });
    await expect(cloud.call('one.user.chauth', made, 'core', '')).rejects.toMatchObject({ code: CODE.ACTION });
    await cloud.call('one.user.chauth', made, 'core', 'again');
    await userOf(-1, 'dora:again');
    await expect(cloud.call('one.user.enable', 0, false)).rejects.toMatchObject({ code: CODE.ACTION });
    await expect(cloud.call('one.user.delete', 0)).rejects.toMatchObject({ code: CODE.ACTION });
  });
});

describe('templates of users and groups', () => {
  it('belong to them, but what gives rights is for administrators', async () => {
    await as(ann, 'one.user.update', uid('ann'), 'EMAIL="ann@example.org"', 1);
    await expect(as(ann, 'one.user.update', uid('ann'), 'VM_MANAGE_OPERATIONS="backup"', 1)).rejects.toMatchObject({
      code: CODE.AUTHORIZATION,
    });
    await expect(as(boss, 'one.group.update', team, 'VM_MANAGE_OPERATIONS="backup"', 1)).rejects.toMatchObject({
      code: CODE.AUTHORIZATION,
    });
    await cloud.call('one.group.update', team, 'VM_MANAGE_OPERATIONS="backup"', 1);
    await as(boss, 'one.group.update', team, 'COLOUR="red"', 1);
    await expect(as(boss, 'one.group.update', team, 'COLOUR="red"', 0)).rejects.toMatchObject({
      code: CODE.AUTHORIZATION,
    });
    await expect(cloud.call('one.group.update', team, 'VM_USE_OPERATIONS="dance"', 1)).rejects.toMatchObject({
      code: CODE.INTERNAL,
    });
    await expect(as(ann, 'one.user.update', uid('ann'), 'UMASK="9"', 1)).rejects.toMatchObject({ code: CODE.ACTION });
    const template = (await userOf(uid('ann'))).child('TEMPLATE');
    expect(template?.children().map(({ name }) => name)).toEqual(['EMAIL']);
  });
});

describe('groups of a user', () => {
  it('are given by whoever may manage both; the primary one is changed, not removed', async () => {
    const made = await cloud.id('one.user.allocate', 'eve', 'pw', 'core', []);
    const groups = async (): Promise<unknown> => {
      const { gid, groups: all } = await cloud.store.users.get(made);
      return [gid, all.toSorted((a, b) => a - b)];
    };
    await expect(as('eve:pw', 'one.user.addgroup', made, team)).rejects.toMatchObject({ code: CODE.AUTHORIZATION });
    await expect(as('eve:pw', 'one.user.addgroup', made, 0)).rejects.toMatchObject({ code: CODE.AUTHORIZATION });
    await expect(as('eve:pw', 'one.user.chgrp', made, 0)).rejects.toMatchObject({ code: CODE.AUTHORIZATION });
    await cloud.call('one.user.addgroup', made, team);
    await expect(cloud.call('one.user.addgroup', made, team)).rejects.toMatchObject({ code: CODE.ACTION });
    await expect(cloud.call('one.user.delgroup', made, 1)).rejects.toMatchObject({ code: CODE.ACTION });
    await as('eve:pw', 'one.user.chgrp', made, team);
    expect(await groups()).toEqual([team, [1, team]]);
    await cloud.call('one.group.addadmin', team, made);
    await cloud.call('one.user.chgrp', made, 1);
    await cloud.call('one.user.delgroup', made, team);
    expect(await groups()).toEqual([1, [1]]);
    expect((await cloud.store.groups.get(team)).admins).toEqual([uid('boss')]);
    const other = await cloud.id('one.group.allocate', 'other');
    await cloud.call('one.user.chgrp', made, other);
    expect(await groups()).toEqual([other, [other]]);
    expect((await cloud.store.users.get(made)).gname).toBe('other');
    await expect(cloud.call('one.group.delete', other)).rejects.toMatchObject({ code: CODE.ACTION });
    await cloud.call('one.user.delete', made);
    await cloud.call('one.group.delete', other);
    await expect(cloud.call('one.group.delete', 1)).rejects.toMatchObject({ code: CODE.ACTION });
  });
});

describe('administrators of groups', () => {
  it('have rules as long as they are one, and those two groups give them stay for the other', async () => {
    const made = await cloud.id('one.user.allocate', 'fay', 'pw', 'core', [team]);
    const second = await cloud.id('one.group.allocate', 'second');
    const mine = async (): Promise<string[]> => (await rules()).filter((rule) => rule.startsWith(`#${made} `));
    await expect(cloud.call('one.group.addadmin', second, made)).rejects.toMatchObject({ code: CODE.ACTION });
    await cloud.call('one.user.addgroup', made, second);
    await cloud.call('one.group.addadmin', team, made);
    await cloud.call('one.group.addadmin', second, made);
    await expect(cloud.call('one.group.addadmin', second, made)).rejects.toMatchObject({ code: CODE.ACTION });
    expect(await mine()).toHaveLength(7);
    await cloud.call('one.group.deladmin', team, made);
    expect((await mine()).toSorted()).toEqual(
      [
        `#${made} GROUP/#${second} MANAGE *`,
        `#${made} USER/@${second} USE+MANAGE+ADMIN+CREATE *`,
        `#${made} VM+NET+IMAGE+TEMPLATE+DOCUMENT+SECGROUP+VROUTER+VMGROUP+BACKUPJOB/@${second} USE+MANAGE *`,
        `#${made} VROUTER/* CREATE *`,
      ].toSorted(),
    );
    await cloud.call('one.user.delete', made);
    expect(await mine()).toEqual([]);
    expect((await cloud.store.groups.get(second)).admins).toEqual([]);
    await cloud.call('one.group.delete', second);
    expect((await rules()).some((rule) => rule.includes(`@${second} `))).toBe(false);
  });
});

describe('deleting', () => {
  it('is refused while something would be left without an owner', async () => {
    const made = await cloud.id('one.user.allocate', 'gus', 'pw', 'core', []);
    const template = Number(await as('gus:pw', 'one.template.allocate', 'NAME="t"\nCPU="1"\nMEMORY="64"'));
    await expect(cloud.call('one.user.delete', made)).rejects.toMatchObject({
      code: CODE.ACTION,
      message: expect.stringContaining('still owns 1 template.') as string,
    });
    await as('gus:pw', 'one.template.delete', template);
    await cloud.call('one.user.delete', made);
  });
});

describe('access rules', () => {
  it('are seen and changed by administrators alone', async () => {
    for (const [method, ...params] of [
      ['one.acl.info'],
      ['one.acl.addrule', '200000001', '100400000000', '1'],
      ['one.acl.delrule', 0],
    ] as Array<[string, ...(string | number)[]]>) {
      await expect(as(boss, method, ...params)).rejects.toMatchObject({ code: CODE.AUTHORIZATION });
    }
    const rule = await cloud.id('one.acl.addrule', '200000001', '100400000000', '1');
    expect(await rules()).toContain('@1 DATASTORE/* USE #0');
    await expect(cloud.call('one.acl.addrule', '200000001', '100400000000', '1')).rejects.toMatchObject({
      code: CODE.ALLOCATE,
      objectId: rule,
    });
    await expect(cloud.call('one.acl.addrule', 'x', '100400000000', '1')).rejects.toMatchObject({
      code: CODE.INTERNAL,
    });
    expect(await cloud.id('one.acl.delrule', rule)).toBe(rule);
    await expect(cloud.call('one.acl.delrule', rule)).rejects.toMatchObject({ code: CODE.NO_EXISTS });
  });

  it('open what they name at once, and go with it', async () => {
    const cluster = await cloud.id('one.cluster.allocate', 'rack');
    await expect(as(ann, 'one.cluster.info', cluster)).rejects.toMatchObject({ code: CODE.AUTHORIZATION });
    const rule = await cloud.id('one.acl.addrule', ...words(`#${uid('ann')} CLUSTER/#${cluster} USE`));
    expect(readXml(await cloud.text(ann, 'one.cluster.info', cluster)).child('NAME')?.text).toBe('rack');
    await cloud.call('one.cluster.delete', cluster);
    expect((await cloud.store.rules.find(rule))?.id).toBeUndefined();
  });

  it('for several kinds keep the others when one is gone', async () => {
    const cluster = await cloud.id('one.cluster.allocate', 'rack2');
    const rule = await cloud.id('one.acl.addrule', ...words(`@1 CLUSTER+TEMPLATE/#${cluster} USE`));
    await cloud.call('one.cluster.delete', cluster);
    expect((await cloud.store.rules.get(rule)).resources).toEqual(['TEMPLATE']);
    await cloud.call('one.acl.delrule', rule);
  });
});

describe('quotas', () => {
  it('limit users and groups, and are seen by them', async () => {
    await cloud.call('one.user.quota', uid('ann'), 'DATASTORE=[ID="1", IMAGES="2", SIZE="-2"]\nVM=[CPU="1.5"]');
    const shown = await userOf(-1, ann);
    const datastore = shown.child('DATASTORE_QUOTA/DATASTORE');
    expect(datastore?.children().map(({ name, text }) => [name, text])).toEqual([
      ['ID', '1'],
      ['IMAGES', '2'],
      ['IMAGES_USED', '0'],
      ['SIZE', '-2'],
      ['SIZE_USED', '0'],
    ]);
    expect(shown.child('VM_QUOTA/VM/CPU')?.text).toBe('1.50');
    await cloud.call('one.group.quota', team, 'VM=[VMS="3"]');
    const group = readXml(await cloud.text(boss, 'one.group.info', -1));
    expect(group.child('VM_QUOTA/VM/VMS')?.text).toBe('3');
    await cloud.call('one.user.quota', uid('ann'), 'DATASTORE=[ID="1"]\nVM=[]');
    expect((await userOf(-1, ann)).child('DATASTORE_QUOTA/DATASTORE')).toBeUndefined();
  });

  it('are set by administrators; those of a group set them for its users, not for the group', async () => {
    await expect(as(ann, 'one.user.quota', uid('ann'), 'VM=[VMS="9"]')).rejects.toMatchObject({
      code: CODE.AUTHORIZATION,
    });
    await as(boss, 'one.user.quota', uid('tim'), 'VM=[VMS="9"]');
    await expect(as(boss, 'one.group.quota', team, 'VM=[VMS="9"]')).rejects.toMatchObject({ code: CODE.AUTHORIZATION });
    await expect(as(boss, 'one.userquota.update', 'VM=[VMS="9"]')).rejects.toMatchObject({ code: CODE.AUTHORIZATION });
    await expect(cloud.call('one.user.quota', 0, 'VM=[VMS="9"]')).rejects.toMatchObject({ code: CODE.ACTION });
    await expect(cloud.call('one.user.quota', uid('tim'), 'VM=[VMS="-3"]')).rejects.toMatchObject({ code: CODE.API });
  });

  it('have defaults for all that have none of their own', async () => {
    const answer = await cloud.xml('one.userquota.update', 'VM=[VMS="0"]');
    expect([answer.name, answer.child('VM_QUOTA/VM/VMS')?.text, answer.child('VM_QUOTA/VM/CPU')?.text]).toEqual([
      'DEFAULT_USER_QUOTAS',
      '0',
      '-2',
    ]);
    await expect(as(ann, 'one.vm.allocate', 'CPU="1"\nMEMORY="64"', true)).rejects.toMatchObject({
      code: CODE.AUTHORIZATION,
      message: expect.stringMatching(/User \[\d+\] : limit of 0 reached for VMS/) as string,
    });
    await cloud.call('one.userquota.update', 'VM=[VMS="-2"]');
    await as(ann, 'one.vm.allocate', 'CPU="1"\nMEMORY="64"', true);
    expect((await userOf(-1, ann)).child('VM_QUOTA/VM/VMS_USED')?.text).toBe('1');
    expect((await cloud.xml('one.groupquota.info')).name).toBe('DEFAULT_GROUP_QUOTAS');
  });
});

it('leaves records that fit together', async () => {
  expect((await look(cloud.config)).findings).toEqual([]);
});

/** A rule as the parameters of one.acl.addrule. */
function words(text: string): string[] {
  const { user, resource, rights, zone } = formatAclNumbers(parseAclText(text));
  return [user, resource, rights, zone];
}
