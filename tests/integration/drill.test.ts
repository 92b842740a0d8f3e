// Drills with a real guest, libvirt and restic: a point of a chain is proven by schedule, one that does not answer says so, and however a
// drill ends nothing of it is left and nothing of the backup has changed.
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { pointLines } from '../../src/cli/image-show-points.ts';
import { run } from '../../src/exec/exec.ts';
import type { Operation } from '../../src/model/operation.ts';
import { killNow, processesWhere } from '../faults/processes.ts';
import { virsh } from '../guest/domains.ts';
import { Cloud, STATE } from './cloud.ts';

let cloud: Cloud;
let vmId: number;
let imageId: number;

beforeAll(async () => {
  cloud = await Cloud.open(86_900);
  const root = `${cloud.directory}/root.qcow2`;
  await run(['qemu-img', 'convert', '-f', 'raw', '-O', 'qcow2', cloud.guest.rootImage, root]);
  const image = await cloud.image('root', { path: root, format: 'qcow2', persistent: false });
  const disks = `DISK=[ IMAGE_ID="${image}" ]\nDISK=[ TYPE="swap", SIZE="16" ]`;
  const more = 'FEATURES=[ GUEST_AGENT="yes" ]\nRAW=[ TYPE="kvm", DATA="" ]\nBACKUP_CONFIG=[ MODE="INCREMENT" ]';
  const wish = 'DRILL=[ TEXT="GUEST READY", TIMEOUT="120" ]';
  // without a kernel it only looks for one: what it is backed up for is to boot in a drill
  const text = `CPU="1"\nMEMORY="128"\n${disks}\n${more}\n${wish}`;
  vmId = await cloud.started(Number(await cloud.call('one.vm.allocate', text, false)));
  await cloud.call('one.vm.action', 'poweroff-hard', vmId);
  await cloud.vmIs(vmId, STATE.POWEROFF, '0');
  const { kernel, initrd, kernelCommand } = cloud.guest;
  const os = `OS=[ KERNEL="${kernel}", INITRD="${initrd}", KERNEL_CMD="${kernelCommand}" ]`;
  await cloud.call('one.vm.updateconf', vmId, os, 1);
  imageId = (await cloud.backup(vmId)).imageIds[0] ?? -1;
  await cloud.backup(vmId);
});
afterAll(() => cloud.close());

const drilled = (seen?: (operation: Operation) => void): Promise<Operation> =>
  cloud.follow('image', imageId, seen, undefined, 'drill');
const shown = async (): Promise<string> => pointLines(await cloud.info('image', imageId)).join('\n');

/** Every file of the repository with its size and the time it was written; locks come and go. */
async function repository(): Promise<string[]> {
  const names = (await readdir(cloud.repository, { recursive: true })).filter((name) => !name.startsWith('locks'));
  const files = await Promise.all(
    names.map(async (name) => {
      const { size, mtimeMs } = await stat(join(cloud.repository, name));
      return `${name} ${size} ${mtimeMs}`;
    }),
  );
  return files.sort();
}

async function nothingIsLeft(): Promise<void> {
  expect(await virsh('list', '--all', '--name')).not.toContain('one-drill-');
  expect(await readdir(`${cloud.directory}/run`)).toEqual([]);
  expect(await readFile('/proc/self/mountinfo', 'utf8')).not.toContain(cloud.directory);
  const isOfRun = (command: string): boolean => command.includes(`${cloud.directory}/run/`);
  await expect.poll(() => processesWhere(isOfRun)).toEqual([]);
}

it('proves the newest point by schedule, and keeps its screen', async () => {
  const before = await repository();
  await cloud.call('one.vm.schedadd', vmId, `SCHED_ACTION=[ ACTION="drill", TIME="${Math.floor(Date.now() / 1000)}" ]`);
  await cloud.until('the drill has begun', () => drilled(undefined).then(Boolean, () => false));
  const operation = await drilled();
  expect(operation).toMatchObject({ result: 'done', asked: { by: 'schedule' }, hostId: 0 });
  expect(operation.reason).toMatch(/^increment 1 boots: the serial console said "GUEST READY" after [\d.]+ s$/);
  expect(await shown()).toMatch(/Increment 1 was proven to boot at .*: the serial console said "GUEST READY" after/);
  const picture = Buffer.from(await (await cloud.get(`/api/drill/image/${imageId}/1.png`)).arrayBuffer());
  expect(picture.subarray(1, 4).toString()).toBe('PNG');
  expect(picture.readUInt32BE(16)).toBeGreaterThanOrEqual(320); // its width
  expect((await cloud.get(`/api/drill/image/${imageId}/0.png`)).status).toBe(404);
  const action = (await cloud.info('vm', vmId)).children('TEMPLATE/SCHED_ACTION')[0];
  await cloud.until('its schedule says so', async () => {
    const [now] = (await cloud.info('vm', vmId)).children('TEMPLATE/SCHED_ACTION');
    return Number(now?.textOf('DONE')) > 0 && now?.textOf('MESSAGE') === '';
  });
  expect(action?.textOf('ACTION')).toBe('drill');
  expect(await cloud.call('one.system.backupstatus')).toMatch(new RegExp(`<PROVEN><VM><ID>${vmId}</ID>`));
  await nothingIsLeft();
  expect(await repository()).toEqual(before);
});

it('says why a point was not proven, and what was proven before stays', async () => {
  await cloud.call('one.image.drill', imageId, 1, 'PATTERN="^never said$"\nTIMEOUT="1"\nMEMORY="96"');
  const operation = await drilled();
  expect(operation.result).toBe('failed');
  expect(operation.reason).toMatch(/^Within 1 s it did not come true that the serial console said what matches/);
  expect(operation.reason).toContain('The machine is without what the VM had: RAW.');
  const lines = await shown();
  expect(lines).toContain('Increment 1 was proven to boot at');
  expect(lines).toMatch(/Increment 1 failed its drill at .*: Within 1 s/);
  await nothingIsLeft();
});

it('can be cancelled, which says nothing of the backup', async () => {
  await cloud.call('one.image.drill', imageId, 0, 'CONDITION="AGENT"');
  let asked: Promise<unknown> | undefined;
  const operation = await drilled(({ phase, result }) => {
    if (phase === 'booting' && result === 'running') asked ??= cloud.call('one.image.cancel', imageId);
  });
  await asked;
  expect(operation).toMatchObject({ result: 'cancelled', reason: 'It was cancelled.' });
  expect(await shown()).not.toContain('Increment 0');
  await nothingIsLeft();
});

it('is cleaned up after when all that carried it out has died', async () => {
  await cloud.call('one.image.drill', imageId, 0, 'TEXT="never said"');
  await cloud.until('the machine runs', async () => (await virsh('list', '--name')).includes('one-drill-'));
  const { id } = await cloud.lastRun('image', imageId);
  cloud.signalDaemon('SIGSTOP'); // neither may see the other die, or it would clean up
  for (const pid of processesWhere((command) => command.includes(`mover/main.ts ${id}`))) killNow(pid);
  cloud.signalDaemon('SIGKILL');
  await cloud.daemonEnded();
  expect(await virsh('list', '--name')).toContain(`one-drill-${id}`);
  await cloud.startDaemon();
  expect(await cloud.lastRun('image', imageId)).toMatchObject({ id, result: 'failed', interrupted: true });
  await nothingIsLeft();
});
