// The connection to a host is cut while it backs up: by the end of the SSH server's process, or without a word. The run stops over there by
// itself, is told from one that failed, and the next backup is whole. On the fake hypervisor, with the real mover, restic and SSH.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { run } from '../../src/exec/exec.ts';
import type { Operation } from '../../src/model/operation.ts';
import { sameContent } from '../integration/cloud.ts';
import { TestHost } from '../integration/ssh-host.ts';
import { planted } from '../planted/secret.ts';
import { FakeCloud } from '../unit/fake-cloud.ts';
import { processesWhere } from './processes.ts';

const LIMIT_MS = 120_000;
const PASSWORD = planted('-of-a-repository');

let cloud: FakeCloud;
let host: TestHost;
let hostId = -1;
let key = '';
let backups = -1;
let vmId = -1;
let disk = '';

beforeAll(async () => {
  cloud = await FakeCloud.open();
  host = await TestHost.open({ directory: `${cloud.directory}/host`, address: '127.0.0.4', libvirt: false });
  [key = ''] = (await cloud.text(cloud.session, 'one.host.sshkeys', '')).split('\n');
  await host.letIn(key);
  hostId = await cloud.id('one.host.allocate', 'far', 'fake', 'fake', -1, await host.template());
  await monitored();
  const restic = `DS_MAD="restic"\nRESTIC_BACKEND="LOCAL"\nRESTIC_PASSWORD="${PASSWORD}"`;
  backups = await cloud.id('one.datastore.allocate', `NAME="backups"\nTYPE="BACKUP_DS"\n${restic}`, -1);
  const image = await cloud.image('NAME="a"\nSIZE="64"\nFORMAT="raw"\nPERSISTENT="YES"');
  disk = (await cloud.store.images.get(image)).source;
  await run(['dd', 'if=/dev/urandom', `of=${disk}`, 'bs=1M', 'count=48', 'conv=notrunc', 'status=none']);
  vmId = await cloud.id('one.vm.allocate', `CPU="1"\nMEMORY="64"\nDISK=[ IMAGE_ID="${image}" ]`, false);
  await cloud.until('the VM runs', async () => (await cloud.store.vms.get(vmId)).lcmState === 3, LIMIT_MS);
});

afterAll(async () => {
  await host.close();
  await cloud.close();
});

async function monitored(): Promise<void> {
  const look = async (): Promise<boolean> => (await cloud.store.hosts.get(hostId)).state === 2;
  await cloud.until('the host is monitored', look, LIMIT_MS);
}

/** Begins a backup and calls `cut` with its id once it is in that phase. Returns how it ended. */
async function cutIn(phase: string, cut: (operationId: string) => void): Promise<Operation> {
  let done = false;
  const stop = cloud.services.operations.listen((operation) => {
    if (done || operation.kind !== 'backup' || operation.phase !== phase) return;
    done = true;
    cut(operation.id);
  });
  await cloud.call('one.vm.backup', vmId, backups, false);
  const operation = await cloud.follow('vm', vmId);
  stop();
  expect(done, `it came to the phase "${phase}"`).toBe(true);
  return operation;
}

async function nothingIsLeft({ id }: Operation): Promise<void> {
  expect(processesWhere((command) => command.includes(id))).toEqual([]);
  const mounts = await host.run('cat', '/proc/self/mountinfo');
  expect(mounts.split('\n').filter((line) => line.includes(' - fuse') && line.includes(cloud.directory))).toEqual([]);
  const { parts } = cloud.services;
  const directory = parts.runDirectoryOf(await cloud.store.hosts.get(hostId));
  expect((await host.run('ls', directory)).trim()).toBe('');
}

async function snapshots(): Promise<number> {
  const argv = [
    'restic',
    '-r',
    `${cloud.directory}/datastores/${backups}`,
    '--no-lock',
    '--no-cache',
    'snapshots',
    '--json',
  ];
  const { stdout } = await run(argv, { env: { RESTIC_PASSWORD: PASSWORD } });
  return (JSON.parse(stdout) as unknown[]).length;
}

async function backsUp(): Promise<void> {
  await monitored();
  await cloud.call('one.vm.backup', vmId, backups, false);
  expect((await cloud.follow('vm', vmId)).result).toBe('done');
  const [backup = -1] = (await cloud.store.vms.get(vmId)).backups.ids.slice(-1);
  const answer = await cloud.text(cloud.session, 'one.image.restore', backup, 1, `NAME="r${backup}"`);
  const [, image = -1] = answer.split(' ').map(Number);
  expect((await cloud.follow('image', image)).reason).toBe('');
  expect(await sameContent([(await cloud.store.images.get(image)).source, 'raw'], [disk, 'raw'])).toBe(true);
}

it('backs up and restores while nothing is cut', backsUp);

/** The servers of all connections die at once. */
const server = (): void => void host.cutAll();
/** Nothing comes through any more, and nobody is told. */
const silence = (operationId: string): void => {
  const clients = processesWhere((command) => command.startsWith('ssh ') && command.includes(operationId));
  expect(clients.length).toBe(1);
  for (const pid of clients) process.kill(pid, 'SIGSTOP');
};

it.each([
  ['as it begins', 'fixing the instant', server],
  ['while it uploads', 'uploading', server],
  ['while it uploads, without a word', 'uploading', silence],
])('stops cleanly when it is cut %s, and the next backup is whole', async (_when, phase, cut) => {
  const before = await snapshots();
  const operation = await cutIn(phase, cut);
  expect(operation).toMatchObject({ result: 'failed', interrupted: true, cleaned: true });
  expect(operation.reason).toMatch(/^The connection to host \d+ \(far\) was lost while the run was under way/);
  const { state, lcmState } = await cloud.store.vms.get(vmId);
  expect([state, lcmState]).toEqual([3, 3]);
  await nothingIsLeft(operation);
  expect(await snapshots()).toBe(before);
  await backsUp();
});

it('shows a host that is away, and leaves its VMs as they are until it is back', async () => {
  await host.letIn('');
  host.cutAll();
  const away = async (): Promise<boolean> => (await cloud.store.hosts.get(hostId)).state === 3;
  await cloud.until('the host is shown as away', away, LIMIT_MS);
  const { state, lcmState } = await cloud.store.vms.get(vmId);
  expect([state, lcmState]).toEqual([3, 3]);
  await expect(cloud.call('one.vm.backup', vmId, backups, false)).rejects.toThrow(/connection|let OneVault in/);
  await host.letIn(key);
  await backsUp();
});
