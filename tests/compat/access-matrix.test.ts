// Who may what: every method that works on an object or makes one, asked by every kind of caller; the verdicts are those of one
// table. Who may not learns nothing and changes nothing; locks hold back whatever is at their level or above, for everybody.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseAclText } from '../../src/wire/acl-text.ts';
import { METHODS } from '../../src/api/methods/all.ts';
import type { Attributes } from '../../src/model/attributes.ts';
import type { Owned } from '../../src/model/permissions.ts';
import { FakeCloud } from '../unit/fake-cloud.ts';
import { CALLERS, type CallerKind } from './access/callers.ts';
import { changes, keep, putBack, type Kept } from './access/kept.ts';
import { CLASSES, FOR_ALL, METHODS_IN_TABLE, ROWS, type Right, type Row } from './access/table.ts';
import { giveBits, LOCKABLE, makeScene, THINGS, type Scene, type Thing } from './access/things.ts';
import { ask, expected, LEVEL, nameOf, rightIn, thingsOf, type Classes, type Verdict } from './access/verdict.ts';

let scene: Scene;
let begun: Kept;
beforeAll(async () => {
  scene = await makeScene(await FakeCloud.open());
  await addRules(['@<group> VM+IMAGE+TEMPLATE+BACKUPJOB/* CREATE *']);
  begun = await keep(scene.cloud.store);
}, 60_000);
afterAll(() => scene.cloud.close());

const session = (name: string): string => scene.sessions.get(name) ?? '';

async function addRules(rules: readonly string[], caller = -1): Promise<void> {
  for (const rule of rules) {
    const named = rule
      .replace(/^#(?= )/, `#${caller}`)
      .replace(/([@%]?)<(\w+)>/, (_all, mark: string, thing: string) => `${mark || '#'}${scene.ids[thing as Thing]}`);
    await scene.cloud.store.rules.allocate((id) => ({ id, ...parseAclText(named) }));
  }
}

/** The scene as this caller needs it; afterwards everything is as it was. */
async function as(caller: CallerKind, work: () => Promise<void>): Promise<void> {
  const [user] = await scene.cloud.store.users.list({ name: caller.as });
  await giveBits(scene, caller.bits);
  await addRules(caller.rules ?? [], user?.id);
  await work().finally(() => putBack(scene.cloud.store, begun));
}

/** Asks for each row and puts back what was carried out. Returns the verdicts that are not as the table has them. */
async function differences(caller: CallerKind, rows: readonly Row[], classes: Classes = CLASSES): Promise<string[]> {
  const { store } = scene.cloud;
  const before = await keep(store);
  const wrong: string[] = [];
  for (const row of rows) {
    const wanted = expected(row, caller, classes);
    const { verdict, code, text } = await ask(scene, session(caller.as), row);
    if (verdict !== wanted) wrong.push(`${nameOf(row)}: ${verdict}, not ${wanted}. ${text}`);
    if (code === 0) await putBack(store, before);
  }
  return [...wrong, ...(await changes(store, before)).map((one) => `${one} was changed by what was refused`)];
}

it('has every method in the table that is offered', () => {
  const absent = Object.keys(METHODS).filter((method) => !METHODS_IN_TABLE.has(method) && !FOR_ALL.has(method));
  expect(absent).toEqual([]);
});

describe('may', () => {
  it.each(CALLERS.map((caller) => [caller.what, caller] as const))(
    '%s',
    async (_what, caller) => {
      await as(caller, async () => expect(await differences(caller, ROWS)).toEqual([]));
    },
    60_000,
  );
});

/** Callers who may nothing with the objects by themselves. */
const stranger: CallerKind = {
  ...{ what: 'a stranger', as: 'stranger', bits: 0o770 },
  may: (right, thing) => right === 'USE' && (thing === 'zone' || thing === 'secgroup'),
  creates: () => true,
};

describe('whoever may not learns nothing', () => {
  /** The scene's ids, without those of some objects. */
  const without = (things: readonly Thing[]): Scene['ids'] => ({
    ...scene.ids,
    ...Object.fromEntries(things.map((thing, index) => [thing, 900_001 + index])),
  });

  it('a stranger gets the same answer for what exists and for what does not', async () => {
    await as(stranger, async () => {
      const before = await keep(scene.cloud.store);
      const wrong: string[] = [];
      for (const row of ROWS.filter((one) => thingsOf(one).length > 0 && expected(one, stranger) === 'may not')) {
        const there = await ask(scene, session('stranger'), row);
        const things = thingsOf(row);
        for (const gone of [things, ...things.map((thing) => [thing])]) {
          const seen = await ask(scene, session('stranger'), row, without(gone));
          if (JSON.stringify(seen) !== JSON.stringify(there)) {
            wrong.push(`${nameOf(row)} without ${gone.join(', ')}: ${seen.text} instead of ${there.text}`);
          }
        }
      }
      expect(wrong.join('\n')).toBe('');
      expect(await changes(scene.cloud.store, before)).toEqual([]);
    });
  }, 60_000);

  it('nor does somebody who may everything with the first object, of the others', async () => {
    const wrong: string[] = [];
    for (const row of ROWS.filter((one) => new Set(thingsOf(one)).size > 1)) {
      const [first, ...others] = thingsOf(row);
      if (first === undefined || others.length === 0) continue;
      const rules = [`# ${THINGS[first]}/<${first}> USE+MANAGE+ADMIN`];
      await as({ ...stranger, as: 'helper', rules }, async () => {
        const there = await ask(scene, session('helper'), row);
        for (const other of others) {
          const seen = await ask(scene, session('helper'), row, without([other]));
          if (seen.verdict === 'may not' && JSON.stringify(seen) === JSON.stringify(there)) continue;
          wrong.push(`${nameOf(row)} without ${other}: ${seen.text} instead of ${there.text}`);
        }
      });
    }
    expect(wrong.join('\n')).toBe('');
  }, 60_000);

  it.each([
    ['one.vm.allocate', (name: string) => [`CPU=0\nDISK=[ IMAGE="${name}", IMAGE_UNAME="owner" ]`], 'i'],
    ['one.vm.allocate', (name: string) => [`CPU=0\nNIC=[ NETWORK="${name}", NETWORK_UNAME="owner" ]`], 'n'],
    ['one.user.login', (name: string) => [name, '', 60], 'subject'],
    ['one.user.login', (name: string) => [name, '', 60], 'oneadmin'],
    ['one.user.login', (name: string) => [name, '', 0], 'subject'],
  ] as Array<[string, (name: string) => Array<string | number>, string]>)(
    '%s tells of no name whether somebody has it',
    async (method, params, name) => {
      await as(stranger, async () => {
        const [there, gone] = await Promise.all(
          [name, 'nothing'].map((one) => ask(scene, session('stranger'), { method, params: params(one), needs: [] })),
        );
        expect(there?.code).not.toBe(0);
        expect(there).toEqual({ ...gone, text: gone?.text.replace(/\bnothing\b/, name) });
      });
    },
  );
});

describe('a lock', () => {
  async function lock(thing: (typeof LOCKABLE)[number], level: 1 | 2 | 3): Promise<void> {
    const { vms, images, templates, vnets, backupJobs } = scene.cloud.store;
    const set = (record: Pick<Owned, 'lock'>): void => {
      record.lock = { level, owner: 0, time: 1, requestId: -1 };
    };
    const id = scene.ids[thing];
    const pools = { vm: vms, image: images, template: templates, net: vnets, job: backupJobs };
    await (pools[thing] as { update(id: number, change: typeof set): Promise<unknown> }).update(id, set);
  }

  const locks = (row: Row, thing: Thing, level: number): boolean =>
    !row.despiteLock &&
    row.needs.some((need) => {
      const wanted = rightIn(need, CLASSES);
      return wanted?.thing === thing && level <= LEVEL[wanted.right];
    });

  /** Verdicts that a caller may get: who lacks another right may be told of the lock first, when it is hers to know. */
  function possible(row: Row, caller: CallerKind, thing: Thing, level: number): Verdict[] {
    const hers = { ...row, needs: row.needs.filter((need) => rightIn(need, CLASSES)?.thing === thing) };
    const held = locks(row, thing, level) && expected(hers, caller) === 'may';
    const notHers = row.method.endsWith('.unlock') && !caller.administrator; // oneadmin has locked it
    const allowed = notHers ? 'may not' : expected(row, caller);
    if (!held) return [allowed];
    return allowed === 'may' ? ['locked'] : ['locked', 'may not'];
  }

  const cases = LOCKABLE.flatMap((thing) => ([1, 2, 3] as const).map((level) => [thing, level] as const));
  it.each(cases)(
    'of a %s at level %d',
    async (thing, level) => {
      const callers = CALLERS.filter(({ what }) => ['oneadmin', 'the owner with ADMIN', 'a stranger'].includes(what));
      const wrong: string[] = [];
      for (const caller of callers) {
        await as(caller, async () => {
          await lock(thing, level);
          const before = await keep(scene.cloud.store);
          for (const row of ROWS.filter((one) => thingsOf(one).includes(thing))) {
            const wanted = possible(row, caller, thing, level);
            const { verdict, code, text } = await ask(scene, session(caller.as), row);
            if (!wanted.includes(verdict)) {
              wrong.push(`${caller.what}: ${nameOf(row)}: ${verdict}, not ${wanted.join(' or ')}. ${text}`);
            }
            if (code === 0) await putBack(scene.cloud.store, before);
          }
        });
      }
      expect(wrong.join('\n')).toBe('');
    },
    60_000,
  );
});

describe('classes of operations', () => {
  const text = (name: Right, words: string): Attributes => [[`VM_${name}_OPERATIONS`, words]];
  const onVm = ROWS.filter((row) => row.needs.some((need) => need.startsWith('OP ')));
  const owner = CALLERS[0]!;
  const user = CALLERS.find(({ what }) => what === 'a member of the group with USE')!;

  it.each([
    ["the group's MANAGE has backup", owner, [], text('MANAGE', 'backup'), { backup: 'MANAGE' }],
    [
      "the group's USE has several",
      user,
      [],
      text('USE', ' poweroff, RESUME ,backup'),
      { poweroff: 'USE', resume: 'USE', backup: 'USE' },
    ],
    [
      "the group's ADMIN has poweroff",
      owner,
      [],
      text('ADMIN', 'poweroff,disk-attach'),
      { poweroff: 'ADMIN', 'disk-attach': 'ADMIN' },
    ],
    [
      "the user's goes before the group's",
      owner,
      text('ADMIN', 'resize'),
      text('USE', 'resize,recover'),
      { resize: 'ADMIN', recover: 'USE' },
    ],
    [
      'ADMIN goes before MANAGE, MANAGE before USE',
      owner,
      [],
      [...text('USE', 'deploy,resched'), ...text('MANAGE', 'deploy,retry'), ...text('ADMIN', 'retry,resched')],
      { deploy: 'MANAGE', retry: 'ADMIN', resched: 'ADMIN' },
    ],
  ] as Array<[string, CallerKind, Attributes, Attributes, Partial<Classes>]>)(
    '%s',
    async (_what, caller, ofUser, ofGroup, moved) => {
      await as(caller, async () => {
        const { users, groups } = scene.cloud.store;
        const [found] = await users.list({ name: caller.as });
        await users.update(found?.id ?? -1, (record) => void (record.template = ofUser));
        await groups.update(scene.ids.group, (record) => void (record.template = ofGroup));
        expect(await differences(caller, onVm, { ...CLASSES, ...moved })).toEqual([]);
      });
    },
    60_000,
  );
});
