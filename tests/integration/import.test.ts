// A running machine that somebody else defined becomes a VM without a change to it: imported, powered, saved, backed up live and off,
// restored, let go.
import { rm, writeFile } from 'node:fs/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { run } from '../../src/exec/exec.ts';
import { buildGuest } from '../guest/build.ts';
import { GuestConsole } from '../guest/console.ts';
import { removeDomain, virsh } from '../guest/domains.ts';
import { Cloud, sameContent } from './cloud.ts';
import { publicDirectory } from './libvirt-machine.ts';

const NAME = 'shop front 80500';
const RUNNING = ['3', '3'] as const;
const POWEROFF = ['8', '0'] as const;
let cloud: Cloud;
let theirs = '';
let disk = '';
let log = '';
let before = '';
let vm = -1;

const definition = (): Promise<string> => virsh('dumpxml', '--domain', NAME, '--inactive', '--security-info');
const forget = (): Promise<void> => removeDomain(NAME);

beforeAll(async () => {
  await forget(); // of a run that was cut short
  theirs = await publicDirectory();
  disk = `${theirs}/shop.qcow2`;
  log = `${theirs}/console.log`;
  const { rootImage, kernel, initrd, kernelCommand } = await buildGuest('var/guest');
  await run(['qemu-img', 'convert', '-f', 'raw', '-O', 'qcow2', rootImage, disk]);
  await writeFile(
    `${theirs}/shop.xml`,
    `<domain type='qemu'><name>${NAME}</name><title>of somebody else</title>
<memory unit='MiB'>128</memory><vcpu>1</vcpu>
<os><type arch='x86_64' machine='pc'>hvm</type><kernel>${kernel}</kernel><initrd>${initrd}</initrd><cmdline>${kernelCommand}</cmdline></os>
<features><acpi/></features>
<devices><disk type='file' device='disk'><driver name='qemu' type='qcow2'/><source file='${disk}'/><target dev='vda' bus='virtio'/></disk>
<serial type='pty'><log file='${log}'/></serial><sound model='ich6'/></devices></domain>`,
  );
  await virsh('define', '--file', `${theirs}/shop.xml`);
  await virsh('start', '--domain', NAME);
  before = await definition();
  cloud = await Cloud.open(80_500);
});
afterAll(async () => {
  await forget();
  await cloud.close();
  await rm(theirs, { recursive: true, force: true });
});

/** Runs a command in the guest as it is now, after its boot unless it goes on from saved memory. */
async function guest(command: string, boots = true): Promise<string> {
  const console = await GuestConsole.ofDomain(NAME, log);
  try {
    if (boots) await console.ready();
    return await console.run(command);
  } finally {
    await console.close();
  }
}
async function act(action: string, [state, lcm]: readonly [string, string]): Promise<void> {
  await cloud.call('one.vm.action', action, vm);
  await cloud.vmIs(vm, state, lcm);
}
/** The template that the host shows for it, as the command line takes it. */
async function template(): Promise<string> {
  const machines = (await cloud.info('host', 0)).children('TEMPLATE/VM');
  const found = machines.find((machine) => machine.textOf('DEPLOY_ID') === NAME);
  return Buffer.from(found?.textOf('IMPORT_TEMPLATE') ?? '', 'base64').toString('utf8');
}

it('is listed and becomes a VM while it runs', async () => {
  await guest('echo sparrow > /tmp/word; echo sparrow > /root/word; sync');
  await cloud.until('the host shows it', async () => (await template()) !== '');
  vm = Number(await cloud.call('one.vm.allocate', await template(), true));
  await cloud.call('one.vm.deploy', vm, 0);
  await cloud.vmIs(vm, ...RUNNING);
  expect(await guest('cat /tmp/word')).toBe('sparrow');
  expect(await definition()).toBe(before);
  const shown = await cloud.info('vm', vm);
  expect(shown.textOf('DEPLOY_ID')).toBe(NAME);
  expect(shown.textOf('TEMPLATE/DISK/SOURCE')).toBe(disk);
  expect(shown.textOf('USER_TEMPLATE/IMPORT/NOT_RESTORED')).toContain('sound');
});

it('is backed up while it runs, and after a restart of the daemon while it is off', async () => {
  const live = await cloud.backup(vm);
  cloud.signalDaemon('SIGKILL');
  await cloud.daemonEnded();
  await cloud.startDaemon();
  await act('poweroff', POWEROFF);
  const off = await cloud.backup(vm);
  expect(await definition()).toBe(before);
  for (const { imageIds } of [live, off]) {
    const restored = await cloud.restore(imageIds[0] ?? -1, `NAME="back-${imageIds[0]}"`);
    const copy = (await cloud.info('image', restored.images[0] ?? -1)).textOf('SOURCE');
    if (imageIds === off.imageIds) {
      expect(await sameContent([copy, 'qcow2'], [disk, 'qcow2'])).toBe(true);
      continue;
    }
    // the live one holds an earlier moment of a guest that has written since, so it is booted
    const twin = Number(await cloud.call('one.template.instantiate', restored.template, `twin-${imageIds[0]}`));
    await cloud.started(twin);
    const console = await cloud.console(twin);
    expect(await console.run('cat /root/word')).toBe('sparrow');
    await console.close();
    await cloud.call('one.vm.action', 'terminate-hard', twin);
  }
});

it('is started, saved and goes on, and is still as it was', async () => {
  await act('resume', RUNNING);
  await guest('echo wren > /tmp/word');
  await act('suspend', ['5', '0']);
  await act('resume', RUNNING);
  expect(await guest('cat /tmp/word', false)).toBe('wren');
  const files = /<log file='[^']*'/g;
  expect((await virsh('dumpxml', '--domain', NAME)).match(files)).toEqual(before.match(files));
  expect(await definition()).toBe(before);
  await expect(cloud.call('one.vm.action', 'undeploy', vm)).rejects.toThrow('was imported as it is');
});

it('follows what its owner does to it', async () => {
  await virsh('destroy', '--domain', NAME);
  await cloud.vmIs(vm, ...POWEROFF);
  await virsh('start', '--domain', NAME);
  await cloud.vmIs(vm, ...RUNNING);
});

it('is let go, stopped, with its definition and its disk', async () => {
  await act('terminate-hard', ['6', '0']);
  expect((await virsh('domstate', '--domain', NAME)).trim()).toBe('shut off');
  expect(await definition()).toBe(before);
  await run(['qemu-img', 'check', '-q', '-f', 'qcow2', disk]);
  await virsh('start', '--domain', NAME);
  expect(await guest('cat /root/word')).toBe('sparrow');
});
