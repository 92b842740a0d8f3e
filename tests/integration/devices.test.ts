// Devices and snapshots of a real machine: what the guest sees and writes, and what is on its disks afterwards, byte for byte.
import { stat } from 'node:fs/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { run } from '../../src/exec/exec.ts';
import { copyDisk } from '../guest/build.ts';
import { virsh } from '../guest/domains.ts';
import { Cloud, sameContent } from './cloud.ts';
import { isolatedNetwork } from './libvirt-machine.ts';

const MIB = 2 ** 20;
const BRIDGE = 'ov81000';
let cloud: Cloud;
let vmId: number;
let endNetwork: () => Promise<void>;

beforeAll(async () => {
  endNetwork = await isolatedNetwork(BRIDGE);
  cloud = await Cloud.open(81000);
  const root = await cloud.image('root', { path: cloud.guest.rootImage, format: 'raw', persistent: false });
  vmId = await cloud.vm([root]);
  await (await cloud.console(vmId)).close();
});

afterAll(async () => {
  await cloud.close();
  await endNetwork();
});

const fileOf = (diskId: number): string => `${cloud.directory}/datastores/0/${vmId}/disk.${diskId}`;

/** Runs commands in the guest, which may be another process than before. */
async function inGuest(...commands: string[]): Promise<string> {
  const guest = await cloud.console(vmId);
  let said = '';
  for (const command of commands) said = await guest.run(command);
  await guest.close();
  return said;
}

/** Waits until a change of the running VM has ended well. */
async function runs(): Promise<void> {
  await cloud.vmIs(vmId, '3', '3');
  expect((await cloud.info('vm', vmId)).textOf('USER_TEMPLATE/ERROR')).toBe('');
}

async function isOff(): Promise<void> {
  await cloud.vmIs(vmId, '8', '0');
  expect((await cloud.info('vm', vmId)).textOf('USER_TEMPLATE/ERROR')).toBe('');
}

const appears = (device: string): string =>
  `i=0; until [ -b /dev/${device} ]; do i=$((i+1)); [ $i -lt 1000 ] || exit 1; sleep 0.1; done`;
const vanishes = (device: string): string =>
  `i=0; while [ -b /dev/${device} ]; do i=$((i+1)); [ $i -lt 1000 ] || exit 1; sleep 0.1; done`;

it('a disk comes to the running guest, which writes to it, and leaves with what was written', async () => {
  const data = await copyDisk(cloud.guest.dataImage, `${cloud.directory}/data.raw`);
  const imageId = await cloud.image('data', { path: data, format: 'raw', persistent: true });
  const source = (await cloud.info('image', imageId)).textOf('SOURCE');
  await cloud.call('one.vm.attach', vmId, `DISK=[ IMAGE_ID="${imageId}" ]`);
  await runs();
  const sum = await inGuest(
    appears('vdb'),
    'dd if=/dev/urandom of=/dev/vdb bs=1M seek=8 count=4 conv=notrunc,fsync',
    'dd if=/dev/vdb bs=1M skip=8 count=4 2>/dev/null | sha256sum',
  );
  await cloud.call('one.vm.detach', vmId, 1);
  await runs();
  await inGuest(vanishes('vdb'));
  expect(await virsh('domblklist', `one-${vmId}`)).not.toContain('vdb');
  const { stdout } = await run(['sh', '-c', `dd if='${source}' bs=1M skip=8 count=4 2>/dev/null | sha256sum`]);
  expect(stdout.split(' ')[0]).toBe(sum.split(' ')[0]);
  expect((await cloud.info('image', imageId)).textOf('STATE')).toBe('1');
});

it('a volatile disk comes, grows under the guest, and goes with its file', async () => {
  await cloud.call('one.vm.attach', vmId, 'DISK=[ TYPE="fs", SIZE="16", FORMAT="qcow2" ]');
  await runs();
  expect(await inGuest(appears('vdb'), 'cat /sys/block/vdb/size')).toBe(String((16 * MIB) / 512));
  await cloud.call('one.vm.diskresize', vmId, 2, '24');
  await runs();
  const grown = `i=0; until [ "$(cat /sys/block/vdb/size)" = ${(24 * MIB) / 512} ]; do i=$((i+1)); [ $i -lt 1000 ] || exit 1; sleep 0.1; done`;
  await inGuest(grown, 'dd if=/dev/urandom of=/dev/vdb bs=1M seek=20 count=4 conv=fsync');
  await cloud.call('one.vm.detach', vmId, 2);
  await runs();
  await inGuest(vanishes('vdb'));
  await expect(stat(fileOf(2))).rejects.toThrow('ENOENT');
});

it('a NIC comes with its address on the bridge, and goes', async () => {
  const template = `NAME="net"\nBRIDGE="${BRIDGE}"\nAR=[ TYPE="IP4", IP="10.81.0.10", SIZE="5" ]`;
  const network = Number(await cloud.call('one.vn.allocate', template, -1));
  await cloud.call('one.vm.attachnic', vmId, `NIC=[ NETWORK_ID="${network}" ]`);
  await runs();
  const interfaces = await virsh('domiflist', `one-${vmId}`);
  expect(interfaces).toMatch(new RegExp(`one-${vmId}-0\\s+bridge\\s+${BRIDGE}\\s+virtio\\s+02:00:0a:51:00:0a`));
  await cloud.call('one.vm.detachnic', vmId, 0);
  await runs();
  expect(await virsh('domiflist', `one-${vmId}`)).not.toContain(BRIDGE);
});

it('a disk of the running guest is saved as it was at one instant, and the guest goes on', async () => {
  await inGuest('dd if=/dev/urandom of=/root/saved bs=1M count=8 && sync');
  // held still, so that what the copy must hold is known; the copy is taken from the running machine all the same
  await virsh('suspend', `one-${vmId}`);
  const reference = `${cloud.directory}/saved.raw`;
  await run(['qemu-img', 'convert', '-U', '-f', 'qcow2', '-O', 'raw', fileOf(0), reference]);
  const copy = Number(await cloud.call('one.vm.disksaveas', vmId, 0, 'copy', '', -1));
  await cloud.imagesReady([copy]);
  await virsh('resume', `one-${vmId}`);
  await runs();
  const image = await cloud.info('image', copy);
  expect(image.textOf('FORMAT')).toBe('qcow2');
  expect(await sameContent([image.textOf('SOURCE'), 'qcow2'], [reference, 'raw'])).toBe(true);
  expect(await inGuest('echo on')).toBe('on');
  const copied = await cloud.vm([copy]);
  await (await cloud.console(copied)).close();
  await cloud.call('one.vm.action', 'terminate-hard', copied);
  await cloud.vmIs(copied, '6', '0');
});

it('a snapshot of the whole machine brings back memory and disk', async () => {
  await inGuest('echo then > /tmp/memory; echo then > /root/disk; sync');
  expect(await cloud.call('one.vm.snapshotcreate', vmId, 'before')).toBe('0');
  await runs();
  await inGuest('echo now > /tmp/memory; echo now > /root/disk; sync');
  await cloud.call('one.vm.snapshotrevert', vmId, 0);
  await runs();
  expect(await inGuest('cat /tmp/memory /root/disk')).toBe('then\nthen');
  await expect(cloud.call('one.vm.attach', vmId, 'DISK=[ TYPE="fs", SIZE="1" ]')).rejects.toThrow('has snapshots (0)');
  await cloud.call('one.vm.snapshotdelete', vmId, 0);
  await runs();
  expect(await virsh('snapshot-list', `one-${vmId}`, '--name')).toBe('');
  expect(await inGuest('cat /tmp/memory')).toBe('then');
});

it('a snapshot of a disk is made and deleted while the guest runs', async () => {
  const names = async (): Promise<string> => (await run(['qemu-img', 'snapshot', '-U', '-l', fileOf(0)])).stdout;
  expect(await cloud.call('one.vm.disksnapshotcreate', vmId, 0, 'live')).toBe('0');
  await runs();
  expect(await names()).toContain(`one-${vmId}-0-0`);
  expect(await cloud.call('one.vm.disksnapshotcreate', vmId, 0, 'live too')).toBe('1');
  await runs();
  await inGuest('dd if=/dev/urandom of=/root/after bs=1M count=4 && sync');
  await cloud.call('one.vm.action', 'poweroff', vmId);
  await isOff();
  // going back to the first lets the second go
  await cloud.call('one.vm.disksnapshotrevert', vmId, 0, 0);
  await isOff();
  await cloud.call('one.vm.action', 'resume', vmId);
  await runs();
  await inGuest('[ ! -e /root/after ]');
  await cloud.call('one.vm.disksnapshotdelete', vmId, 0, 1);
  await runs();
  expect(await names()).not.toContain(`one-${vmId}-0-1`);
});

it('a disk that goes back to a snapshot while the VM is off holds the same bytes as then', async () => {
  const before = `${cloud.directory}/before.raw`;
  await cloud.call('one.vm.action', 'poweroff', vmId);
  await isOff();
  await run(['qemu-img', 'convert', '-f', 'qcow2', '-O', 'raw', fileOf(0), before]);
  const snapshot = Number(await cloud.call('one.vm.disksnapshotcreate', vmId, 0, 'off'));
  await isOff();
  await cloud.call('one.vm.action', 'resume', vmId);
  await runs();
  await inGuest('dd if=/dev/urandom of=/root/more bs=1M count=8 && sync');
  await cloud.call('one.vm.action', 'poweroff', vmId);
  await isOff();
  expect(await sameContent([fileOf(0), 'qcow2'], [before, 'raw'])).toBe(false);
  const copy = Number(await cloud.call('one.vm.disksaveas', vmId, 0, 'then', '', snapshot));
  await cloud.imagesReady([copy]);
  await isOff();
  expect(await sameContent([(await cloud.info('image', copy)).textOf('SOURCE'), 'qcow2'], [before, 'raw'])).toBe(true);
  await cloud.call('one.vm.disksnapshotrevert', vmId, 0, snapshot);
  await isOff();
  expect(await sameContent([fileOf(0), 'qcow2'], [before, 'raw'])).toBe(true);
  await run(['qemu-img', 'check', '-q', '-f', 'qcow2', fileOf(0)]);
});

it('capacity changes while the VM is off, and the guest has it when it starts', async () => {
  await cloud.call('one.vm.resize', vmId, 'MEMORY="192"\nVCPU="2"', true);
  await cloud.call('one.vm.action', 'resume', vmId);
  await runs();
  expect(await inGuest('grep -c ^processor /proc/cpuinfo')).toBe('2');
  expect(Number(await inGuest("awk '/MemTotal/ { print $2 }' /proc/meminfo"))).toBeGreaterThan(140 * 1024);
});
