// onecluster and onezone: what they send, and their lists and shows.
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { Refusal } from '../../tests/golden/canned-server.ts';
import { runCommand, success } from '../../tests/golden/command.ts';
import { onecluster } from './onecluster.ts';
import { onezone } from './onezone.ts';

const sample = (name: string): string =>
  readFileSync(new URL(`../../tests/golden/documents/${name}.xml`, import.meta.url), 'utf8');

const REPLIES = {
  'clusterpool.info': sample('cluster-pool'),
  'cluster.info': sample('cluster'),
  'vnpool.info': sample('vnet-pool'),
  'zonepool.info': sample('zone-pool'),
  'zone.info': sample('zone'),
  'cluster.allocate': 101,
  'cluster.addhost': ([, host]: unknown[]) => (host === 9 ? new Refusal('Error getting host [9].', 0x400) : 100),
  'cluster.delhost': 100,
  'cluster.adddatastore': 100,
  'cluster.delvnet': 100,
  'cluster.delete': 100,
  'cluster.rename': 100,
  'cluster.update': 100,
};

test.each<[line: string, calls: unknown[][], out: string]>([
  ['create west', [['cluster.allocate', 'west']], 'ID: 101\n'],
  ['addhost east 3', [['clusterpool.info'], ['cluster.addhost', 100, 3]], ''],
  ['delhost 100 3 -v', [['cluster.delhost', 100, 3]], 'HOST 3: removed from cluster 100\n'],
  [
    'adddatastore 100 1,100',
    [
      ['cluster.adddatastore', 100, 1],
      ['cluster.adddatastore', 100, 100],
    ],
    '',
  ],
  [
    'delvnet 100 private',
    [
      ['vnpool.info', -2, -1, -1],
      ['cluster.delvnet', 100, 3],
    ],
    '',
  ],
  ['delete east', [['clusterpool.info'], ['cluster.delete', 100]], ''],
  ['rename 100 west', [['cluster.rename', 100, 'west']], ''],
])('onecluster %s', async (line, calls, out) => {
  expect(await runCommand(onecluster, line, REPLIES)).toEqual(success(calls, out));
});

test('a template is replaced or added to', async () => {
  const stdin = { stdin: 'RESERVED_CPU=5' };
  const outcome = await runCommand(onecluster, 'update 100 -a', REPLIES, (io) => void Object.assign(io, stdin));
  expect(outcome).toEqual(success([['cluster.update', 100, 'RESERVED_CPU=5', 1]]));
});

test('one host that cannot be added does not keep the others out', async () => {
  const outcome = await runCommand(onecluster, 'addhost 100 3,9,10', REPLIES);
  expect(outcome).toMatchObject({ status: 255, err: 'Error getting host [9].\n' });
  expect(outcome.calls).toHaveLength(3);
});

test.each([
  ['onecluster', onecluster, 'list', [['clusterpool.info']]],
  ['onecluster', onecluster, 'show 100', [['cluster.info', 100, false]]],
  ['onezone', onezone, 'list', [['zonepool.info']]],
  ['onezone', onezone, 'show OpenNebula', [['zonepool.info'], ['zone.info', 0, false]]],
] as const)('%s %#: the golden text', async (name, command, line, calls) => {
  const outcome = await runCommand(command, line, REPLIES);
  expect(outcome).toMatchObject({ status: 0, err: '', calls });
  const verb = line.split(' ')[0] ?? '';
  await expect(outcome.out).toMatchFileSnapshot(`../../tests/golden/cli/${name}-${verb}.txt`);
});
