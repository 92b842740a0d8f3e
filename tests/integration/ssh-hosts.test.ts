// Two hosts over SSH, each with a libvirtd, a process table and a system datastore of its own: backup, increment, cold migration, increment
// after it, and restore on one of them. The node that decides it all never has a byte of a disk.
import { readdir, readFile } from 'node:fs/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { processesWhere } from '../faults/processes.ts';
import { sameContent, type Cloud } from './cloud.ts';
import { SshCloud, type FarHost } from './ssh-cloud.ts';

const MIB = 2 ** 20;
/** What a run may take here: events and programs' messages, whatever the size of the disks. */
const LITTLE = 4 * MIB;

let far: SshCloud;
let cloud: Cloud;
let first: FarHost;
let second: FarHost;
let vmId = -1;

beforeAll(async () => {
  far = await SshCloud.open(82_000, [2, 3]);
  ({ cloud } = far);
  [first, second] = far.hosts as [FarHost, FarHost];
});
afterAll(() => far.close());

/** Bytes that the daemon and its connections have read and written so far. */
async function throughHere(): Promise<number> {
  const pids = [cloud.daemonPid, ...processesWhere((command) => /^ssh .*127\.0\.0\.[23]/.test(command))];
  let sum = 0;
  for (const pid of pids) {
    const text = await readFile(`/proc/${pid}/io`, 'utf8').catch(() => ''); // it has just ended
    for (const name of ['rchar', 'wchar']) sum += Number(new RegExp(`^${name}: (\\d+)`, 'm').exec(text)?.[1] ?? 0);
  }
  return sum;
}

it('shows the hosts, their connection and what runs there', async () => {
  const host = await cloud.info('host', first.id);
  expect(host.textOf('TEMPLATE/SSH_CONNECTION')).toMatch(/^up since /);
  expect(host.textOf('TEMPLATE/SSH_PROGRAMS')).toMatch(/^onevault-.*-[0-9a-f]{16}$/);
  expect(Number(host.textOf('HOST_SHARE/TOTAL_CPU'))).toBeGreaterThan(0);
  expect(await cloud.call('one.host.sync', first.id)).toBe(''); // all is there
});

it('backs up a VM over there, and the bytes go straight to the store', async () => {
  vmId = await far.vm(first, 'BACKUP_CONFIG=[ MODE="INCREMENT" ]');
  await far.inGuest(first, vmId, 'dd if=/dev/urandom of=/root/blob bs=1M count=24; sync');
  expect(await first.host.virsh('list', '--name')).toContain(`one-${vmId}`);
  const before = await throughHere();
  const operation = await cloud.backup(vmId);
  const carried = (await throughHere()) - before;
  expect(operation.type).toBe('FULL');
  expect(operation.figures?.processedBytes).toBeGreaterThan(24 * MIB);
  expect(carried).toBeLessThan(LITTLE);
  process.stdout.write(`The full backup was ${operation.figures?.processedBytes} bytes; here went ${carried}.\n`);
});

it('goes on with an increment', async () => {
  await far.inGuest(first, vmId, 'dd if=/dev/urandom of=/root/more bs=1M count=4; sync');
  expect((await cloud.backup(vmId)).type).toBe('INCREMENT');
});

it('moves the VM with its disks straight to the other host, and the chain goes on there', async () => {
  const sums = 'cd /root && sha256sum blob more';
  const held = await far.inGuest(first, vmId, sums);
  const before = await throughHere();
  await cloud.call('one.vm.migrate', vmId, second.id, false, false, -1, 0); // the guest's memory goes along
  await cloud.vmIs(vmId, '3', '3');
  expect((await throughHere()) - before).toBeLessThan(LITTLE);
  expect(await second.host.virsh('list', '--name')).toContain(`one-${vmId}`);
  expect(await first.host.virsh('list', '--all', '--name')).not.toContain(`one-${vmId}`);
  expect(await readdir(first.host.system('.'))).toEqual([]);
  expect(await far.inGuest(second, vmId, sums)).toBe(held);
  await far.inGuest(second, vmId, 'dd if=/dev/urandom of=/root/third bs=1M count=4; sync');
  const { type, reason } = await cloud.backup(vmId);
  expect([type, reason]).toEqual(['INCREMENT', expect.stringContaining('changes since increment 1')]);
});

it('restores on a host, byte for byte what the disk has', async () => {
  await cloud.call('one.vm.action', 'poweroff-hard', vmId);
  await cloud.vmIs(vmId, '8', '0');
  await cloud.backup(vmId);
  const [backup = -1] = (await cloud.info('vm', vmId))
    .children('BACKUPS/BACKUP_IDS/ID')
    .map(({ text }) => Number(text));
  const template = `NAME="far"\nTYPE="IMAGE_DS"\nBRIDGE_LIST="${first.name}"`;
  const images = Number(await cloud.call('one.datastore.allocate', template, -1));
  const before = await throughHere();
  const answer = await cloud.call('one.image.restore', backup, images, '');
  const [, restored = -1] = answer.split(' ').map(Number);
  expect((await cloud.follow('image', restored)).result).toBe('done');
  expect((await throughHere()) - before).toBeLessThan(LITTLE);
  const image = await cloud.info('image', restored);
  const disk = second.host.system(`${vmId}/disk.0`);
  expect(await sameContent([disk, 'qcow2'], [image.textOf('SOURCE'), image.textOf('FORMAT')])).toBe(true);
});
