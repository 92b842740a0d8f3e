// A whole daemon and the real mover with an rsync datastore over a real SSH server, at the fake host: what is stored comes back, also after
// retention has merged it. The VM's id says whose test it is.
import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { afterAll, beforeAll, expect, it as always, vi } from 'vitest';
import { run } from '../../src/exec/exec.ts';
import type { Image } from '../../src/model/image.ts';
import { FakeCloud } from '../unit/fake-cloud.ts';
import { sameContent } from './cloud.ts';
import { hasRsyncAndSsh, TestSshd } from './sshd.ts';

vi.setConfig({ testTimeout: 180_000, hookTimeout: 180_000 });
const usable = await hasRsyncAndSsh();

const it = always.skipIf(!usable);

let sshd: TestSshd;
let cloud: FakeCloud;
let [backups, vmId] = [-1, -1];
let disk = '';
const copies = new Map<number, string>();

beforeAll(async () => {
  if (!usable) return;
  sshd = await TestSshd.open();
  cloud = await FakeCloud.open();
  await cloud.host();
  const attributes = Object.entries(sshd.attributes()).map(([name, value]) => `${name}="${value}"`);
  const template = ['NAME="plain"', 'TYPE="BACKUP_DS"', 'DS_MAD="rsync"', 'FLATTEN_SHARE="1"', ...attributes].join(
    '\n',
  );
  backups = await cloud.id('one.datastore.allocate', template, -1);
  const image = await cloud.image('NAME="a"\nSIZE="8"\nFORMAT="qcow2"\nPERSISTENT="YES"');
  const config = 'BACKUP_CONFIG=[ MODE="INCREMENT", KEEP_LAST="2" ]';
  vmId = await cloud.id('one.vm.allocate', `CPU="1"\nMEMORY="64"\nDISK=[ IMAGE_ID="${image}" ]\n${config}`, false);
  await cloud.vmIs(vmId, 3, 3);
  disk = (await cloud.store.images.get(image)).source;
});
afterAll(async () => {
  if (!usable) return;
  await cloud.close();
  await sshd.close();
});

const chain = async (): Promise<Image> => {
  const { incrementalBackupId } = (await cloud.store.vms.get(vmId)).backups.config;
  return cloud.store.images.get(incrementalBackupId);
};
const stored = (): Promise<string[]> => readdir(`${cloud.directory}/datastores/${backups}/${vmId}`);
const layers = async (): Promise<string[]> => [
  ...new Set((await chain()).points.flatMap((point) => point.layers.map(({ source }) => source))),
];
const merged = (times: number) => async (): Promise<boolean> => {
  const runs = await cloud.store.operations.ofVm(vmId, 99);
  return runs.filter(({ kind, result }) => kind === 'flatten' && result === 'done').length >= times;
};
const idle = (): Promise<void> =>
  cloud.until('upkeep has nothing to do', async () => (await cloud.store.operations.running()).length === 0, 60_000);

async function backup(round: number): Promise<void> {
  await run(['qemu-io', '-f', 'qcow2', '-c', `write -P ${round + 1} ${round * 131_072} 65536`, disk]);
  await cloud.call('one.vm.backup', vmId, round === 0 ? backups : -1, false);
  const { result, reason, recorded } = await cloud.follow('vm', vmId);
  expect([result, reason]).toEqual(['done', reason]);
  const copy = `${cloud.directory}/copy-${round}`;
  await run(['cp', '--', disk, copy]);
  copies.set(recorded?.pointId ?? -1, copy);
  await idle();
}

async function expectRestores(imageId: number, pointId: number): Promise<void> {
  const options = `NAME="r${pointId}-${Date.now()}"\nINCREMENT_ID="${pointId}"`;
  const ids = (await cloud.text(cloud.session, 'one.image.restore', imageId, 1, options)).split(' ').map(Number);
  expect((await cloud.follow('image', ids[1] ?? -1)).reason).toBe('');
  const { source } = await cloud.store.images.get(ids[1] ?? -1);
  expect(await sameContent([source, 'qcow2'], [copies.get(pointId) ?? '', 'qcow2']), `point ${pointId}`).toBe(true);
}

it('needs to know the machine', async () => {
  const refused = cloud.call('one.datastore.allocate', 'NAME="b"\nTYPE="BACKUP_DS"\nDS_MAD="rsync"', -1);
  await expect(refused).rejects.toThrow(/DS_MAD="rsync" needs RSYNC_HOST, RSYNC_USER/);
  const strange = 'NAME="b"\nTYPE="BACKUP_DS"\nDS_MAD="rsync"\nRSYNC_BACKEND="LOCAL"\nRSYNC_ARGS="-e sh"';
  await expect(cloud.call('one.datastore.allocate', strange, -1)).rejects.toThrow(/"-e" is not allowed/);
});

it('merges what retention lets go, and brings back every point, byte for byte', async () => {
  for (let round = 0; round < 3; round++) await backup(round);
  await cloud.until('layers were merged', merged(1), 60_000);
  const { id, points } = await chain();
  expect(points.map(({ type }) => type)).toEqual(['FULL', 'INCREMENT']);
  await cloud.until('nothing is left to remove', async () => (await chain()).garbage?.length === 0, 60_000);
  expect((await stored()).sort()).toEqual((await layers()).sort());
  await cloud.call('one.image.verify', id);
  await idle();
  const verified = (await cloud.store.operations.ofVm(vmId, 99)).find(({ kind }) => kind === 'verify');
  expect(verified).toMatchObject({ result: 'done' });
  for (const point of points) await expectRestores(id, point.id);
});

it('goes on from the directory itself', async () => {
  const here = 'RSYNC_BACKEND="LOCAL"\nRSYNC_HOST=""\nRSYNC_USER=""';
  await cloud.call('one.datastore.update', backups, here, 1); // the server was this machine: it is the same directory
  await backup(3);
  await cloud.until('layers were merged', merged(2), 60_000);
  const { id, points } = await chain();
  await expectRestores(id, points.at(-1)?.id ?? -1);
});

it('gives everything back when the image is deleted', async () => {
  const { id } = await chain();
  await cloud.call('one.image.delete', id, false);
  await cloud.until('the image is gone', async () => (await cloud.store.images.find(id)) === undefined, 60_000);
  await idle();
  expect(await stored()).toEqual([]);
  const sockets = (await readdir(tmpdir())).flatMap((name) => /^onevault-ssh-(\d+)-/.exec(name)?.[1] ?? []);
  expect(sockets.filter((pid) => !existsSync(`/proc/${pid}`))).toEqual([]); // each mover has removed its own
});
