// oneacct: what it asks for, which records it keeps, and its tables.
import { readFileSync } from 'node:fs';
import { beforeAll, expect, test } from 'vitest';
import { failure, runCommand, type Outcome } from '../../tests/golden/command.ts';
import { oneacct, withCommand } from './oneacct.ts';

const sample = (name: string): string =>
  readFileSync(new URL(`../../tests/golden/documents/${name}.xml`, import.meta.url), 'utf8');

const REPLIES = {
  'vmpool.accounting': sample('accounting'),
  'userpool.info': sample('user-pool'),
  'grouppool.info': sample('group-pool'),
  'hostpool.info': '<HOST_POOL><HOST><ID>1</ID><NAME>node2</NAME></HOST></HOST_POOL>',
};

beforeAll(() => {
  process.env['TZ'] = 'UTC';
});

const run = (...argv: string[]): Promise<Outcome> => runCommand(oneacct, withCommand(argv), REPLIES);

test.each<[argv: string[], calls: unknown[][]]>([
  [[], [['vmpool.accounting', -2, -1, -1]]],
  [['show'], [['vmpool.accounting', -2, -1, -1]]],
  [
    ['-u', 'ann'],
    [['userpool.info'], ['vmpool.accounting', 2, -1, -1]],
  ],
  [['-s', '2022-11-30 12:00', '-e', '12/01 13:00'], [['vmpool.accounting', -2, 1669809600, 1669899600]]],
  [['--start', '2022-11-30'], [['vmpool.accounting', -2, 1669766400, -1]]],
  [['--end', '2022-11-30'], [['vmpool.accounting', -2, -1, 1669852800]]],
  [
    ['-g', 'backup-team'],
    [['grouppool.info'], ['vmpool.accounting', -2, -1, -1]],
  ],
  [
    ['-H', 'node2'],
    [['hostpool.info'], ['vmpool.accounting', -2, -1, -1]],
  ],
])('%j', async (argv, calls) => {
  expect(await run(...argv)).toMatchObject({ status: 0, err: '', calls });
});

test.each<[argv: string[], records: string]>([
  [[], '0.0 0.1 5.0'],
  [['-g', '100'], '5.0'],
  [['-H', '1'], '0.1'],
  [['--xpath', 'HISTORY[ETIME>0]'], '0.0'],
  [['--xpath', '/HISTORY_RECORDS/HISTORY[ETIME=0 and VM/GID=1]'], '0.1'],
  [['--xpath', 'HISTORY[HOSTNAME="node1" and SEQ<=0]'], '0.0 5.0'],
  [['--xpath', "HISTORY[HOSTNAME!='node1']"], '0.1'],
  [['--xpath', 'HISTORY[NOTHING=0]'], ''],
  [['-f', 'VID=0'], '0.0 0.1'],
])('%j keeps the records %s', async (argv, records) => {
  const { out } = await run(...argv, '--csv', '--csv-del', '.', '-l', 'VID,SEQ', '--no-header');
  expect(out.trim().split('\n').join(' ')).toBe(records);
});

test('documents hold the kept records alone', async () => {
  const { out } = await run('-H', '1', '-j');
  expect(JSON.parse(out)).toMatchObject({ HISTORY_RECORDS: { HISTORY: [{ OID: '0', SEQ: '1' }] } });
  expect((await run('-H', '9', '-x')).out).toBe('<HISTORY_RECORDS/>\n');
});

test.each([
  [['-s', 'soon'], '--start soon is no time such as 2022-12-01 or "12/01 13:28".'],
  [['-e', '2022-13-01'], '--end 2022-13-01 is no time such as 2022-12-01 or "12/01 13:28".'],
  [
    ['--xpath', 'HISTORY[contains(NAME, "a")]'],
    '--xpath HISTORY[contains(NAME, "a")] is not of the form HISTORY[NAME=value and NAME>number], such as HISTORY[ETIME>0].',
  ],
  [
    ['--xpath', 'VM[A=1]'],
    '--xpath VM[A=1] is not of the form HISTORY[NAME=value and NAME>number], such as HISTORY[ETIME>0].',
  ],
])('%j is refused before anything is asked for', async (argv, reason) => {
  expect(await run(...argv)).toEqual(failure(reason));
});

test.each<[name: string, argv: string[]]>([
  ['oneacct', []],
  ['oneacct-split', ['--split', '-s', '2022-11-30']],
  ['oneacct-csv', ['--csv']],
])('%s is the golden text', async (name, argv) => {
  const outcome = await run(...argv);
  expect(outcome).toMatchObject({ status: 0, err: '' });
  await expect(outcome.out).toMatchFileSnapshot(`../../tests/golden/cli/${name}.txt`);
});

test('help and version need no subcommand', async () => {
  expect((await run('--help')).out).toContain('Usage: oneacct show [options]');
  expect((await run('--version')).out).toMatch(/^OneVault \d/);
  expect((await run('--describe')).out).toContain('NETRX               : received over the network');
});
