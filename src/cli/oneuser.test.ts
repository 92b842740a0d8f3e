// oneuser: what it sends, how passwords and tokens come and go, and its list and show.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { failure, runCommand, success, type Outcome } from '../../tests/golden/command.ts';
import type { FakeIo } from '../../tests/golden/fake-io.ts';
import { readXml } from '../wire/xml-read.ts';
import { oneuser } from './oneuser.ts';
import { userText } from './user-show.ts';

const sample = (name: string): string =>
  readFileSync(new URL(`../../tests/golden/documents/${name}.xml`, import.meta.url), 'utf8');

const REPLIES = {
  'userpool.info': sample('user-pool'),
  'user.info': sample('user'),
  'userquota.info': sample('user-quotas'),
  'userquota.update': 0,
  'grouppool.info': sample('group-pool'),
  'user.allocate': 4,
  'user.login': 'f00d',
  ...Object.fromEntries(
    ['passwd', 'chauth', 'chgrp', 'addgroup', 'delgroup', 'delete', 'enable', 'update', 'quota'].map((verb) => [
      `user.${verb}`,
      2,
    ]),
  ),
};

let home = '';
beforeEach(() => {
  process.env['TZ'] = 'UTC';
  home = mkdtempSync(join(tmpdir(), 'onevault-user-'));
});
afterEach(() => rmSync(home, { recursive: true }));

function run(argv: string | readonly string[], prepare: (io: FakeIo) => void = () => {}): Promise<Outcome> {
  return runCommand(oneuser, argv, REPLIES, (io) => {
    io.home = home;
    prepare(io);
  });
}

/** Answers the questions of a terminal one after the other. */
const typing =
  (...answers: Array<string | null>) =>
  (io: FakeIo): void => {
    io.askSecret = async () => answers.shift() ?? null;
  };
const stdin =
  (text: string) =>
  (io: FakeIo): void =>
    void (io.stdin = text);

test.each<[line: string, calls: unknown[][], out: string]>([
  ['create bob secret', [['user.allocate', 'bob', 'secret', 'core', []]], 'ID: 4\n'],
  [
    'create bob secret --driver ldap --group 100,users',
    [['grouppool.info'], ['user.allocate', 'bob', 'secret', 'ldap', [100, 1]]],
    'ID: 4\n',
  ],
  ['create lena --driver ldap', [['user.allocate', 'lena', '', 'ldap', []]], 'ID: 4\n'],
  ['create lena --driver oidc', [['user.allocate', 'lena', '', 'oidc', []]], 'ID: 4\n'],
  ['create guest --driver public', [['user.allocate', 'guest', '', 'public', []]], 'ID: 4\n'],
  ['passwd ann new -v', [['userpool.info'], ['user.passwd', 2, 'new']], 'USER 2: password changed\n'],
  ['chauth 2 core new', [['user.chauth', 2, 'core', 'new']], ''],
  ['chauth 2 --driver ldap', [['user.chauth', 2, 'ldap', '']], ''],
  ['chgrp 2,3 100', [2, 3].map((id) => ['user.chgrp', id, 100]), ''],
  ['addgroup 2 users', [['grouppool.info'], ['user.addgroup', 2, 1]], ''],
  ['delgroup 2 100 -v', [['user.delgroup', 2, 100]], 'USER 2: group deleted\n'],
  ['delete 2..3', [2, 3].map((id) => ['user.delete', id]), ''],
  ['enable 2', [['user.enable', 2, true]], ''],
  ['disable 2', [['user.enable', 2, false]], ''],
  ['umask 2 077', [['user.update', 2, 'UMASK="077"\n', 1]], ''],
  [
    'umask 2',
    [
      ['user.info', 2, false],
      ['user.update', 2, 'EMAIL="ann@example.org"\n', 0],
    ],
    '',
  ],
])('%s', async (line, calls, out) => {
  expect(await run(line)).toEqual(success(calls, out));
});

test('a password comes from a file, a terminal or stdin, and is never shown', async () => {
  const file = join(home, 'password');
  writeFileSync(file, 'from the file\nsecond line\n');
  const given = async (argv: string[], prepare?: (io: FakeIo) => void): Promise<unknown> => {
    const outcome = await run(argv, prepare);
    expect(outcome).toMatchObject({ status: 0, err: '', out: expect.not.stringContaining('the') });
    return outcome.calls.at(-1)?.at(2);
  };
  expect(await given(['create', 'bob', '-r', file])).toBe('from the file');
  expect(await given(['create', 'bob'], typing('on the terminal', 'on the terminal'))).toBe('on the terminal');
  expect(await given(['create', 'bob'], stdin('on the pipe\n'))).toBe('on the pipe');
  expect(await given(['passwd', '2'], typing('on the terminal', 'on the terminal'))).toBe('on the terminal');
});

test('without a user the password is the own one', async () => {
  expect((await run('passwd', stdin('new'))).calls).toEqual([['user.passwd', -1, 'new']]);
});

test.each<[line: string, prepare: (io: FakeIo) => void, reason: string]>([
  ['create bob', () => {}, 'No password was given: type it, or give it as a file (-r) or on stdin.'],
  ['create bob', typing('', ''), 'No password was given: type it, or give it as a file (-r) or on stdin.'],
  ['create bob', typing('secret', 'other'), 'The two passwords are not the same.'],
  ['create bob -r', () => {}, '--read-file needs the name of a file in place of the password.'],
  ['chauth 2', () => {}, 'Say how: core, ldap, oidc, or public for a user that cannot log in.'],
  ['umask 2 88', () => {}, 'The mask "88" is not three octal digits such as 177.'],
  ['umask 2 07', () => {}, 'The mask "07" is not three octal digits such as 177.'],
  ['token-create --time 0', () => {}, '--time 0 is neither a number of seconds above 0 nor -1 for ever.'],
  ['token-create --global --group 1', () => {}, 'A token is either for one group (--group) or for all (--global).'],
])('%s is refused', async (line, prepare, reason) => {
  expect(await run(line, prepare)).toEqual(failure(reason));
});

test('a password file that is not there does not become a password', async () => {
  const outcome = await run(['create', 'bob', '-r', join(home, 'nothing')]);
  expect(outcome).toMatchObject({ status: 255, calls: [] });
  expect(outcome.err).toContain('The password cannot be read from');
});

test('a token is printed and written where only its owner can read it', async () => {
  const file = join(home, '.one', 'one_auth');
  const outcome = await run('token-create');
  expect(outcome).toEqual(
    success([['user.login', 'ann', '', 36000, -1]], `File ${file} written.\nAuthentication Token is:\nann:f00d\n`),
  );
  expect(readFileSync(file, 'utf8')).toBe('ann:f00d\n');
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(statSync(join(home, '.one')).mode & 0o777).toBe(0o700);
});

test('a token for some tasks alone is asked for with its scope, and shown with it', async () => {
  const { calls } = await run('token-create --scope backup,restore --time 60');
  expect(calls).toEqual([['user.login', 'ann', '', 60, -1, 'backup,restore']]);
  const user = sample('user').replace(/<EGID>([^<]*)<\/EGID>/, '<EGID>$1</EGID><SCOPE>backup,restore</SCOPE>');
  const shown = userText(readXml(user), 0, new Map());
  expect(shown).toMatch(/EXPIRATION +SCOPE\s/);
  expect(shown).toMatch(/8a8b9c0 .* backup,restore *\n/);
});

test('credentials that are there stay, unless they are to be replaced', async () => {
  const file = join(home, '.one', 'one_auth');
  mkdirSync(join(home, '.one'));
  writeFileSync(file, 'ann:password\n', { mode: 0o644 });
  const kept = await run('login bob --time -1 --group users');
  expect(kept).toEqual(
    success(
      [['grouppool.info'], ['user.login', 'bob', '', -1, 1]],
      `File ${file} exists, use --force to overwrite.\nAuthentication Token is:\nbob:f00d\n`,
    ),
  );
  expect(readFileSync(file, 'utf8')).toBe('ann:password\n');
  expect((await run('token-create --force')).out).toContain(`File ${file} written.`);
  expect(readFileSync(file, 'utf8')).toBe('ann:f00d\n');
  expect(statSync(file).mode & 0o777).toBe(0o600);
});

test('a token is deleted by how it begins, and forgotten in the file', async () => {
  const token = '1234500000000000000000000000000000000000';
  const file = join(home, '.one', 'one_auth');
  mkdirSync(join(home, '.one'));
  writeFileSync(file, `ann:${token}\n`);
  expect(await run('token-delete 12345')).toEqual(
    success(
      [
        ['user.info', -1, false],
        ['user.login', 'ann', token, 0, -1],
      ],
      `Token removed.\nFile ${file} removed.\n`,
    ),
  );
  expect(() => statSync(file)).toThrow('ENOENT');
  expect((await run('token-delete 8a8')).err).toBe('Several tokens begin with 8a8; give more of the one you mean.\n');
  expect((await run('token-delete ann cafe')).calls.at(-1)).toEqual(['user.login', 'ann', 'cafe', 0, -1]);
  expect((await run('token-delete-all ann')).calls).toEqual([['user.login', 'ann', '', 0, -1]]);
});

test('a server that shows only the hash of a token is told the hash', async () => {
  // SHA-256 of `abc`.
  const hash = 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad';
  const file = join(home, '.one', 'one_auth');
  mkdirSync(join(home, '.one'));
  writeFileSync(file, 'ann:abc\n');
  const document = sample('user').replace('1234500000000000000000000000000000000000', hash);
  const outcome = await runCommand(oneuser, 'token-delete ba7816b', { ...REPLIES, 'user.info': document }, (io) => {
    io.home = home;
  });
  expect(outcome.calls.at(-1)).toEqual(['user.login', 'ann', hash, 0, -1]);
  expect(outcome.out).toBe(`Token removed.\nFile ${file} removed.\n`);
});

test('another token in the file stays there', async () => {
  const file = join(home, '.one', 'one_auth');
  mkdirSync(join(home, '.one'));
  writeFileSync(file, 'ann:another\n');
  expect((await run('token-delete 12345')).out).toBe('Token removed.\n');
  expect(readFileSync(file, 'utf8')).toBe('ann:another\n');
});

const LIMITS =
  'DATASTORE=[\n  ID="100",\n  IMAGES="-1",\n  SIZE="102400" ]\nDATASTORE=[\n  ID="1",\n  IMAGES="-2",\n  SIZE="-1" ]\n';

test('quotas of one user are sent as they are given', async () => {
  expect(await run('quota 2', stdin('VM=[VMS=5]'))).toEqual(success([['user.quota', 2, 'VM=[VMS=5]']]));
});

test('the editor shows the present limits, not what is used', async () => {
  let shown = '';
  const outcome = await run('quota ann', (io) => {
    io.edit = async (text) => {
      shown = text;
      return 'VM=[VMS=5]';
    };
  });
  expect(shown).toContain(LIMITS);
  expect(shown).toContain('# -2 is no limit, -1 is what the default quotas say.');
  expect(shown).not.toContain('_USED');
  expect(outcome.calls).toEqual([['userpool.info'], ['user.info', 2, false], ['user.quota', 2, 'VM=[VMS=5]']]);
});

test('quotas of several users change only what the text mentions', async () => {
  const outcome = await run('batchquota 2,3', stdin('DATASTORE=[ID=100, SIZE=5] VM=[VMS=9]'));
  expect(outcome.calls.map(([method, id]) => [method, id])).toEqual([
    ['user.info', 2],
    ['user.quota', 2],
    ['user.info', 3],
    ['user.quota', 3],
  ]);
  const text = String(outcome.calls[1]?.[2]);
  expect(text).toContain('DATASTORE=[\n  ID="1",\n  IMAGES="-2",\n  SIZE="-1" ]');
  expect(text).toContain('NETWORK=[\n  ID="3",\n  LEASES="16" ]');
  expect(text).toMatch(/DATASTORE=\[\n {2}ID="100",\n {2}SIZE="5" \]\nVM=\[\n {2}VMS="9" \]\n$/);
  expect(text.match(/VM=\[/g)).toHaveLength(1);
});

test('a text that is no quota is refused', async () => {
  const outcome = await run('batchquota 2', stdin('DISK=[ID=1]'));
  expect(outcome.err).toContain('"DISK" is no quota; there are DATASTORE = [ ... ]');
  expect(outcome.calls).toEqual([['user.info', 2, false]]);
});

test('default quotas', async () => {
  expect((await run('defaultquota', stdin('VM=[VMS=5]'))).calls).toEqual([['userquota.update', 'VM=[VMS=5]']]);
  let shown = '';
  await run('defaultquota', (io) => {
    io.edit = async (text) => (shown = text);
  });
  expect(shown).toContain('# -2 is no limit.\n');
  expect(shown).toContain('DATASTORE=[\n  ID="100",\n  IMAGES="20",\n  SIZE="-2" ]');
});

test.each<[line: string, calls: unknown[][]]>([
  ['list', [['userpool.info']]],
  ['list --csv', [['userpool.info']]],
  ['show 2', [['user.info', 2, false], ['grouppool.info']]],
])('%s is the golden text', async (line, calls) => {
  const outcome = await run(line);
  expect(outcome).toMatchObject({ status: 0, err: '', calls });
  await expect(outcome.out).toMatchFileSnapshot(`../../tests/golden/cli/oneuser-${line.replace(/\W+/g, '-')}.txt`);
});

test('without a user it shows the one who asks, and never a password', async () => {
  const outcome = await run('show');
  expect(outcome.calls[0]).toEqual(['user.info', -1, false]);
  expect(outcome.out).not.toContain('5f4dcc3b');
  expect(outcome.out).toContain('PASSWORD        : -');
});
