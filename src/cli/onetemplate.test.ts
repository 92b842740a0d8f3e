// onetemplate: what each subcommand sends and prints.
import { expect, test } from 'vitest';
import { failure, runCommand, success } from '../../tests/golden/command.ts';
import type { FakeIo } from '../../tests/golden/fake-io.ts';
import { echoing, NAMES } from '../../tests/golden/pools.ts';
import { onetemplate } from './onetemplate.ts';

const REPLIES = {
  ...NAMES,
  ...echoing('template.delete', 'template.update', 'template.rename', 'template.chown', 'template.chmod'),
  ...echoing('template.lock', 'template.unlock'),
  'template.info': '<VMTEMPLATE><ID>4</ID><NAME>web</NAME><TEMPLATE><CPU><![CDATA[1]]></CPU></TEMPLATE></VMTEMPLATE>',
  'template.allocate': 5,
  'template.clone': 6,
  'template.instantiate': 7,
};
const TEMPLATES = ['templatepool.info', -2, -1, -1];
const BITS_640 = [1, 1, 0, 1, 0, 0, 0, 0, 0];

test.each<[line: string, calls: unknown[][], out?: string]>([
  ['create --name t --cpu 1', [['template.allocate', 'NAME="t"\nCPU="1"\n']], 'ID: 5\n'],
  ['create --name t --dry', [], 'NAME="t"\n'],
  [
    'instantiate web --name vm-%i -m 2 --hold --persistent',
    [TEMPLATES, ...[0, 1].map((number) => ['template.instantiate', 4, `vm-${number}`, true, '', true])],
    'VM ID: 7\nVM ID: 7\n',
  ],
  [
    'instantiate 4 --memory 4g --disk 2',
    [['template.instantiate', 4, '', false, 'MEMORY="4096"\nDISK=[\n  IMAGE_ID="2" ]\n', false]],
    'VM ID: 7\n',
  ],
  ['clone 4 copy', [['template.clone', 4, 'copy', false]], 'ID: 6\n'],
  ['clone 4 copy -R', [['template.clone', 4, 'copy', true]], 'ID: 6\n'],
  ['delete 4,5', [4, 5].map((id) => ['template.delete', id, false])],
  ['delete --recursive 4', [['template.delete', 4, true]]],
  ['chmod 4 640', [['template.chmod', 4, ...BITS_640, false]]],
  ['chmod -R 4 640', [['template.chmod', 4, ...BITS_640, true]]],
  ['chown 4 ann', [['userpool.info'], ['template.chown', 4, 2, -1]]],
  ['rename web site', [TEMPLATES, ['template.rename', 4, 'site']]],
  ['lock 4', [['template.lock', 4, 1, false]]],
  ['unlock 4', [['template.unlock', 4]]],
])('onetemplate %s', async (line, calls, out = '') => {
  expect(await runCommand(onetemplate, line, REPLIES)).toEqual(success(calls, out));
});

test.each([
  ['show 4 -x', [4, false, false]],
  ['show 4 -x --extended', [4, true, false]],
  ['show 4 -x --decrypt', [4, false, true]],
] as const)('onetemplate %s asks for as much', async (line, params) => {
  expect((await runCommand(onetemplate, line, REPLIES)).calls).toEqual([['template.info', ...params]]);
});

test('update shows the present template in an editor', async () => {
  const editing = (io: FakeIo): void => void (io.edit = async (text) => `${text}MEMORY=512\n`);
  expect(await runCommand(onetemplate, 'update -a 4', REPLIES, editing)).toEqual(
    success([
      ['template.info', 4, false, false],
      ['template.update', 4, 'CPU="1"\nMEMORY=512\n', 1],
    ]),
  );
});

test('extra attributes come in one way only', async () => {
  const stdin = (io: FakeIo): void => void (io.stdin = 'CPU=2');
  expect((await runCommand(onetemplate, 'instantiate 4', REPLIES, stdin)).calls).toEqual([
    ['template.instantiate', 4, '', false, 'CPU=2', false],
  ]);
  expect(await runCommand(onetemplate, 'instantiate 4 --cpu 1', REPLIES, stdin)).toEqual(
    failure('Give the extra attributes either as a file or on stdin, or with options, not both ways.'),
  );
});
