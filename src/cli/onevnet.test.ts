// onevnet: what it sends, and its list and show.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { failure, runCommand, success, type Outcome } from '../../tests/golden/command.ts';
import type { FakeIo } from '../../tests/golden/fake-io.ts';
import { onevnet } from './onevnet.ts';

const sample = (name: string): string =>
  readFileSync(new URL(`../../tests/golden/documents/${name}.xml`, import.meta.url), 'utf8');

const REPLIES = {
  'vnpool.info': sample('vnet-pool'),
  'vn.info': sample('vnet'),
  'clusterpool.info': sample('cluster-pool'),
  'vn.allocate': 5,
  'vn.add_ar': 3,
  'vn.update_ar': 3,
  'vn.rm_ar': 3,
  'vn.hold': 3,
  'vn.release': 3,
  'vn.delete': 3,
  'vn.rename': 3,
  'vn.chmod': 3,
  'vn.chown': 3,
  'vn.lock': 3,
  'vn.unlock': 3,
};

const run = (argv: string | readonly string[], prepare?: (io: FakeIo) => void): Promise<Outcome> =>
  runCommand(onevnet, argv, REPLIES, prepare);
const stdin =
  (text: string) =>
  (io: FakeIo): void =>
    void (io.stdin = text);
const NAMES = ['vnpool.info', -2, -1, -1];

test.each<[line: string, calls: unknown[][], out: string]>([
  ['addar 3 --size 20 --ip 10.0.0.1', [['vn.add_ar', 3, 'AR=[\n  TYPE="IP4",\n  SIZE="20",\n  IP="10.0.0.1" ]\n']], ''],
  [
    'addar private -s 4 -m 02:00:00:00:00:01 -v',
    [NAMES, ['vn.add_ar', 3, 'AR=[\n  TYPE="ETHER",\n  SIZE="4",\n  MAC="02:00:00:00:00:01" ]\n']],
    'VNET 3: address range added\n',
  ],
  [
    'addar 3 -s 4 -g 2001:db8:: -i 10.0.0.1',
    [['vn.add_ar', 3, 'AR=[\n  TYPE="IP4_6",\n  SIZE="4",\n  IP="10.0.0.1",\n  GLOBAL_PREFIX="2001:db8::" ]\n']],
    '',
  ],
  ['addar 3 -s 4 -u fd00::', [['vn.add_ar', 3, 'AR=[\n  TYPE="IP6",\n  SIZE="4",\n  ULA_PREFIX="fd00::" ]\n']], ''],
  ['addar 3 -s 4 -t ip4_6', [['vn.add_ar', 3, 'AR=[\n  TYPE="IP4_6",\n  SIZE="4" ]\n']], ''],
  ['rmar 3 1', [['vn.rm_ar', 3, 1]], ''],
  ['hold 3 192.168.0.11', [['vn.hold', 3, 'LEASES=[\n  IP="192.168.0.11" ]\n']], ''],
  [
    'hold 3 02:00:C0:a8:00:0a -a 0 -v',
    [['vn.hold', 3, 'LEASES=[\n  MAC="02:00:C0:a8:00:0a",\n  AR_ID="0" ]\n']],
    'VNET 3: on hold\n',
  ],
  ['hold 3 2001:db8::5', [['vn.hold', 3, 'LEASES=[\n  IP6="2001:db8::5" ]\n']], ''],
  ['release 3 192.168.0.11', [['vn.release', 3, 'LEASES=[\n  IP="192.168.0.11" ]\n']], ''],
  [
    'delete 1,3',
    [
      ['vn.delete', 1],
      ['vn.delete', 3],
    ],
    '',
  ],
  ['rename private public', [NAMES, ['vn.rename', 3, 'public']], ''],
  ['chmod 3 640', [['vn.chmod', 3, 1, 1, 0, 1, 0, 0, 0, 0, 0]], ''],
  ['chown 3 2 1', [['vn.chown', 3, 2, 1]], ''],
  ['chgrp 3 1', [['vn.chown', 3, -1, 1]], ''],
  ['lock 3 --manage', [['vn.lock', 3, 2, false]], ''],
  ['unlock 3', [['vn.unlock', 3]], ''],
])('%s', async (line, calls, out) => {
  expect(await run(line)).toEqual(success(calls, out));
});

test('a network comes from a file or from stdin, into a cluster', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'onevault-vnet-'));
  try {
    const file = join(directory, 'vnet');
    writeFileSync(file, 'NAME=a\n');
    expect(await run(`create ${file}`)).toEqual(success([['vn.allocate', 'NAME=a\n', -1]], 'ID: 5\n'));
    expect(await run('create -c east', stdin('NAME=b'))).toEqual(
      success([['clusterpool.info'], ['vn.allocate', 'NAME=b', 100]], 'ID: 5\n'),
    );
    writeFileSync(file, 'AR = [ TYPE = IP4, SIZE = 2 ]');
    expect((await run(`addar 3 ${file}`)).calls).toEqual([['vn.add_ar', 3, 'AR = [ TYPE = IP4, SIZE = 2 ]']]);
    expect(await run(`addar 3 ${file} --size 2`)).toMatchObject({ status: 255, calls: [] });
  } finally {
    rmSync(directory, { recursive: true });
  }
});

test('a range is changed as a whole, or what is mentioned of it', async () => {
  const whole = 'AR=[\n  SIZE="30",\n  AR_ID="0" ]\n';
  expect(await run('updatear 3 0', stdin('SIZE=30'))).toEqual(success([['vn.update_ar', 3, whole]]));
  expect((await run('updatear 3 0', stdin('AR = [ SIZE = 30 ]'))).calls).toEqual([['vn.update_ar', 3, whole]]);
  expect((await run('updatear 3 0 -a', stdin('SIZE=30'))).calls).toEqual([
    ['vn.info', 3, false],
    [
      'vn.update_ar',
      3,
      'AR=[\n  AR_ID="0",\n  IP="192.168.0.10",\n  MAC="02:00:c0:a8:00:0a",\n  SIZE="30",\n  TYPE="IP4" ]\n',
    ],
  ]);
});

test('the editor shows a range without what the server adds to it', async () => {
  let shown = '';
  const outcome = await run('updatear 3 1', (io) => {
    io.edit = async (text) => {
      shown = text;
      return text.replace('SIZE="4"', 'SIZE="8"');
    };
  });
  expect(shown).toBe('AR_ID="1"\nGLOBAL_PREFIX="2001:db8::"\nMAC="02:00:00:00:00:01"\nSIZE="4"\nTYPE="IP6"\n');
  expect(outcome.calls.at(-1)?.at(2)).toContain('SIZE="8"');
});

test.each([
  ['addar 3 --ip 10.0.0.1', 'The number of addresses is mandatory: --size'],
  ['rmar 3 x', 'The address range "x" is no number; onevnet show lists those of a network.'],
  ['hold 3 10.0.0.1 -a x', 'The address range "x" is no number; onevnet show lists those of a network.'],
  ['create', 'No template was given, neither as a file nor on stdin.'],
])('%s is refused', async (line, reason) => {
  expect(await run(line)).toEqual(failure(reason));
});

test('a range that is not there, and a text that is none', async () => {
  const missing = await run('updatear 3 7 -a', stdin('SIZE=3'));
  expect(missing.err).toBe('Address Range 7 does not exist for Virtual Network 3\n');
  expect((await run('updatear 3 0', stdin('AR=[SIZE=1] AR=[SIZE=2]'))).err).toContain('more than one AR');
  expect((await run('updatear 3 0', stdin('DNS=[A=1]'))).err).toContain('a vector DNS');
});

test.each(['list', 'list -l ID,NAME,UPDATED', 'show 3'])('%s is the golden text', async (line) => {
  const outcome = await run(line);
  expect(outcome).toMatchObject({ status: 0, err: '' });
  await expect(outcome.out).toMatchFileSnapshot(`../../tests/golden/cli/onevnet-${line.replace(/\W+/g, '-')}.txt`);
});

test('a list may be of one user', async () => {
  expect((await run('list 2')).calls).toEqual([['vnpool.info', 2, -1, -1]]);
});
