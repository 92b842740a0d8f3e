// Backups of a VM with a raw disk and a qcow2 on a backing file, live and powered off, against copies taken by other means.
import { mkdir, statfs } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { run } from '../../src/exec/exec.ts';
import { again, STOP } from '../guest/background.ts';
import { copyDisk } from '../guest/build.ts';
import { virsh } from '../guest/domains.ts';
import { Cloud, sameContent, STATE } from './cloud.ts';

let cloud: Cloud;
let vmId: number;
const disk = { root: '', data: '' };
let reference: string;

beforeAll(async () => {
  cloud = await Cloud.open(71000);
  reference = `${cloud.directory}/reference`;
  await mkdir(reference);
  const data = await copyDisk(cloud.guest.dataImage, `${cloud.directory}/data.raw`);
  const root = await cloud.image('root', { path: cloud.guest.rootImage, format: 'raw', persistent: false });
  const dataId = await cloud.image('data', { path: data, format: 'raw', persistent: true });
  vmId = await cloud.vm([root, dataId]);
  disk.root = `${cloud.directory}/datastores/0/${vmId}/disk.0`;
  disk.data = (await cloud.info('image', dataId)).textOf('SOURCE');
});

afterAll(async () => cloud.close());

/** Copies both disks while nothing writes to them. */
async function copyBoth(name: string): Promise<{ root: string; data: string }> {
  const at = { root: `${reference}/${name}-root.raw`, data: `${reference}/${name}-data.raw` };
  await run(['qemu-img', 'convert', '-U', '-f', 'qcow2', '-O', 'raw', disk.root, at.root]);
  await run(['qemu-img', 'convert', '-U', '-f', 'raw', '-O', 'raw', disk.data, at.data]);
  return at;
}

async function expectRestored(imageId: number, expected: { root: string; data: string }): Promise<void> {
  const { images } = await cloud.restore(imageId, `NAME="restored-${imageId}"`);
  const [root, data] = await Promise.all(images.map((id) => cloud.info('image', id)));
  expect([root?.textOf('FORMAT'), data?.textOf('FORMAT')]).toEqual(['qcow2', 'raw']);
  expect(await sameContent([root?.textOf('SOURCE') ?? '', 'qcow2'], [expected.root, 'raw'])).toBe(true);
  expect(await sameContent([data?.textOf('SOURCE') ?? '', 'raw'], [expected.data, 'raw'])).toBe(true);
}

describe('a live backup', () => {
  it('holds both disks as they were at one instant, though the guest overwrites them meanwhile', async () => {
    const guest = await cloud.console(vmId);
    // what is overwritten are blocks that were there before, on both disks
    await guest.run(
      'dd if=/dev/urandom of=/root/blob bs=1M count=24 && dd if=/dev/urandom of=/data/blob bs=1M count=24 && sync',
    );
    const write = 'dd if=/dev/urandom of=$d/blob bs=64k count=64 seek=$(($RANDOM % 320)) conv=notrunc,fsync';
    await guest.run(again(`for d in /root /data; do ${write}; done`));
    await virsh('suspend', `one-${vmId}`);
    const instant = await copyBoth('live');
    let resumed = false;
    const operation = await cloud.backup(vmId, ({ phase }) => {
      if (phase !== 'uploading' || resumed) return;
      resumed = true;
      void virsh('resume', `one-${vmId}`);
    });
    expect(resumed).toBe(true);
    expect(operation.figures?.scratchBytes).toBeGreaterThan(0);
    await guest.run(`${STOP}; sync`);
    await guest.close();
    expect(await sameContent([disk.root, 'qcow2'], [instant.root, 'raw'])).toBe(false);
    expect(await sameContent([disk.data, 'raw'], [instant.data, 'raw'])).toBe(false);
    await expectRestored(operation.imageIds[0] ?? -1, instant);
    await cloud.vmIs(vmId, '3', STATE.RUNNING);
  });

  it('reads nothing twice and keeps the mover small', async () => {
    const operation = await cloud.backup(vmId);
    const total = operation.disks.reduce((sum, { bytesTotal }) => sum + bytesTotal, 0);
    const xml = 64 * 1024;
    expect(operation.figures?.processedBytes).toBeGreaterThanOrEqual(total);
    expect(operation.figures?.processedBytes).toBeLessThan(total + xml);
    expect(operation.disks.every(({ bytesDone, bytesTotal }) => bytesDone === bytesTotal)).toBe(true);
    expect(operation.figures?.peakRssBytes).toBeLessThan(256 * 1024 * 1024);
  });

  it('is one snapshot with the tag of its VM and of its run, in the path of the seed', async () => {
    const operation = await cloud.backup(vmId);
    const image = await cloud.info('image', operation.imageIds[0] ?? -1);
    const snapshot = (await cloud.snapshots()).find(({ short_id }) => short_id === image.textOf('SOURCE'));
    expect(snapshot?.tags).toEqual([`one-${vmId}`, operation.id]);
    expect(snapshot?.paths).toEqual([`${cloud.directory}/datastores/0/${vmId}/backup`]);
    const listed = await cloud.restic('ls', image.textOf('SOURCE'));
    for (const name of ['disk.0.0', 'disk.1.0', 'vm.xml']) expect(listed).toContain(`/backup/${name}`);
  });

  it('leaves neither mount, job, scratch nor run directory', async () => {
    expect((await run(['cat', '/proc/self/mountinfo'])).stdout).not.toContain(
      `${cloud.directory}/datastores/0/${vmId}/backup`,
    );
    expect(await virsh('domjobinfo', `one-${vmId}`)).toMatch(/Job type:\s+None/);
    expect((await run(['ls', `${cloud.directory}/run`])).stdout.trim()).toBe('');
    expect((await statfs(cloud.directory)).bavail).toBeGreaterThan(0);
  });
});

describe('a backup of a powered off VM', () => {
  it('holds both disks as they are', async () => {
    await cloud.call('one.vm.action', 'poweroff', vmId);
    await cloud.vmIs(vmId, STATE.POWEROFF, '0');
    const instant = await copyBoth('off');
    const operation = await cloud.backup(vmId);
    await expectRestored(operation.imageIds[0] ?? -1, instant);
    await cloud.vmIs(vmId, STATE.POWEROFF, '0');
  });

  it('boots again, and so does the restored VM', async () => {
    await cloud.call('one.vm.action', 'resume', vmId);
    await cloud.vmIs(vmId, '3', STATE.RUNNING);
    const operation = await cloud.backup(vmId);
    const { template } = await cloud.restore(operation.imageIds[0] ?? -1, 'NAME="second"');
    const restored = Number(await cloud.call('one.template.instantiate', template, 'second', false, '', false));
    await cloud.started(restored);
    const [a, b] = [await cloud.console(vmId), await cloud.console(restored)];
    const sums = 'cd /; find bin etc sbin usr data -type f | sort | xargs sha256sum | sha256sum';
    const sum = await a.run(sums);
    expect(sum).toMatch(/^[0-9a-f]{64} /);
    expect(await b.run(sums)).toBe(sum);
    await a.close();
    await b.close();
  });
});
