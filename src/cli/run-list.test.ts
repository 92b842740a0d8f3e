// onevm backups and onebackupjob runs: what is asked for, and the tables.
import { beforeAll, expect, test } from 'vitest';
import { failure, runCommand } from '../../tests/golden/command.ts';
import { history } from '../../tests/golden/runs.ts';
import { RUN_POOL, runXml } from '../wire/documents/run.ts';
import { branch } from '../wire/xml-write.ts';
import { onebackupjob } from './onebackupjob.ts';
import { onevm } from './onevm.ts';

beforeAll(() => {
  process.env['TZ'] = 'UTC';
});

const pool = branch(RUN_POOL, ...history.map((run) => runXml(run, { vmName: run.vmId === 3 ? 'web' : 'alpine-0' })));
const REPLIES = {
  'vm.backupruns': pool,
  'backupjob.runs': pool,
  'vmpool.info': '<VM_POOL><VM><ID>3</ID><NAME>web</NAME></VM></VM_POOL>',
};

test.each<[line: string, calls: unknown[][]]>([
  ['onevm backups 0', [['vm.backupruns', 0, 50]]],
  [
    'onevm backups web --limit 5 -l ID,BY,IMAGE,INC,DS,HOST,WHY',
    [
      ['vmpool.info', -2, -1, -1, -1],
      ['vm.backupruns', 3, 5],
    ],
  ],
  ['onevm backups 0 --csv -k', [['vm.backupruns', 0, 50]]],
  ['onevm backups 0 -f KIND=verify --json', [['vm.backupruns', 0, 50]]],
  ['onebackupjob runs 4', [['backupjob.runs', 4, 200]]],
  ['onebackupjob runs 4 --filter RESULT=failed', [['backupjob.runs', 4, 200]]],
])('%s is the golden text', async (line, calls) => {
  const [name, ...argv] = line.split(' ');
  const outcome = await runCommand(name === 'onevm' ? onevm : onebackupjob, argv, REPLIES);
  expect(outcome).toMatchObject({ status: 0, err: '', calls });
  await expect(outcome.out).toMatchFileSnapshot(`../../tests/golden/cli/${line.replace(/\W+/g, '-')}.txt`);
});

test('a list of runs is a list in JSON, also of one', async () => {
  const one = branch(RUN_POOL, ...history.slice(0, 1).map((run) => runXml(run, { vmName: 'web' })));
  const { out } = await runCommand(onevm, 'backups 0 -j', { 'vm.backupruns': one });
  expect(JSON.parse(out)).toMatchObject({ RUN_POOL: { RUN: [{ WAITS: '2 backups run on host 0' }] } });
});

test('a limit that is no number is refused before anything is sent', async () => {
  expect(await runCommand(onevm, 'backups 0 --limit some', REPLIES)).toEqual(failure('--limit some is no number.'));
});
