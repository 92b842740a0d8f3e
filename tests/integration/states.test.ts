// The states that a real VM passes besides those of its everyday life: on hold, deployed by hand, moved between two hosts, reset,
// reconfigured, failed and recovered, and ended in each way. Both hosts are this machine's libvirt by two addresses, so a move really
// saves, forgets, defines and restores; only the wire between two machines is missing.
import { readdir, rename, stat } from 'node:fs/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { run } from '../../src/exec/exec.ts';
import { URI, virsh } from '../guest/domains.ts';
import { Cloud } from './cloud.ts';

const HOLD = ['2', '0'] as const;
const RUNNING = ['3', '3'] as const;
const POWEROFF = ['8', '0'] as const;
const SUSPENDED = ['5', '0'] as const;
const UNDEPLOYED = ['9', '0'] as const;
const DONE = ['6', '0'] as const;
let cloud: Cloud;
let root: number;
let there: number;
let id: number;

beforeAll(async () => {
  cloud = await Cloud.open(82_000);
  root = await cloud.image('root', { path: cloud.guest.rootImage, format: 'raw', persistent: false });
  there = Number(await cloud.call('one.host.allocate', 'there', 'kvm', 'kvm', -1));
  await cloud.call('one.host.update', there, 'LIBVIRT_URI="qemu+unix:///system"', 1);
  await cloud.call('one.host.status', there, 0);
  await cloud.until(
    'the second host is monitored',
    async () => (await cloud.info('host', there)).textOf('STATE') === '2',
  );
});
afterAll(async () => cloud.close());

const template = (): string => {
  const { kernel, initrd, kernelCommand } = cloud.guest;
  return `CPU="1"\nMEMORY="128"\nDISK=[ IMAGE_ID="${root}" ]\nOS=[ KERNEL="${kernel}", INITRD="${initrd}", KERNEL_CMD="${kernelCommand}" ]`;
};
const directory = (): string => `${cloud.directory}/datastores/0/${id}`;
const is = ([state, lcm]: readonly [string, string]): Promise<void> => cloud.vmIs(id, state, lcm);
const known = async (): Promise<boolean> =>
  (await run(['virsh', '-q', '-c', URI, 'dominfo', `one-${id}`], { okCodes: [1] })).code === 0;
const hostNow = async (): Promise<number> =>
  Number((await cloud.info('vm', id)).children('HISTORY_RECORDS/HISTORY').at(-1)?.textOf('HID'));
const error = async (): Promise<string> => (await cloud.info('vm', id)).textOf('USER_TEMPLATE/ERROR');

async function act(action: string, state: readonly [string, string]): Promise<void> {
  await cloud.call('one.vm.action', action, id);
  await is(state);
}
async function guest(command: string): Promise<string> {
  const console = await cloud.console(id);
  try {
    return await console.run(command);
  } finally {
    await console.close();
  }
}

it('waits on hold until it is released or deployed, under the name it was given', async () => {
  id = Number(await cloud.call('one.vm.allocate', template(), true));
  await is(HOLD);
  expect(await known()).toBe(false);
  await cloud.call('one.vm.rename', id, 'harbour');
  await cloud.call('one.vm.deploy', id, 0, false, -1, '');
  await cloud.started(id);
  expect((await cloud.info('vm', id)).textOf('NAME')).toBe('harbour');
  await guest('echo sparrow > /tmp/word; echo sparrow > /root/word; sync');
});

it('moves with its memory, and back without it', async () => {
  await expect(cloud.call('one.vm.migrate', id, 0, false, false, -1, 0)).rejects.toThrow('is on host 0');
  await cloud.call('one.vm.migrate', id, there, false, false, -1, 0);
  await cloud.until('it is there', async () => (await hostNow()) === there);
  await is(RUNNING);
  expect(await guest('cat /tmp/word')).toBe('sparrow');
  await cloud.call('one.vm.migrate', id, 0, false, false, -1, 2);
  await cloud.until('it is back', async () => (await hostNow()) === 0);
  await is(RUNNING);
  await cloud.until('it has booted', async () => (await guest('cat /tmp/word || echo lost')).endsWith('lost'));
  expect(await guest('cat /root/word')).toBe('sparrow');
});

it('moves while it is off or suspended', async () => {
  await act('suspend', SUSPENDED);
  await cloud.call('one.vm.migrate', id, there, false, false, -1, 0);
  await cloud.until('it is there', async () => (await hostNow()) === there);
  await is(SUSPENDED);
  await act('resume', RUNNING);
  await act('poweroff-hard', POWEROFF);
  await cloud.call('one.vm.migrate', id, 0, false, false, -1, 0);
  await cloud.until('it is back', async () => (await hostNow()) === 0);
  await is(POWEROFF);
});

it('takes a new configuration when it boots next', async () => {
  const { kernel, initrd, kernelCommand } = cloud.guest;
  const os = `OS=[ KERNEL="${kernel}", INITRD="${initrd}", KERNEL_CMD="${kernelCommand} onevault.mark=heron" ]`;
  await cloud.call('one.vm.updateconf', id, `${os}\nBACKUP_CONFIG=[ KEEP_LAST="3" ]`, 1);
  await act('resume', RUNNING);
  expect(await guest('cat /proc/cmdline')).toContain('onevault.mark=heron');
  expect((await cloud.info('vm', id)).textOf('BACKUPS/BACKUP_CONFIG/KEEP_LAST')).toBe('3');
});

it('asks its guest to reboot', async () => {
  await guest('echo wren > /tmp/word');
  await cloud.call('one.vm.action', 'reboot', id);
  await cloud.until('it has booted anew', async () => (await guest('cat /tmp/word || echo lost')).endsWith('lost'));
  await is(RUNNING);
});

it('comes back from a boot that failed when what was missing is there again', async () => {
  await act('poweroff-hard', POWEROFF);
  const disk = `${directory()}/disk.0`;
  await rename(disk, `${disk}.away`);
  await cloud.call('one.vm.action', 'resume', id);
  await cloud.until('it says what is missing', async () => (await error()).includes(disk));
  await is(POWEROFF);
  await rename(`${disk}.away`, disk);
  await act('resume', RUNNING);
  expect(await error()).toBe('');
});

it('comes back from a deployment that failed, by recover --retry', async () => {
  await act('undeploy-hard', UNDEPLOYED);
  const disk = `${directory()}/disk.0`;
  await rename(disk, `${disk}.away`);
  await cloud.call('one.vm.action', 'resume', id);
  await cloud.until('the boot has failed', async () => (await cloud.info('vm', id)).textOf('LCM_STATE') === '47');
  expect(await error()).toContain(disk);
  await rename(`${disk}.away`, disk);
  await cloud.call('one.vm.recover', id, 2);
  await is(RUNNING);
  expect(await error()).toBe('');
});

it('is left alone by a second deployment, and by actions its state does not have', async () => {
  await expect(cloud.call('one.vm.deploy', id, 0, false, -1, '')).rejects.toThrow('deploy is possible in');
  await expect(cloud.call('one.vm.action', 'release', id)).rejects.toThrow('release is possible in HOLD');
  await is(RUNNING);
});

it('ends by recover --delete with all that it had', async () => {
  await cloud.call('one.vm.recover', id, 3);
  await is(DONE);
  expect(await known()).toBe(false);
  await expect(stat(directory())).rejects.toThrow('ENOENT');
  await cloud.until('its image is free', async () => (await cloud.info('image', root)).textOf('STATE') === '1');
});

it('is forgotten by recover --delete-db, and its domain goes on', async () => {
  id = await cloud.vm([root]);
  await cloud.call('one.vm.recover', id, 5);
  await is(DONE);
  expect(await virsh('domstate', `one-${id}`)).toContain('running');
  expect(await readdir(directory())).toContain('disk.0');
});

it('ends on hold and powered off as well', async () => {
  id = Number(await cloud.call('one.vm.allocate', template(), true));
  await act('terminate', DONE);
  id = await cloud.vm([root]);
  await act('poweroff-hard', POWEROFF);
  await act('terminate', DONE);
  expect(await known()).toBe(false);
});
