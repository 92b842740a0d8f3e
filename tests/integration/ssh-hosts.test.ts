// Two hosts over SSH, each with a libvirtd, a process table and a system datastore of its own: backup, increment, cold migration, increment
// after it, and restore on the other one. The node that decides it all never has a byte of a disk.
import { readdir, readFile } from 'node:fs/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { processesWhere } from '../faults/processes.ts';
import { GuestConsole } from '../guest/console.ts';
import { Cloud, sameContent } from './cloud.ts';
import { TestHost } from './ssh-host.ts';

const FIRST_VM = 82_000;
const MIB = 2 ** 20;

let cloud: Cloud;
interface Each {
  id: number;
  host: TestHost;
}
let hosts: Each[] = [];
let vmId = -1;

beforeAll(async () => {
  cloud = await Cloud.open(FIRST_VM);
  await cloud.changeRecords((store) => store.datastores.update(0, (system) => void (system.tmMad = 'ssh')));
  await cloud.call('one.host.status', 0, 1); // nothing is placed on this machine itself
  const [key = ''] = (await cloud.call('one.host.sshkeys', '')).split('\n');
  for (const number of [2, 3]) {
    const host = await TestHost.open({
      directory: `${cloud.directory}/host-${number}`,
      address: `127.0.0.${number}`,
      system: `${cloud.directory}/datastores/0`,
    });
    await host.letIn(key);
    const id = Number(await cloud.call('one.host.allocate', `kvm${number}`, 'kvm', 'kvm', -1, await host.template()));
    hosts = [...hosts, { id, host }];
  }
  for (const { id } of hosts) {
    await cloud.until(`host ${id} is monitored`, async () => {
      const now = await cloud.info('host', id);
      const error = now.textOf('TEMPLATE/ERROR');
      if (error !== '' && !/no connection/i.test(error)) throw new Error(`Host ${id}: ${error}`);
      return now.textOf('STATE') === '2';
    });
  }
});

afterAll(async () => {
  for (const { host } of hosts) await host.close();
  await cloud.close();
});

async function console(host: TestHost): Promise<GuestConsole> {
  const pty = (await host.virsh('ttyconsole', `one-${vmId}`)).trim();
  const opened = new GuestConsole(pty, host.system(`${vmId}/console.log`));
  await opened.ready();
  return opened;
}

async function inGuest(host: TestHost, command: string): Promise<string> {
  const opened = await console(host);
  try {
    return await opened.run(command);
  } finally {
    await opened.close();
  }
}

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
  const host = await cloud.info('host', hosts[0]!.id);
  expect(host.textOf('TEMPLATE/SSH_CONNECTION')).toMatch(/^up since /);
  expect(host.textOf('TEMPLATE/SSH_PROGRAMS')).toMatch(/^onevault-.*-[0-9a-f]{16}$/);
  expect(Number(host.textOf('HOST_SHARE/TOTAL_CPU'))).toBeGreaterThan(0);
});

it('backs up a VM over there, and the bytes go straight to the store', async () => {
  const [{ id, host }] = hosts as [Each];
  const { rootImage, kernel, initrd, kernelCommand } = cloud.guest;
  const image = await cloud.image('root', { path: rootImage, format: 'raw', persistent: false });
  const os = `OS=[ KERNEL="${kernel}", INITRD="${initrd}", KERNEL_CMD="${kernelCommand}" ]`;
  const config = 'BACKUP_CONFIG=[ MODE="INCREMENT" ]';
  const template = `CPU="1"\nMEMORY="128"\nDISK=[ IMAGE_ID="${image}" ]\n${os}\n${config}`;
  vmId = Number(await cloud.call('one.vm.allocate', template, true));
  await cloud.call('one.vm.deploy', vmId, id, false, -1, '');
  await cloud.vmIs(vmId, '3', '3');
  await inGuest(host, 'dd if=/dev/urandom of=/root/blob bs=1M count=24; sync');
  expect(await host.virsh('list', '--name')).toContain(`one-${vmId}`);
  const before = await throughHere();
  const operation = await cloud.backup(vmId);
  const carried = (await throughHere()) - before;
  expect(operation.type).toBe('FULL');
  expect(operation.figures?.processedBytes).toBeGreaterThan(24 * MIB);
  expect(carried).toBeLessThan(4 * MIB);
  process.stdout.write(`The full backup was ${operation.figures?.processedBytes} bytes; here went ${carried}.\n`);
});

it('goes on with an increment', async () => {
  const [{ host }] = hosts as [Each];
  await inGuest(host, 'dd if=/dev/urandom of=/root/more bs=1M count=4; sync');
  const operation = await cloud.backup(vmId);
  expect(operation.type).toBe('INCREMENT');
});

it('moves the VM with its disks straight to the other host, and the chain goes on there', async () => {
  const [from, to] = hosts as [Each, Each];
  const sums = 'cd /root && sha256sum blob more';
  const held = await inGuest(from.host, sums);
  const before = await throughHere();
  await cloud.call('one.vm.migrate', vmId, to.id, false, false, -1, 0); // the guest's memory goes along
  await cloud.vmIs(vmId, '3', '3');
  expect((await throughHere()) - before).toBeLessThan(4 * MIB);
  expect(await to.host.virsh('list', '--name')).toContain(`one-${vmId}`);
  expect(await from.host.virsh('list', '--all', '--name')).not.toContain(`one-${vmId}`);
  expect(await readdir(from.host.system('.'))).toEqual([]);
  expect(await inGuest(to.host, sums)).toBe(held);
  await inGuest(to.host, 'dd if=/dev/urandom of=/root/third bs=1M count=4; sync');
  const operation = await cloud.backup(vmId);
  expect([operation.type, operation.reason]).toEqual([
    'INCREMENT',
    expect.stringContaining('changes since increment 1'),
  ]);
});

it('restores on a host, byte for byte what the disk has', async () => {
  const [on, other] = hosts as [Each, Each];
  await cloud.call('one.vm.action', 'poweroff-hard', vmId);
  await cloud.vmIs(vmId, '8', '0');
  await cloud.backup(vmId);
  const [backup = -1] = (await cloud.info('vm', vmId))
    .children('BACKUPS/BACKUP_IDS/ID')
    .map(({ text }) => Number(text));
  const images = Number(
    await cloud.call('one.datastore.allocate', 'NAME="far"\nTYPE="IMAGE_DS"\nBRIDGE_LIST="kvm2"', -1),
  );
  const before = await throughHere();
  const answer = await cloud.call('one.image.restore', backup, images, '');
  const [, restored = -1] = answer.split(' ').map(Number);
  expect((await cloud.follow('image', restored)).result).toBe('done');
  expect((await throughHere()) - before).toBeLessThan(4 * MIB);
  const source = (await cloud.info('image', restored)).textOf('SOURCE');
  expect(on.host.system('.')).not.toBe(other.host.system('.'));
  const format = (await cloud.info('image', restored)).textOf('FORMAT');
  expect(await sameContent([other.host.system(`${vmId}/disk.0`), 'qcow2'], [source, format])).toBe(true);
});
