// The walk through one VM's backups that the users' guide tells, word for word: the same commands, labels, columns and forms, through the
// real commands, the real mover and the real restic. The hypervisor is the fake one, so that the VM may be 0 and the datastore 100.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { run } from '../../src/exec/exec.ts';
import { planted } from '../planted/secret.ts';
import { FakeCloud } from '../unit/fake-cloud.ts';

const BIN = join(import.meta.dirname, '../../bin');
const RESTIC_PASSWORD = planted(' walk through');
let cloud: FakeCloud;

beforeAll(async () => {
  cloud = await FakeCloud.open();
  await cloud.host();
  const restic = `NAME="RBackups"\nTYPE="BACKUP_DS"\nDS_MAD="restic"\nRESTIC_BACKEND="LOCAL"\nRESTIC_PASSWORD="${RESTIC_PASSWORD}"`;
  expect(await cloud.id('one.datastore.allocate', restic, -1)).toBe(100);
  const image = await cloud.image('NAME="alpine"\nSIZE="32"\nFORMAT="qcow2"\nPERSISTENT="YES"');
  const net = 'NAME="private"\nVN_MAD="dummy"\nBRIDGE="br0"\nAR=[ TYPE="IP4", IP="10.0.0.2", SIZE="9" ]';
  await cloud.id('one.vn.allocate', net, -1);
  const template = `NAME="alpine"\nCPU="1"\nMEMORY="64"\nDISK=[ IMAGE_ID="${image}" ]\nNIC=[ NETWORK="private" ]`;
  const templateId = await cloud.id('one.template.allocate', template);
  expect(await cloud.id('one.template.instantiate', templateId, '', false, '', false)).toBe(0);
  await cloud.vmIs(0, 3, 3);
  await scribble(0x11, 0, 4);
});
afterAll(() => cloud.close());

/** Runs a command as a person types it. */
async function command(line: string): Promise<string> {
  const [name = '', ...args] = line.split(' ');
  const env = { ONE_XMLRPC: cloud.endpoint, ONE_AUTH: `${cloud.directory}/.one/one_auth`, TZ: 'UTC', NO_COLOR: '1' };
  return (await run([join(BIN, name), ...args], { env })).stdout;
}

async function scribble(pattern: number, fromMib: number, mib: number): Promise<void> {
  const [disk] = (await cloud.store.images.list({ name: 'alpine' })).map(({ source }) => source);
  await run(['qemu-io', '-f', 'qcow2', '-c', `write -P ${pattern} ${fromMib}M ${mib}M`, disk ?? '']);
}

/** The part of a text from a title up to the next empty line. */
function part(text: string, title: string): string[] {
  const lines = text.split('\n').map((line) => line.trimEnd());
  const from = lines.findIndex((line) => line.startsWith(title));
  const end = lines.findIndex((line, index) => index > from && line === '');
  return lines.slice(from, end === -1 ? undefined : end);
}

const TIME = String.raw`\d\d/\d\d \d\d:\d\d`;
const scheduledRuns = async (): Promise<string[]> => part(await command('onevm show 0'), 'SCHEDULED ACTIONS');

async function scheduledIsDone(count: number): Promise<void> {
  await cloud.until(
    `${count} scheduled backups are done`,
    async () => (await cloud.store.actions.list()).filter(({ doneSec }) => doneSec > 0).length === count,
  );
}

it('sets how the VM is backed up', async () => {
  const file = join(cloud.directory, 'backup.conf');
  await writeFile(file, 'BACKUP_CONFIG = [\n  FS_FREEZE = "NONE",\n  KEEP_LAST = "4",\n  MODE = "INCREMENT"\n]\n');
  expect(await command(`onevm updateconf 0 ${file}`)).toBe('');
  const shown = await command('onevm show 0');
  expect(part(shown, 'VIRTUAL MACHINE 0 INFORMATION').slice(0, 7)).toEqual([
    'VIRTUAL MACHINE 0 INFORMATION',
    expect.stringMatching(/^ID {18}: 0$/),
    expect.stringMatching(/^NAME {16}: alpine-0$/),
    expect.stringMatching(/^USER {16}: oneadmin$/),
    expect.stringMatching(/^GROUP {15}: oneadmin$/),
    expect.stringMatching(/^STATE {15}: ACTIVE$/),
    expect.stringMatching(/^LCM_STATE {11}: RUNNING$/),
  ]);
  expect(part(shown, 'BACKUP CONFIGURATION')).toEqual(
    expect.arrayContaining([
      'BACKUP CONFIGURATION',
      'BACKUP_VOLATILE="NO"',
      'FS_FREEZE="NONE"',
      'INCREMENTAL_BACKUP_ID="-1"',
      'KEEP_LAST="4"',
      'LAST_INCREMENT_ID="-1"',
      'MODE="INCREMENT"',
    ]),
  );
});

it('schedules a backup for now, and then a second, which is an increment', async () => {
  const said = /^VM 0: backup scheduled at \d{4}-\d\d-\d\d \d\d:\d\d:\d\d \+0000\n$/;
  expect(await command('onevm backup --schedule now -d 100 0')).toMatch(said);
  await scheduledIsDone(1);
  await scribble(0x22, 8, 1);
  expect(await command('onevm backup --schedule now -d 100 0')).toMatch(said);
  await scheduledIsDone(2);
  expect(await scheduledRuns()).toEqual([
    'SCHEDULED ACTIONS',
    expect.stringMatching(/^ +ID ACTION +ARGS +SCHEDULED +REPEAT +END STATUS$/),
    expect.stringMatching(new RegExp(`^ +0 backup +100(,0)? ${TIME} +Done on ${TIME}$`)),
    expect.stringMatching(new RegExp(`^ +1 backup +100(,0)? ${TIME} +Done on ${TIME}$`)),
  ]);
});

it('shows the backups of the VM', async () => {
  const shown = await command('onevm show 0');
  expect(part(shown, 'VM BACKUPS')).toContainEqual('IMAGE IDS: 1');
  expect(part(shown, 'BACKUP CONFIGURATION')).toEqual(
    expect.arrayContaining(['INCREMENTAL_BACKUP_ID="1"', 'LAST_INCREMENT_ID="1"']),
  );
  const image = await command('oneimage show 1');
  expect(part(image, 'IMAGE 1 INFORMATION')).toEqual([
    'IMAGE 1 INFORMATION',
    expect.stringMatching(/^ID {13}: 1$/),
    expect.stringMatching(/^NAME {11}: 0 \d\d-[A-Z][a-z]{2} \d\d\.\d\d\.\d\d$/),
    expect.stringMatching(/^USER {11}: oneadmin$/),
    expect.stringMatching(/^GROUP {10}: oneadmin$/),
    expect.stringMatching(/^LOCK {11}: None$/),
    expect.stringMatching(/^DATASTORE {6}: RBackups$/),
    expect.stringMatching(/^TYPE {11}: BACKUP$/),
    expect.stringMatching(new RegExp(`^REGISTER TIME {2}: ${TIME}:\\d\\d$`)),
    expect.stringMatching(/^PERSISTENT {5}: Yes$/),
    expect.stringMatching(/^SOURCE {9}: [0-9a-f]{8}$/),
    expect.stringMatching(/^FORMAT {9}: raw$/),
    expect.stringMatching(/^SIZE {11}: \d+M$/),
    expect.stringMatching(/^STATE {10}: rdy$/),
    expect.stringMatching(/^RUNNING_VMS {4}: 1$/),
  ]);
  expect(part(image, 'PERMISSIONS')).toEqual([
    'PERMISSIONS',
    expect.stringMatching(/^OWNER {10}: um-$/),
    expect.stringMatching(/^GROUP {10}: ---$/),
    expect.stringMatching(/^OTHER {10}: ---$/),
  ]);
  expect(part(image, 'BACKUP INFORMATION').slice(0, 3)).toEqual([
    'BACKUP INFORMATION',
    expect.stringMatching(/^VM {13}: 0$/),
    expect.stringMatching(/^TYPE {11}: INCREMENTAL$/),
  ]);
  expect(part(image, 'BACKUP INCREMENTS').slice(0, 4)).toEqual([
    'BACKUP INCREMENTS',
    expect.stringMatching(/^ ID PID T SIZE +DATE SOURCE/),
    expect.stringMatching(new RegExp(`^ +0 +-1 F +\\d+M +${TIME}:\\d\\d [0-9a-f]{8}`)),
    expect.stringMatching(new RegExp(`^ +1 +0 I +\\d+M +${TIME}:\\d\\d [0-9a-f]{8}`)),
  ]);
});

it('labels the snapshots of restic with the VM', async () => {
  const env = { RESTIC_PASSWORD };
  const repository = `${cloud.directory}/datastores/100`;
  const { stdout } = await run(['restic', '-r', repository, '--no-cache', 'snapshots', '--json'], { env });
  const snapshots = JSON.parse(stdout) as Array<{ short_id: string; tags: string[]; paths: string[] }>;
  const sources = (await cloud.store.images.get(1)).points.map(({ source }) => source);
  expect(snapshots.map(({ short_id }) => short_id)).toEqual(sources);
  for (const { tags, paths } of snapshots) {
    expect(tags).toContain('one-0');
    expect(paths).toEqual([`${cloud.directory}/datastores/0/0/backup`]);
  }
});

it('restores the VM without its addresses', async () => {
  const said = await command('oneimage restore -d default --no_ip 1');
  expect(said).toMatch(/^VM Template: 1\nImages: 2\n/);
  const [full = '', increment = ''] = (await cloud.store.images.get(1)).points.map(({ source }) => source);
  const image = await command('oneimage show 2');
  const backup = `${cloud.directory}/datastores/0/0/backup`;
  expect(part(image, 'IMAGE 2 INFORMATION')).toEqual(
    expect.arrayContaining([
      `NAME           : 0-${increment}-disk-0`,
      'DATASTORE      : default',
      'TYPE           : OS',
      'PERSISTENT     : No',
      `PATH           : restic://100/0:${full},1:${increment}/${backup}/disk.0`,
    ]),
  );
  const template = await command('onetemplate show 1');
  expect(template).toContain('NETWORK="private"');
  expect(template).not.toMatch(/\bIP="/);
  expect(template).not.toMatch(/\bMAC="/);
});
