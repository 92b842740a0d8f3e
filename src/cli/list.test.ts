// The options that shape a list, and documents as YAML.
import fc from 'fast-check';
import { beforeAll, expect, test } from 'vitest';
import { parse } from 'yaml';
import { runCommand, success } from '../../tests/golden/command.ts';
import { NAMES, pool } from '../../tests/golden/pools.ts';
import { readXml } from '../wire/xml-read.ts';
import { documentText, type Json } from './document.ts';
import { oneimage } from './oneimage.ts';
import { onevm } from './onevm.ts';
import { yamlText } from './yaml.ts';

beforeAll(() => {
  process.env['TZ'] = 'UTC';
});

const IMAGE =
  '<UID>2</UID><GID>100</GID><UNAME>ann</UNAME><GNAME>staff</GNAME><DATASTORE>a-long-datastore</DATASTORE><SIZE>2048</SIZE>' +
  '<TYPE>0</TYPE><PERSISTENT>1</PERSISTENT><STATE>1</STATE><RUNNING_VMS>0</RUNNING_VMS>';
const VM =
  '<STATE>3</STATE><LCM_STATE>3</LCM_STATE><STIME>1669901000</STIME><ETIME>0</ETIME><TEMPLATE><CPU>1</CPU><MEMORY>2048</MEMORY>' +
  '<NIC><IP>10.0.0.5</IP></NIC></TEMPLATE><HISTORY_RECORDS><HISTORY><HOSTNAME>node-a</HOSTNAME><CID>100</CID></HISTORY></HISTORY_RECORDS>';
const REPLIES = {
  ...NAMES,
  'imagepool.info': pool('IMAGE_POOL', 'IMAGE', [[7, 'a-name-longer-than-fifteen', IMAGE]]),
  'vmpool.info': pool('VM_POOL', 'VM', [[0, 'alpine-0', VM]]),
  'vmpool.infoextended': pool('VM_POOL', 'VM', [[0, 'alpine-0', VM]]),
};
const IMAGES = ['imagepool.info', -2, -1, -1];

test.each<[options: string, lines: string[]]>([
  ['-l id,name', ['  ID NAME           ', '   7 a-name-longer-t']],
  ['-l id,name --size name=20', ['  ID NAME                ', '   7 a-name-longer-than-f']],
  ['-l id,name --adjust name', ['  ID NAME                      ', '   7 a-name-longer-than-fifteen']],
  ['-l user,group -n --no-header', ['2        100']],
  ['-l size --no-header', ['     2G']],
  ['-l size -k --no-header', ['   2048']],
  ['-l user,group,size -nk --csv', ['USER,GROUP,SIZE', '2,100,2048']],
  ['-l id -f USER=2 -n --no-header', ['   7']],
])('oneimage list %s', async (options, lines) => {
  const out = lines.map((line) => `${line}\n`).join('');
  expect(await runCommand(oneimage, `list ${options}`, REPLIES)).toEqual(success([IMAGES], out));
});

test.each<[options: string, line: string]>([
  ['', '   7 a-name-longer-than-fifteen     ann'],
  ['--no-expand', '   7 a-name-longer-t ann'],
  ['--expand name=1,user=3', '   7 a-name-longer-than ann'],
  ['--expand', '        7 a-name-longer-than-f ann'],
])('a terminal of 44 columns with %j', async (options, line) => {
  const words = ['list', '-l', 'id,name,user', '--no-header', ...(options === '' ? [] : options.split(' '))];
  const { out } = await runCommand(oneimage, words, REPLIES, (io) => void (io.columns = 44));
  expect(out).toBe(`${line}\n`);
});

test('a named set of columns is asked for, or preset', async () => {
  const header = '  ID NAME            IP              STAT  CPU     MEM HOST             TIME\n';
  const asked = await runCommand(onevm, 'list --listconf user', REPLIES);
  expect(asked.out.startsWith(header)).toBe(true);
  const preset = (io: { env: Record<string, string | undefined> }): void => void (io.env['ONE_LISTCONF'] = 'user');
  expect((await runCommand(onevm, 'list', REPLIES, preset)).out.startsWith(header)).toBe(true);
  expect((await runCommand(oneimage, 'list', REPLIES, preset)).status).toBe(0);
  expect((await runCommand(oneimage, 'list -c user', REPLIES)).err).toBe(
    'There is no set of columns user; there are default.\n',
  );
});

test('--describe says what every column shows, and asks the server nothing', async () => {
  for (const command of [onevm, oneimage]) {
    const { out, calls } = await runCommand(command, 'list --describe', REPLIES);
    expect(calls).toEqual([]);
    for (const line of out.trimEnd().split('\n')) expect(line).toMatch(/^[A-Z]+ {2,}: \S/);
  }
});

test('CLUSTER costs a call, and only then', async () => {
  const { out, calls } = await runCommand(onevm, 'list -l cluster --no-header', REPLIES);
  expect(out).toBe('east\n');
  expect(calls).toEqual([['vmpool.info', -2, -1, -1, -1], ['clusterpool.info']]);
});

test.each<[options: string, call: unknown[]]>([
  ['--search VM.NAME=a', ['vmpool.info', -2, -1, -1, -1, 'VM.NAME=a']],
  ['mine --extended -x', ['vmpool.infoextended', -3, -1, -1, -1]],
  ['--extended', ['vmpool.info', -2, -1, -1, -1]],
])('onevm list %s', async (options, call) => {
  expect((await runCommand(onevm, `list ${options}`, REPLIES)).calls).toEqual([call]);
});

test.each([
  ['-s name', '--size name: "name" is not COLUMN=number.'],
  ['-s nope=3', "Column 'NOPE' not found"],
  ['--adjust nope', "Column 'NOPE' not found"],
  ['--operator XOR', '--operator XOR is neither AND nor OR.'],
])('oneimage list %s fails', async (options, error) => {
  const { status, err } = await runCommand(oneimage, `list ${options}`, REPLIES);
  expect(status).toBe(255);
  expect(err).toContain(error);
});

test('-y is the structure of -j', async () => {
  const document = readXml(
    '<VM><ID>0</ID><NAME>no</NAME><EMPTY/><CPU><![CDATA[]]></CPU><TEMPLATE><DISK><ID>0</ID><TARGET>vda</TARGET></DISK>' +
      '</TEMPLATE><SNAPSHOTS/><TEXT>a: b\n# c</TEXT></VM>',
  );
  const yaml = documentText(document, { yaml: true }) ?? '';
  expect(yaml).toBe(`---
VM:
  ID: "0"
  NAME: "no"
  EMPTY: {}
  CPU: ""
  TEMPLATE:
    DISK:
    - ID: "0"
      TARGET: vda
  SNAPSHOTS:
  - {}
  TEXT: "a: b\\n# c"
`);
  expect(parse(yaml)).toEqual(JSON.parse(documentText(document, { json: true }) ?? ''));
});

test('whatever is written as YAML is read back', () => {
  const { json } = fc.letrec<{ json: Json; text: string; list: Json[]; object: Record<string, Json> }>((tie) => ({
    text: fc.oneof(
      fc.string({ unit: 'grapheme' }),
      fc.string(),
      fc.constantFrom('yes', '0x1', '1e3', '~', '- a', ' ', 'a '),
    ),
    list: fc.array(tie('json'), { maxLength: 3 }),
    object: fc.dictionary(fc.string({ minLength: 1 }), tie('json'), { maxKeys: 3, noNullPrototype: true }),
    json: fc.oneof({ maxDepth: 3 }, tie('text'), tie('list'), tie('object')),
  }));
  fc.assert(
    fc.property(json, (value) => {
      for (const version of ['1.1', '1.2'] as const)
        expect(parse(yamlText(value), { version, merge: false })).toEqual(value);
    }),
  );
});
