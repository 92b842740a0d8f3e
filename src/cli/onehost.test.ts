// onehost: what each subcommand sends and prints.
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { failure, runCommand, success } from '../../tests/golden/command.ts';
import { echoing, NAMES } from '../../tests/golden/pools.ts';
import { onehost } from './onehost.ts';

const host = readFileSync(new URL('../../tests/golden/documents/host-wild.xml', import.meta.url), 'utf8');
const REPLIES = {
  ...NAMES,
  ...echoing('host.delete', 'host.status', 'host.rename', 'host.update', 'vm.deploy'),
  'host.allocate': 4,
  'host.info': host,
  'vm.allocate': 13,
};
const INFO = ['host.info', 3, false];

test.each<[line: string, calls: unknown[][], out?: string]>([
  ['create node1 -i kvm -v kvm', [['host.allocate', 'node1', 'kvm', 'kvm', -1]], 'ID: 4\n'],
  [
    'create node1 -i kvm -v kvm -c east',
    [['clusterpool.info'], ['host.allocate', 'node1', 'kvm', 'kvm', 100]],
    'ID: 4\n',
  ],
  ['delete 3', [['host.delete', 3]]],
  ['enable 3,4', [3, 4].map((id) => ['host.status', id, 0])],
  ['disable node-a', [['hostpool.info'], ['host.status', 3, 1]]],
  ['offline 3', [['host.status', 3, 2]]],
  ['rename 3 node-b', [['host.rename', 3, 'node-b']]],
])('onehost %s', async (line, calls, out = '') => {
  expect(await runCommand(onehost, line, REPLIES)).toEqual(success(calls, out));
});

test.each(['stray', '8f6d6c1e-0a3c-4d58-9a49-0d5d6e0f7a11'])('importvm takes the machine %s', async (domain) => {
  expect(await runCommand(onehost, `importvm 3 ${domain}`, REPLIES)).toEqual(
    success(
      [INFO, ['vm.allocate', 'NAME="stray"\nCPU="2"\nMEMORY="1024"\n', false], ['vm.deploy', 13, 3, false, -1, '']],
      'ID: 13\n',
    ),
  );
});

test.each([
  ['importvm 3 nobody', 'Host node-a has no wild machine nobody; see onehost show.', [INFO]],
  ['importvm 3 one-0', 'Host node-a has no wild machine one-0; see onehost show.', [INFO]],
  ['create node1', 'Drivers are mandatory: -i and -v', []],
] as const)('onehost %s fails', async (line, err, calls) => {
  expect(await runCommand(onehost, line, REPLIES)).toEqual(
    failure(
      err,
      calls.map((call) => [...call]),
    ),
  );
});
