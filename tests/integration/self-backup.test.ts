// The control node is lost: its database comes back from a copy in a restic repository, restores go on, and nothing that happened after the
// copy is given a name twice or taken away. The daemon and its mover with the real restic, at the fake host.
import { cp, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { look } from '../../src/fsck/run.ts';
import { run } from '../../src/exec/exec.ts';
import type { Image } from '../../src/model/image.ts';
import type { Operation } from '../../src/model/operation.ts';
import { main as recoverSelf } from '../../src/recover/main.ts';
import { cheapRepository } from '../guest/repository.ts';
import { planted } from '../planted/secret.ts';
import { FakeCloud } from '../unit/fake-cloud.ts';
import { sameContent } from './cloud.ts';

vi.setConfig({ testTimeout: 300_000, hookTimeout: 300_000 });

const PASSWORD = planted('-of-a-repository');
let cloud: FakeCloud;
let vault = -1;
let vm = { vmId: -1, disk: '' };

beforeAll(async () => {
  cloud = await FakeCloud.open();
  await cloud.host();
  const attributes = `RESTIC_BACKEND="LOCAL"\nRESTIC_PASSWORD="${PASSWORD}"`;
  vault = await cloud.id(
    'one.datastore.allocate',
    `NAME="vault"\nTYPE="BACKUP_DS"\nDS_MAD="restic"\n${attributes}`,
    -1,
  );
  await cheapRepository(repository(), PASSWORD);
  const image = await cloud.image('NAME="disk"\nSIZE="4"\nFORMAT="qcow2"\nPERSISTENT="YES"');
  const template = `NAME="web"\nCPU="1"\nMEMORY="64"\nDISK=[ IMAGE_ID="${image}" ]\nBACKUP_CONFIG=[ MODE="INCREMENT" ]`;
  const vmId = await cloud.id('one.vm.allocate', template, false);
  await cloud.vmIs(vmId, 3, 3);
  vm = { vmId, disk: (await cloud.store.images.get(image)).source };
});
afterAll(() => cloud.close());

const repository = (): string => `${cloud.directory}/datastores/${vault}`;
const backups = async (): Promise<Image[]> =>
  (await cloud.store.images.list({ ascending: true })).filter(({ type }) => type === 6);

async function backup(round: number): Promise<void> {
  await run(['qemu-io', '-f', 'qcow2', '-c', `write -P ${round + 1} ${round * 131_072} 65536`, vm.disk]);
  await cloud.call('one.vm.backup', vm.vmId, vault, false);
  const { result, reason } = await cloud.follow('vm', vm.vmId);
  expect([result, reason]).toEqual(['done', reason]);
  await cp(vm.disk, `${cloud.directory}/datastores/copy-${round}`);
}

async function backupSelf(): Promise<Operation> {
  const id = await cloud.text(cloud.session, 'one.system.backupself', vault);
  let ended: Operation | undefined;
  await cloud.until('the copy is stored', async () => {
    ended = await cloud.store.operations.find(id);
    return ended !== undefined && ended.result !== 'running';
  });
  return ended as Operation;
}

async function expectRestores(image: Image, pointId: number, round: number): Promise<void> {
  const options = `NAME="r${image.id}-${pointId}"\nINCREMENT_ID="${pointId}"`;
  const ids = (await cloud.text(cloud.session, 'one.image.restore', image.id, 1, options)).split(' ').map(Number);
  expect((await cloud.follow('image', ids[1] ?? -1)).reason).toBe('');
  const { source } = await cloud.store.images.get(ids[1] ?? -1);
  expect(await sameContent([source, 'qcow2'], [`${cloud.directory}/datastores/copy-${round}`, 'qcow2'])).toBe(true);
}

it('brings everything back that was known, and lists what came after', async () => {
  await backup(0);
  await backup(1);
  const copy = await backupSelf();
  expect([copy.result, copy.reason]).toEqual([
    'done',
    expect.stringMatching(/^the database \(\d+ KiB\) is in snapshot/),
  ]);
  expect(await readdir(`${cloud.directory}/run`)).toEqual([]);
  await backup(2); // not in the copy
  const key = await readFile(`${cloud.directory}/.one/onevault_key`);
  const before = await cloud.store.vms.get(vm.vmId);

  await cloud.stop();
  for (const name of await readdir(cloud.directory)) {
    if (!['datastores', 'fake-host-0'].includes(name)) await rm(`${cloud.directory}/${name}`, { recursive: true });
  }
  const fakeHost = `${cloud.directory}/datastores/fake-host-0`;
  const hasHost = (await readdir(cloud.directory)).includes('fake-host-0');
  if (hasHost) await rename(`${cloud.directory}/fake-host-0`, fakeHost); // the host was not lost
  const file = `${cloud.directory}/datastores/vault.ds`;
  await writeFile(file, `RESTIC_BACKEND="LOCAL"\nRESTIC_PATH="${repository()}"\nRESTIC_PASSWORD="${PASSWORD}"\n`);
  const args = ['--driver', 'restic', '--attributes', file, '--config', '/dev/null', '--state', cloud.directory];
  const code = await recoverSelf(args).finally(() => rm(file));
  expect(code).toBe(0);
  if (hasHost) await rename(fakeHost, `${cloud.directory}/fake-host-0`);

  expect(await readFile(`${cloud.directory}/.one/onevault_key`)).toEqual(key);
  for (const name of ['one.db', '.one/onevault_key', '.one/one_auth']) {
    expect((await stat(`${cloud.directory}/${name}`)).mode & 0o777, name).toBe(0o600);
  }
  expect((await look(cloud.config)).findings).toEqual([]);
  await cloud.start();
  const after = await cloud.store.vms.get(vm.vmId);
  expect(after.backups.nextTracker).toBeGreaterThan((before.backups.nextTracker ?? 0) + 1000);
  expect((await cloud.store.operations.find(copy.id))?.result).toBe('done');
  const [image] = await backups();
  expect(image?.points.map(({ id }) => id)).toEqual([0, 1]);

  await cloud.call('one.datastore.rescan', vault);
  await cloud.until('the rescan has ended', async () => (await cloud.store.operations.running()).length === 0, 120_000);
  const [found] = await backups();
  expect(found?.points.map(({ id }) => id)).toEqual([0, 1, 2]);
  if (!found) throw new Error('The backups were not listed.');
  for (const round of [0, 1, 2]) await expectRestores(found, round, round);
});

it('goes on with a full backup that says why, and increments after it', async () => {
  await backup(3);
  const [, second] = await backups();
  expect(second?.points.map(({ type, reason }) => [type, reason])).toEqual([
    ['FULL', expect.stringContaining('the database was recovered from its copy of')],
  ]);
  await backup(4);
  const [, grown] = await backups();
  expect(grown?.points.map(({ type }) => type)).toEqual(['FULL', 'INCREMENT']);
  if (!grown) throw new Error('The backups were not listed.');
  await expectRestores(grown, 1, 4);
  await cloud.until('nothing runs', async () => (await cloud.store.operations.running()).length === 0, 120_000);
  expect((await look(cloud.config)).findings).toEqual([]);
});

it('refuses a directory that holds anything, and changes nothing there', async () => {
  const before = await stat(cloud.config.database);
  const file = `${cloud.directory}/vault.ds`;
  await writeFile(
    file,
    `DS_MAD="restic"\nRESTIC_BACKEND="LOCAL"\nRESTIC_PATH="${repository()}"\nRESTIC_PASSWORD="x"\n`,
  );
  const args = ['--attributes', file, '--config', '/dev/null', '--state', cloud.directory];
  expect(await recoverSelf(args).finally(() => rm(file))).toBe(1);
  expect((await stat(cloud.config.database)).ino).toBe(before.ino);
});
