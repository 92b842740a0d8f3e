// A real guest whose disks are put back to points of a chain, and that boots from them: one disk is an image's own file, the other stood on
// an image. What it had written since is gone, what it had written before is there, and its next backup is a full one.
import { readdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { run } from '../../src/exec/exec.ts';
import { Cloud, STATE } from './cloud.ts';

let cloud: Cloud;
let vmId: number;
let imageId: number;
let dataPath: string;

beforeAll(async () => {
  cloud = await Cloud.open(85_500);
  const files = [cloud.guest.rootImage, cloud.guest.dataImage];
  const [root = '', data = ''] = await Promise.all(
    files.map(async (file, index) => {
      const path = `${cloud.directory}/from-${index}.qcow2`;
      await run(['qemu-img', 'convert', '-f', 'raw', '-O', 'qcow2', file, path]);
      return path;
    }),
  );
  const rootId = await cloud.image('root', { path: root, format: 'qcow2', persistent: false });
  const dataId = await cloud.image('data', { path: data, format: 'qcow2', persistent: true });
  dataPath = (await cloud.info('image', dataId)).textOf('SOURCE');
  vmId = await cloud.vm([rootId, dataId], 'BACKUP_CONFIG=[ MODE="INCREMENT" ]');
});
afterAll(() => cloud.close());

async function guest(command: string): Promise<string> {
  const console = await cloud.console(vmId);
  try {
    return await console.run(command);
  } finally {
    await console.close();
  }
}

const write = (note: string): Promise<string> =>
  guest(`for d in /root /data; do echo ${note} > $d/note; dd if=/dev/urandom of=$d/blob bs=64k count=8; done; sync`);
const notes = async (): Promise<string[]> => (await guest('cat /root/note /data/note')).trim().split(/\s+/);

async function putBack(increment: number): Promise<void> {
  await cloud.call('one.vm.action', 'poweroff-hard', vmId);
  await cloud.vmIs(vmId, STATE.POWEROFF, '0');
  await cloud.call('one.vm.restore', vmId, imageId, increment, -1);
  const operation = await cloud.follow('vm', vmId, undefined, undefined, 'restore');
  expect(operation).toMatchObject({ result: 'done', reason: expect.any(String) });
  await cloud.vmIs(vmId, STATE.POWEROFF, '0');
  await cloud.call('one.vm.action', 'resume', vmId);
  await cloud.vmIs(vmId, '3', STATE.RUNNING);
}

it('boots from each point, with what it held', async () => {
  await write('one');
  imageId = (await cloud.backup(vmId)).imageIds[0] ?? -1;
  await write('two');
  expect((await cloud.backup(vmId)).reason).toMatch(/^changes since/);
  await write('three');
  await putBack(0);
  expect(await notes()).toEqual(['one', 'one']);
  await putBack(1);
  expect(await notes()).toEqual(['two', 'two']);
});

it('has nothing left beside its disks, and they are whole', async () => {
  const system = `${cloud.directory}/datastores/0/${vmId}`;
  for (const directory of [system, dirname(dataPath)]) {
    expect((await readdir(directory)).filter((name) => name.includes('restore'))).toEqual([]);
  }
  for (const path of [`${system}/disk.0`, dataPath]) {
    const { stdout } = await run(['qemu-img', 'info', '-U', '-f', 'qcow2', '--output=json', path]);
    expect(JSON.parse(stdout)).not.toHaveProperty('backing-filename');
    await run(['qemu-img', 'check', '-U', '-q', '-f', 'qcow2', path]);
  }
});

it('begins a new chain, and says why', async () => {
  await write('four');
  const full = await cloud.backup(vmId);
  expect(full.imageIds[0]).not.toBe(imageId);
  expect(full.reason).toMatch(/restore/);
  await write('five');
  expect((await cloud.backup(vmId)).reason).toMatch(/^changes since/);
});

it('puts disks back that have layers over them, and the layers go', async () => {
  await cloud.call('one.vm.updateconf', vmId, 'BACKUP_CONFIG=[ MODE="INCREMENT", INCREMENT_MODE="SNAPSHOT" ]', 1);
  await write('six');
  imageId = (await cloud.backup(vmId)).imageIds[0] ?? -1;
  await write('seven');
  expect((await cloud.backup(vmId)).reason).toMatch(/^changes since/);
  await write('eight'); // it lies in a layer
  const layers = async (): Promise<string[]> =>
    (await readdir(`${cloud.directory}/datastores/0/${vmId}`)).filter((name) => name.includes('.snap'));
  expect(await layers()).not.toEqual([]);
  await putBack(0);
  expect(await layers()).toEqual([]);
  expect(await notes()).toEqual(['six', 'six']);
  expect((await cloud.backup(vmId)).reason).toMatch(/restore/);
});
