// onegroup: what it sends, what it undoes when a step fails, and its list and show.
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { Refusal, type Canned } from '../../tests/golden/canned-server.ts';
import { runCommand, success, type Outcome } from '../../tests/golden/command.ts';
import type { FakeIo } from '../../tests/golden/fake-io.ts';
import { onegroup } from './onegroup.ts';

const sample = (name: string): string =>
  readFileSync(new URL(`../../tests/golden/documents/${name}.xml`, import.meta.url), 'utf8');

const REPLIES: Record<string, Canned> = {
  'grouppool.info': sample('group-pool'),
  'group.info': sample('group'),
  'groupquota.info': sample('group-quotas'),
  'groupquota.update': 0,
  'userpool.info': sample('user-pool'),
  'group.allocate': 101,
  'acl.addrule': 7,
  'user.allocate': 4,
  'user.delete': 4,
  ...Object.fromEntries(['update', 'delete', 'quota', 'addadmin', 'deladmin'].map((verb) => [`group.${verb}`, 101])),
};

function run(line: string, replies: Record<string, Canned> = {}, prepare?: (io: FakeIo) => void): Promise<Outcome> {
  return runCommand(onegroup, line, { ...REPLIES, ...replies }, prepare);
}

const RULE = ['acl.addrule', '200000065', '125429400000000', '8', '400000000'];
const VIEWS = [
  'group.update',
  101,
  'SUNSTONE=[\n  GROUP_ADMIN_VIEWS="groupadmin",\n  GROUP_ADMIN_DEFAULT_VIEW="groupadmin" ]\n',
  1,
];

test('a group gets its rule and its views', async () => {
  expect(await run('create team')).toEqual(success([['group.allocate', 'team'], RULE, VIEWS], 'ID: 101\n'));
  const some = await run('create team --resources VM+IMAGE');
  expect(some.calls[1]).toEqual(['acl.addrule', '200000065', '9400000000', '8', '400000000']);
});

test('a group may come with a user that administers it', async () => {
  const outcome = await run('create team --admin_user boss', {}, (io) => void (io.stdin = 'secret\n'));
  expect(outcome).toEqual(
    success(
      [
        ['group.allocate', 'team'],
        RULE,
        VIEWS,
        ['user.allocate', 'boss', 'secret', 'core', [101]],
        ['group.addadmin', 101, 4],
      ],
      'ID: 101\n',
    ),
  );
});

test.each(['acl.addrule', 'group.update'])('a group is deleted again when %s fails', async (method) => {
  const outcome = await run('create team', { [method]: new Refusal('not today', 0x200) });
  expect(outcome).toMatchObject({ status: 255, out: '', err: 'not today\n' });
  expect(outcome.calls.at(-1)).toEqual(['group.delete', 101]);
});

test('the administrator goes before the group', async () => {
  const outcome = await run(
    'create team -u boss',
    { 'group.addadmin': new Refusal('not him', 0x200), 'group.delete': new Refusal('not empty', 0x2000) },
    (io) => void (io.stdin = 'secret'),
  );
  expect(outcome.calls.slice(-2)).toEqual([
    ['user.delete', 4],
    ['group.delete', 101],
  ]);
  expect(outcome).toMatchObject({
    status: 255,
    err: 'What was made before could not be removed again: not empty\nnot him\n',
  });
});

test('nothing is made when the name is taken, or there is no password', async () => {
  const taken = await run('create team', { 'group.allocate': new Refusal('taken', 0x2000) });
  expect(taken).toMatchObject({ status: 255, err: 'taken\n', calls: [['group.allocate', 'team']] });
  expect(await run('create team -u boss')).toMatchObject({ status: 255, calls: [] });
});

test.each<[line: string, calls: unknown[][], out: string]>([
  ['delete 100,101', [100, 101].map((id) => ['group.delete', id]), ''],
  ['addadmin backup-team ann', [['userpool.info'], ['grouppool.info'], ['group.addadmin', 100, 2]], ''],
  ['deladmin 100 2 -v', [['group.deladmin', 100, 2]], 'GROUP 100: admin deleted\n'],
])('%s', async (line, calls, out) => {
  expect(await run(line)).toEqual(success(calls, out));
});

test('quotas', async () => {
  const text = (io: FakeIo): void => void (io.stdin = 'VM=[VMS=5]');
  expect((await run('quota 100', {}, text)).calls).toEqual([['group.quota', 100, 'VM=[VMS=5]']]);
  expect((await run('defaultquota', {}, text)).calls).toEqual([['groupquota.update', 'VM=[VMS=5]']]);
  expect((await run('batchquota 100', {}, text)).calls.map(([method]) => method)).toEqual([
    'group.info',
    'group.quota',
  ]);
});

test.each<[line: string, calls: unknown[][]]>([
  ['list', [['grouppool.info']]],
  ['show 100', [['group.info', 100, false]]],
])('%s is the golden text', async (line, calls) => {
  const outcome = await run(line);
  expect(outcome).toMatchObject({ status: 0, err: '', calls });
  await expect(outcome.out).toMatchFileSnapshot(`../../tests/golden/cli/onegroup-${line.replace(/\W+/g, '-')}.txt`);
});

test('without a group it shows the own one', async () => {
  expect((await run('show')).calls).toEqual([['group.info', -1, false]]);
});
