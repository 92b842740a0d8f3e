// onebackupjob: what it sends, and its list and show.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { Refusal, type Canned } from '../../tests/golden/canned-server.ts';
import { failure, runCommand, success, type Outcome } from '../../tests/golden/command.ts';
import type { FakeIo } from '../../tests/golden/fake-io.ts';
import { NOW } from '../../tests/golden/objects.ts';
import { onebackupjob } from './onebackupjob.ts';

const sample = (name: string): string =>
  readFileSync(new URL(`../../tests/golden/documents/${name}.xml`, import.meta.url), 'utf8');

const VERBS =
  'update rename delete backup cancel retry priority schedadd schedupdate scheddelete chmod chown lock unlock';
const REPLIES: Record<string, Canned> = {
  'backupjobpool.info': sample('backup-job-pool'),
  'backupjob.info': sample('backup-job'),
  'backupjob.allocate': 6,
  'vmpool.info': '<VM_POOL><VM><ID>3</ID><NAME>web</NAME></VM></VM_POOL>',
  'datastorepool.info': '<DATASTORE_POOL><DATASTORE><ID>100</ID><NAME>RBackups</NAME></DATASTORE></DATASTORE_POOL>',
  ...Object.fromEntries(VERBS.split(' ').map((verb) => [`backupjob.${verb}`, 4])),
};

beforeAll(() => {
  process.env['TZ'] = 'UTC';
});

const run = (
  argv: string | readonly string[],
  prepare?: (io: FakeIo) => void,
  replies: Record<string, Canned> = {},
): Promise<Outcome> => runCommand(onebackupjob, argv, { ...REPLIES, ...replies }, prepare);

const ON_JOBS = ['backupjobpool.info', -2, -1, -1];
const TEXT = 'NAME="n"\nBACKUP_VMS="3,8,9"\nDATASTORE_ID="100"\nKEEP_LAST="4"\nMODE="INCREMENT"\n';

test.each<[line: string, calls: unknown[][], out: string]>([
  [
    'create --name n --vms web,8..9 -d RBackups --keep 4 --mode increment',
    [['vmpool.info', -2, -1, -1, -1], ['datastorepool.info'], ['backupjob.allocate', TEXT]],
    'ID: 6\n',
  ],
  ['create --name n --vms 1,2', [['backupjob.allocate', 'NAME="n"\nBACKUP_VMS="1,2"\n']], 'ID: 6\n'],
  [
    'create --name n --select label=prod,OWNER=alice --select GROUP=101 --execution Parallel',
    [
      [
        'backupjob.allocate',
        'NAME="n"\nEXECUTION="PARALLEL"\nBACKUP_VMS_SELECT=[\n  LABEL="prod",\n  OWNER="alice" ]\n' +
          'BACKUP_VMS_SELECT=[\n  GROUP="101" ]\n',
      ],
    ],
    'ID: 6\n',
  ],
  [
    'create --name n --schedule now --weekly 0,5',
    [
      ['backupjob.allocate', 'NAME="n"\n'],
      ['backupjob.schedadd', 6, `SCHED_ACTION = [TIME    = ${NOW}, REPEAT = 0, DAYS = "0,5", END_TYPE = 0]`],
    ],
    'BACKUPJOB 6: backup scheduled at 2022-12-01 13:28:44 +0000\nID: 6\n',
  ],
  ['backup nightly,9', [ON_JOBS, ['backupjob.backup', 4], ['backupjob.backup', 9]], ''],
  [
    'backup 4 --schedule 2022-12-24T22:30',
    [['backupjob.schedadd', 4, 'SCHED_ACTION = [TIME    = 1671921000]']],
    'BACKUPJOB 4: backup scheduled at 2022-12-24 22:30:00 +0000\n',
  ],
  ['cancel 4 -v', [['backupjob.cancel', 4]], 'BACKUPJOB 4: backup job cancelled\n'],
  ['retry 4..5', [4, 5].map((id) => ['backupjob.retry', id]), ''],
  ['priority 4,5 99', [4, 5].map((id) => ['backupjob.priority', id, 99]), ''],
  ['sched-delete nightly 2', [ON_JOBS, ['backupjob.scheddelete', 4, 2]], ''],
  ['delete 4', [['backupjob.delete', 4]], ''],
  ['rename 4 daily', [['backupjob.rename', 4, 'daily']], ''],
  ['chown 4 2', [['backupjob.chown', 4, 2, -1]], ''],
  ['chgrp 4 1', [['backupjob.chown', 4, -1, 1]], ''],
  ['chmod 4 u=rw', [['backupjob.chmod', 4, 1, 1, 0, -1, -1, -1, -1, -1, -1]], ''],
  ['lock 4 --all', [['backupjob.lock', 4, 4, false]], ''],
  ['unlock 4', [['backupjob.unlock', 4]], ''],
])('%s', async (line, calls, out) => {
  expect(await run(line)).toEqual(success(calls, out));
});

test('a template comes from a file or from stdin, and changes are asked for', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'onevault-job-'));
  try {
    const file = join(directory, 'job');
    writeFileSync(file, 'NAME=n\n');
    expect((await run(['create', file])).calls).toEqual([['backupjob.allocate', 'NAME=n\n']]);
    expect(await run(['create', file, '--name', 'm'])).toMatchObject({ status: 255, calls: [] });
  } finally {
    rmSync(directory, { recursive: true });
  }
  const stdin = (io: FakeIo): void => void (io.stdin = 'KEEP_LAST=2');
  expect((await run('update 4 -a', stdin)).calls).toEqual([['backupjob.update', 4, 'KEEP_LAST=2', 1]]);
  expect((await run('sched-update 4 2', (io) => void (io.stdin = 'DAYS="1"\nREPEAT=0\n'))).calls).toEqual([
    ['backupjob.info', 4],
    ['backupjob.schedupdate', 4, 2, '\nSCHED_ACTION = [DAYS="1",REPEAT=0]'],
  ]);
});

test('the editor does not show the scheduled actions', async () => {
  let shown = '';
  const outcome = await run('update 4', (io) => {
    io.edit = async (text) => (shown = text);
  });
  expect(shown).toContain('BACKUP_VMS="0,1,7,12"\n');
  expect(shown).not.toContain('SCHED_ACTION');
  expect(outcome.calls).toEqual([
    ['backupjob.info', 4],
    ['backupjob.update', 4, shown, 0],
  ]);
});

test.each([
  ['create --name n --schedule soon', 'Error parsing time spec: soon'],
  ['create --name n --schedule +60', '--schedule +60 counts from the start of a VM; a backup job needs a time.'],
  ['create --name n --weekly 1', '--weekly needs --schedule, the time to begin at.'],
  ['create --name n --mode some', '--mode some is neither full nor increment.'],
  ['create --name n --execution any', '--execution any is neither sequential nor parallel.'],
  [
    'create --name n --select LABEL=',
    '--select LABEL= is not like LABEL=prod,OWNER=alice,GROUP=users, with one of these at least.',
  ],
  [
    'create --name n --select NAME=web',
    '--select NAME=web is not like LABEL=prod,OWNER=alice,GROUP=users, with one of these at least.',
  ],
  ['create --name n --keep some', '--keep some is no number of backups.'],
  ['priority 4 100', 'The priority "100" is no number from 0 to 99.'],
])('%s is refused before anything is sent', async (line, reason) => {
  expect(await run(line)).toEqual(failure(reason));
});

test('what the server refuses is said on stderr', async () => {
  const taken = await run('create --name n', undefined, { 'backupjob.allocate': new Refusal('NAME is taken', 0x4000) });
  expect(taken).toEqual(failure('NAME is taken', [['backupjob.allocate', 'NAME="n"\n']]));
});

test('a job whose schedule is refused is there all the same', async () => {
  const outcome = await run('create --name n --schedule now', undefined, {
    'backupjob.schedadd': new Refusal('no time', 0x800),
  });
  expect(outcome).toMatchObject({ status: 255, out: 'ID: 6\n', err: 'no time\n' });
});

test.each<[line: string, calls: unknown[][]]>([
  ['list', [ON_JOBS]],
  ['list mine --csv', [['backupjobpool.info', -3, -1, -1]]],
  ['show nightly', [ON_JOBS, ['backupjob.info', 4]]],
])('%s is the golden text', async (line, calls) => {
  const outcome = await run(line);
  expect(outcome).toMatchObject({ status: 0, err: '', calls });
  await expect(outcome.out).toMatchFileSnapshot(`../../tests/golden/cli/onebackupjob-${line.replace(/\W+/g, '-')}.txt`);
});
