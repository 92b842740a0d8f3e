// Whole commands against a server with canned replies: what they ask, what they print, how they end.
import type { ServerResponse } from 'node:http';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { cannedServer, Refusal, type Canned, type CannedServer } from '../../tests/golden/canned-server.ts';
import { fakeIo, type FakeIo } from '../../tests/golden/fake-io.ts';
import * as sample from '../../tests/golden/objects.ts';
import type { Operation } from '../model/operation.ts';
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
  'one.vm.action': ([, id]) =>
    id === 9 ? new Refusal('[one.vm.action] Error getting virtual machine [9].', 0x400) : Number(id),
  'one.vm.update': 0,
  'one.vm.updateconf': 0,
  'one.vm.deploy': 0,
  'one.vm.recover': 0,
  'one.image.allocate': 7,
  'one.image.delete': 1,
  'one.image.restore': '1 2 3',
  'one.datastore.allocate': 101,
  'one.template.allocate': 4,
  'one.template.instantiate': 6,
  'one.template.delete': 1,
  'one.host.allocate': 1,
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
async function run(
  line: string,
  prepare: (io: FakeIo) => void = () => {},
  get?: Parameters<typeof cannedServer>[1],
): Promise<Outcome> {
  server = await cannedServer(REPLIES, get);
  const io = fakeIo(server.endpoint);
  prepare(io);
  const [name = '', ...argv] = line.split(' ');
  const family = FAMILIES[name as keyof typeof FAMILIES](io);
  const status = await family.main(argv);
  const calls = server.calls.map(({ method, params }) => [method.replace(/^one\./, ''), ...params.slice(1)]);
  return { status, io, calls };
}

const VM_NAMES = ['vmpool.info', -2, -1, -1, -1];

test.each<[line: string, calls: unknown[][], out: string]>([
  ['onevm poweroff 3', [['vm.action', 'poweroff', 3]], ''],
  [
    'onevm poweroff --hard 1,3..5 -v',
    [1, 3, 4, 5].map((id) => ['vm.action', 'poweroff-hard', id]),
    'VM 1: poweroff-hard\nVM 3: poweroff-hard\nVM 4: poweroff-hard\nVM 5: poweroff-hard\n',
  ],
  ['onevm resume 5..3', [], ''],
  ['onevm reboot alpine-0,12', [VM_NAMES, ['vm.action', 'reboot', 0], ['vm.action', 'reboot', 12]], ''],
  ['onevm terminate --hard 0,0', [['vm.action', 'terminate-hard', 0]], ''],
  ['onevm backup --detach 0', [['vm.backup', 0, -1, false]], ''],
  [
    'onevm backup --detach -d RBackups --reset alpine-0',
    [VM_NAMES, ['datastorepool.info'], ['vm.backup', 0, 100, true]],
    '',
  ],
  ['onevm deploy 0 0', [['vm.deploy', 0, 0, false, -1, '']], ''],
  ['onevm deploy 0 0 RBackups -e', [['datastorepool.info'], ['vm.deploy', 0, 0, true, 100, '']], ''],
  ['onevm recover 0 --success', [['vm.recover', 0, 1]], ''],
  ['onevm recover 0 --failure', [['vm.recover', 0, 0]], ''],
  ['onevm recover 0 --delete-db', [['vm.recover', 0, 5]], ''],
  [
    'onevm create --name a --cpu 0.5 --memory 2g --disk alpine,3:size=1000',
    [
      [
        'vm.allocate',
        'NAME="a"\nCPU="0.5"\nMEMORY="2048"\nDISK=[\n  IMAGE="alpine" ]\nDISK=[\n  IMAGE_ID="3",\n  SIZE="1000" ]\n',
        false,
      ],
    ],
    'ID: 5\n',
  ],
  ['onevm create --name a --dry', [], 'NAME="a"\n'],
  [
    'onevm create --name a -m 2 --hold',
    [
      ['vm.allocate', 'NAME="a"\n', true],
      ['vm.allocate', 'NAME="a"\n', true],
    ],
    'ID: 5\nID: 5\n',
  ],
  [
    'oneimage create -d 1 --name i --type datablock --size 2g --persistent --format qcow2',
    [['image.allocate', 'NAME="i"\nTYPE="DATABLOCK"\nPERSISTENT="YES"\nFORMAT="qcow2"\nSIZE="2048"\n', 1, false]],
    'ID: 7\n',
  ],
  ['oneimage restore -d 1 1', [['image.restore', 1, 1, '']], 'VM Template: 1\nImages: 2 3\n'],
  [
    'oneimage restore --no_ip --no_nic -d 1 --name x --increment 1 --disk-id 0 --detach 1',
    [['image.restore', 1, 1, 'NO_NIC="YES"\nNO_IP="YES"\nNAME="x"\nINCREMENT_ID="1"\nDISK_ID="0"\n']],
    'VM Template: 1\nImages: 2 3\n',
  ],
  ['oneimage delete 1 --force', [['image.delete', 1, true]], ''],
  ['onetemplate create --name t --cpu 1', [['template.allocate', 'NAME="t"\nCPU="1"\n']], 'ID: 4\n'],
  [
    'onetemplate instantiate 1 --name vm-%i -m 2 --hold',
    [
      ['template.instantiate', 1, 'vm-0', true, '', false],
      ['template.instantiate', 1, 'vm-1', true, '', false],
    ],
    'VM ID: 6\nVM ID: 6\n',
  ],
  ['onetemplate delete 1', [['template.delete', 1, false]], ''],
  ['onehost create node1 -i kvm -v kvm', [['host.allocate', 'node1', 'kvm', 'kvm', -1]], 'ID: 1\n'],
])('%s', async (line, calls, out) => {
  const outcome = await run(line);
  expect(outcome.io.err).toBe('');
  expect({ status: outcome.status, calls: outcome.calls, out: outcome.io.out }).toEqual({ status: 0, calls, out });
});

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

test('a list goes on after a failure and ends with 255', async () => {
  const outcome = await run('onevm resume 8..10 -v');
  expect(outcome.status).toBe(255);
  expect(outcome.io.out).toBe('VM 8: resume\nVM 10: resume\n');
  expect(outcome.io.err).toBe('[one.vm.action] Error getting virtual machine [9].\n');
});

test.each([
  ['onevm show nope', 'VM named nope not found.\n'],
  ['oneimage show 0-6968545c-disk-0', 'There are multiple IMAGEs with name 0-6968545c-disk-0; use one of their ids.\n'],
  ['onevm show', "missing required argument 'vm'\n"],
  ['onevm show 1 2', "too many arguments for 'show'. Expected 1 argument but got 2: 1, 2.\n"],
  ['onevm list --nope', 'invalid option: --nope\n'],
  ['onevm recover 0', 'Say how to recover: one of --failure, --success, --retry, --delete, --recreate, --delete-db.\n'],
  ['onevm create /no/such/file', 'argument 1 must be one of file, : there is no file /no/such/file\n'],
  ['onevm update 0', 'No template was given, neither as a file nor on stdin.\n'],
  ['onevm create --memory lots', '--memory lots is no size such as 512, 2g or 300mb.\n'],
  ['onevm create --name a -m 0', '--multiple 0 is no number above 0.\n'],
  ['oneimage create --name a', 'Datastore to save the image is mandatory: -d\n'],
  ['oneimage restore 1', 'Datastore to restore the backup is mandatory: -d\n'],
  ['oneimage restore 1 -d 1 --increment x', '--increment x is no number.\n'],
  ['onehost create node1', 'Drivers are mandatory: -i and -v\n'],
  ['onevm list --user ann', '--user needs --password when there is no terminal to ask on.\n'],
  [
    'onevm list --endpoint nowhere',
    'The endpoint "nowhere" is no http or https URL, such as http://localhost:2633/RPC2.\n',
  ],
  ['onehost list', "Method 'one.hostpool.info' not defined\n"],
  ['onevm resume 0..9999999', 'The range 0..9999999 has more than 1000000 ids.\n'],
])('%s fails with 255', async (line, err) => {
  const outcome = await run(line);
  expect({ status: outcome.status, err: outcome.io.err, out: outcome.io.out }).toEqual({ status: 255, err, out: '' });
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

const operation: Operation = {
  id: '0123456789abcdef',
  kind: 'backup',
  vmId: 0,
  hostId: 0,
  datastoreId: 100,
  imageIds: [],
  plan: null,
  phase: 'copying',
  startedAt: 0,
  endedAt: 0,
  result: 'running',
  reason: '',
  disks: [{ diskId: 0, bytesDone: 512 * 1024 ** 2, bytesTotal: 2 * 1024 ** 3 }],
  figures: null,
  cleaned: false,
};

/** A stream of events; each text is written as it is, then the connection ends. */
function streamOf(...texts: string[]) {
  return (_request: unknown, response: ServerResponse): void => {
    response.writeHead(200, { 'Content-Type': 'text/event-stream' });
    for (const text of texts) response.write(text);
    response.end();
  };
}

const message = (state: Partial<Operation>): string => `data: ${JSON.stringify({ ...operation, ...state })}\n\n`;
const end = (state: Partial<Operation>): string => `event: end\n${message(state)}`;

test('a backup in the foreground is followed to its end', async () => {
  const outcome = await run(
    'onevm backup 0 -v',
    undefined,
    streamOf(': hello\n\n', message({}), end({ result: 'done' })),
  );
  expect(outcome.status).toBe(0);
  expect(outcome.io.out).toBe('VM 0: backup\n');
  expect(outcome.io.err).toBe('VM 0: backup: copying; disk 0 512M of 2G, 25%\n');
  const request = server?.requests.at(-1);
  expect([request?.method, request?.url]).toEqual(['GET', '/api/progress/vm/0']);
  expect(request?.headers.authorization).toBe(`Basic ${Buffer.from('ann:secret').toString('base64')}`);
});

test('a failed backup ends with its reason', async () => {
  const outcome = await run(
    'onevm backup 0',
    undefined,
    streamOf(end({ result: 'failed', reason: 'could not freeze: no agent' })),
  );
  expect(outcome).toMatchObject({ status: 255, io: { out: '', err: 'could not freeze: no agent\n' } });
});

test('a restore is followed by its first image', async () => {
  const outcome = await run('oneimage restore -d 1 1', undefined, streamOf(end({ kind: 'restore', result: 'done' })));
  expect(outcome).toMatchObject({ status: 0, io: { out: 'VM Template: 1\nImages: 2 3\n', err: '' } });
  expect(server?.requests.at(-1)?.url).toBe('/api/progress/image/2');
});

test('a server without progress streams ends the command at once', async () => {
  expect(await run('onevm backup 0')).toMatchObject({ status: 0, io: { out: '', err: '' } });
});

test('a stream that breaks off is taken up again, but not for ever', async () => {
  let opened = 0;
  const once = await run('onevm backup 0', undefined, (request, response) => {
    opened += 1;
    (opened === 1 ? streamOf(message({})) : streamOf(end({ result: 'done' })))(request, response);
  });
  expect([once.status, opened]).toEqual([0, 2]);
  await server?.close();
  const never = await run('onevm backup 0', undefined, streamOf(': nothing\n\n'));
  expect(never.status).toBe(255);
  expect(never.io.err).toBe('The progress stream broke off; what became of it is not known here.\n');
});

test('a refused stream is an error', async () => {
  const outcome = await run('onevm backup 0', undefined, (_request, response) => void response.writeHead(401).end());
  expect(outcome).toMatchObject({ status: 255, io: { err: 'Its progress cannot be followed: HTTP-Error: 401\n' } });
});

test('Ctrl-C stops following, not the backup', async () => {
  const outcome = await run(
    'onevm backup 0',
    (io) => {
      io.onInterrupt = (handler) => {
        interrupt = handler;
        return () => {};
      };
    },
    (_request, response) => {
      response.writeHead(200, { 'Content-Type': 'text/event-stream' }).write(message({}));
      setTimeout(() => interrupt(), 20);
    },
  );
  expect(outcome.status).toBe(255);
  expect(outcome.io.err).toContain('VM 0: backup goes on without being followed; see onevm show 0.\n');
});

let interrupt = (): void => {};
