// Whole commands against a server with canned replies: what they ask, what they print, how they end.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { cannedServer, type Canned, type CannedServer } from '../../tests/golden/canned-server.ts';
import { fakeIo, type FakeIo } from '../../tests/golden/fake-io.ts';
import * as sample from '../../tests/golden/objects.ts';
import { datastorePoolXml, datastoreXml } from '../wire/documents/datastore.ts';
import { hostXml } from '../wire/documents/host.ts';
import { imagePoolXml, imageXml } from '../wire/documents/image.ts';
import { userPoolXml } from '../wire/documents/user.ts';
import { vmTemplatePoolXml, vmTemplateXml } from '../wire/documents/vm-template.ts';
import { vmPoolXml, vmXml } from '../wire/documents/vm.ts';
import { onedatastore } from './onedatastore.ts';
import { onehost } from './onehost.ts';
import { oneimage } from './oneimage.ts';
import { onetemplate } from './onetemplate.ts';
import { onevm } from './onevm.ts';

const FAMILIES = { onevm, oneimage, onetemplate, onedatastore, onehost };

const REPLIES: Record<string, Canned> = {
  'one.vm.info': vmXml(sample.vm),
  'one.vmpool.info': vmPoolXml([sample.pendingVm, sample.vm], false),
  'one.image.info': ([id]) => imageXml(id === 2 ? { ...sample.diskImage, vms: [0] } : sample.backupImage),
  'one.imagepool.info': imagePoolXml([sample.diskImage, sample.backupImage, { ...sample.diskImage, id: 3 }]),
  'one.datastore.info': datastoreXml(sample.datastore, [1]),
  'one.datastorepool.info': datastorePoolXml([sample.datastore], sample.datastoreImages),
  'one.template.info': vmTemplateXml(sample.vmTemplate),
  'one.templatepool.info': vmTemplatePoolXml([sample.vmTemplate]),
  'one.host.info': hostXml(sample.host, sample.hostShare),
  'one.userpool.info': userPoolXml([sample.user]),
  'one.vm.allocate': 5,
  'one.vm.backup': 0,
  'one.vm.action': 3,
  'one.vm.updateconf': 0,
  'one.datastore.allocate': 101,
  'one.template.instantiate': 6,
};

let server: CannedServer | undefined;
afterEach(async () => {
  await server?.close();
  server = undefined;
});

interface Outcome {
  status: number;
  io: FakeIo;
  /** Calls without `one.` and the session. */
  calls: unknown[][];
}

/** Runs one command line, words split at blanks. */
async function run(line: string, prepare: (io: FakeIo) => void = () => {}): Promise<Outcome> {
  server = await cannedServer(REPLIES);
  const io = fakeIo(server.endpoint);
  prepare(io);
  const [name = '', ...argv] = line.split(' ');
  const family = FAMILIES[name as keyof typeof FAMILIES](io);
  const status = await family.main(argv);
  const calls = server.calls.map(({ method, params }) => [method.replace(/^one\./, ''), ...params.slice(1)]);
  return { status, io, calls };
}

const VM_NAMES = ['vmpool.info', -2, -1, -1, -1];

test.each<[line: string, calls: unknown[][]]>([
  ['onevm list', [VM_NAMES]],
  ['onevm list mine', [['vmpool.info', -3, -1, -1, -1]]],
  ['onevm list g', [['vmpool.info', -1, -1, -1, -1]]],
  ['onevm list ann', [['userpool.info'], ['vmpool.info', 2, -1, -1, -1]]],
  ['oneimage list --backup', [['imagepool.info', -2, -1, -1]]],
  ['onetemplate list 2', [['templatepool.info', 2, -1, -1]]],
  ['onedatastore list', [['datastorepool.info']]],
  [
    'onevm show 0',
    [
      ['vm.info', 0, false],
      ['cluster.info', 0, false],
    ],
  ],
  ['onevm show 0 -x', [['vm.info', 0, false]]],
  ['oneimage show 1', [['image.info', 1, false]]],
  ['oneimage show 2', [['image.info', 2, false], VM_NAMES]],
  ['onetemplate show 1', [['template.info', 1, false, false]]],
  ['onedatastore show RBackups', [['datastorepool.info'], ['datastore.info', 100, false]]],
  ['onehost show 0', [['host.info', 0, false], VM_NAMES]],
])('%s asks for no more than it needs', async (line, calls) => {
  const outcome = await run(line);
  expect(outcome.io.err).toBe('');
  expect(outcome).toMatchObject({ status: 0, calls });
  expect(outcome.io.out).not.toBe('');
  expect(server?.connections).toBe(1);
});

test('the request is what OpenNebula expects', async () => {
  await run('onevm resume 3');
  const [request] = server?.requests ?? [];
  expect(request?.headers['content-type']).toBe('text/xml; charset=utf-8');
  expect(request?.body).toBe(
    '<?xml version="1.0" encoding="UTF-8"?>\n<methodCall><methodName>one.vm.action</methodName><params>' +
      '<param><value><string>ann:secret</string></value></param><param><value><string>resume</string></value></param>' +
      '<param><value><i4>3</i4></value></param></params></methodCall>\n',
  );
});

test('templates come from a file or from stdin', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'onevault-cli-'));
  try {
    const file = join(directory, 'vm.tmpl');
    writeFileSync(file, 'CPU=1\n');
    expect((await run(`onevm create ${file}`)).calls).toEqual([['vm.allocate', 'CPU=1\n', false]]);
    await server?.close();
    const stdin = (io: FakeIo): void => void (io.stdin = 'BACKUP_CONFIG=[MODE=FULL]');
    expect((await run('onevm updateconf 0 -a', stdin)).calls).toEqual([
      ['vm.updateconf', 0, 'BACKUP_CONFIG=[MODE=FULL]', 1],
    ]);
    await server?.close();
    expect((await run('onedatastore create', stdin)).calls).toEqual([
      ['datastore.allocate', 'BACKUP_CONFIG=[MODE=FULL]', -1],
    ]);
    await server?.close();
    expect((await run('onetemplate instantiate 1', stdin)).calls).toEqual([
      ['template.instantiate', 1, '', false, 'BACKUP_CONFIG=[MODE=FULL]', false],
    ]);
    await server?.close();
    expect(await run('onevm create --name a', stdin)).toMatchObject({ status: 255, calls: [] });
  } finally {
    rmSync(directory, { recursive: true });
  }
});

test.each([
  ['onevm show', "missing required argument 'vm'\n"],
  ['onevm show 1 2', "too many arguments for 'show'. Expected 1 argument but got 2: 1, 2.\n"],
  ['onevm list --nope', 'invalid option: --nope\n'],
  ['onevm list --li', 'ambiguous option: --li (--list, --listconf)\n'],
  ['onevm create /no/such/file', 'argument 1 must be one of file, : there is no file /no/such/file\n'],
  ['onevm create /', 'argument 1 must be one of file, : / is a directory\n'],
  ['onevm updateconf 1 /dev/null', 'No template was given, neither as a file nor on stdin.\n'],
  ['onevm list --user ann', '--user needs --password when there is no terminal to ask on.\n'],
  [
    'onevm list --endpoint nowhere',
    'The endpoint "nowhere" is no http or https URL, such as http://localhost:2633/RPC2.\n',
  ],
  ['onehost list', "Method 'one.hostpool.info' not defined\n"],
])('%s fails with 255', async (line, err) => {
  const outcome = await run(line);
  expect({ status: outcome.status, err: outcome.io.err, out: outcome.io.out }).toEqual({ status: 255, err, out: '' });
});

test('options may be cut and stand anywhere', async () => {
  const outcome = await run('onevm backup --data=100 0 --res --det --verb');
  expect(outcome).toMatchObject({ status: 0, calls: [['vm.backup', 0, 100, true]], io: { out: 'VM 0: backup\n' } });
  await server?.close();
  expect((await run('oneimage create --name --data -d 1 --he')).io.out).toContain('Usage: oneimage create');
});

test('help is no failure', async () => {
  for (const line of ['onevm', 'onevm --help', 'onevm backup --help', 'onevm help', 'onevm -V']) {
    const outcome = await run(line.trim());
    expect(outcome.status).toBe(0);
    expect(outcome.io.out).toMatch(/Usage: onevm|OneVault \d/);
    await server?.close();
  }
});

test('an unknown subcommand gets help, and no failure', async () => {
  const outcome = await run('onevm frobnicate 3');
  expect(outcome).toMatchObject({ status: 0, calls: [], io: { err: 'Command frobnicate not found\n' } });
  expect(outcome.io.out).toContain('Usage: onevm');
});

test('transport errors are told apart', async () => {
  const refused = await run('onevm list', (io) => void (io.env['ONE_XMLRPC'] = 'http://127.0.0.1:1/RPC2'));
  expect(refused.io.err).toMatch(/^Failed to open TCP connection to 127\.0\.0\.1:1 \(.*ECONNREFUSED/);
  await server?.close();
  const other = await run(
    'onevm list',
    (io) => void (io.env['ONE_XMLRPC'] = io.env['ONE_XMLRPC']?.replace('RPC2', 'x') ?? ''),
  );
  expect(other.io.err).toBe('HTTP-Error: 404 Not Found\n');
  await server?.close();
  const noAuth = await run('onevm list', (io) => void (io.env['ONE_AUTH'] = '/no/such/file'));
  expect(noAuth.io.err).toBe('ONE_AUTH file not present\n');
});

test('top lists until it is interrupted', async () => {
  const outcome = await run('onevm top -d 2 --csv -l ID --no-header', (io) => {
    let interrupt = (): void => {};
    let frames = 0;
    io.onInterrupt = (handler) => {
      interrupt = handler;
      return () => {};
    };
    io.sleep = async (ms) => {
      expect(ms).toBe(2000);
      frames += 1;
      if (frames === 3) interrupt();
    };
  });
  expect(outcome.status).toBe(0);
  expect(outcome.io.out).toBe('12\n0\n'.repeat(3));
  expect(server?.connections).toBe(1);
});
