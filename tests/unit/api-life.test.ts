// A daemon on fakes over time: VMs that come and go, a backup that fails, secrets that stay inside, and what a daemon that
// ended half-way finds again.
import { chmod, mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startApp } from '../../src/app.ts';
import { permissionsFromOctet } from '../../src/model/permissions.ts';
import { diskImage } from '../golden/objects.ts';
import { planted } from '../planted/secret.ts';
import { FakeCloud } from './fake-cloud.ts';

const VM = 'CPU="0.5"\nMEMORY="64"\n';
const SECRET = planted('-and-3');
let cloud: FakeCloud;
let ann = '';

beforeAll(async () => {
  cloud = await FakeCloud.open();
  await cloud.host();
  ann = await cloud.user('ann');
});
afterAll(() => cloud.close());

/** What everybody may read: every pool and object as text. */
async function published(session: string, decrypt: boolean): Promise<string> {
  const texts = [await cloud.text(session, 'one.datastorepool.info')];
  for (const { id } of await cloud.store.datastores.list()) {
    texts.push(await cloud.text(session, 'one.datastore.info', id, decrypt));
  }
  return texts.join('\n');
}

it('shows secrets to administrators who ask for them, and to nobody else', async () => {
  const text = `NAME="r"\nTYPE="BACKUP_DS"\nDS_MAD="restic"\nRESTIC_BACKEND="LOCAL"\nRESTIC_PASSWORD="${SECRET}"`;
  const id = await cloud.id('one.datastore.allocate', text, -1);
  await cloud.store.datastores.update(id, (record) => void (record.permissions = permissionsFromOctet(0o644)));
  for (const [session, decrypt] of [
    [cloud.session, false],
    [ann, false],
    [ann, true],
  ] as Array<[string, boolean]>) {
    const seen = await published(session, decrypt);
    expect(seen).not.toContain(SECRET);
    expect(seen).toContain('<RESTIC_PASSWORD><![CDATA[***]]></RESTIC_PASSWORD>');
  }
  expect(await published(cloud.session, true)).toContain(SECRET);
  await cloud.call('one.datastore.allocate', `RESTIC_PASSWORD="${SECRET}" ]`, -1).catch(() => undefined);
});

it('lives through a VM', async () => {
  const image = await cloud.image('NAME="life"\nSIZE="1"\nFORMAT="raw"\nPERSISTENT="YES"');
  const id = await cloud.id(
    'one.vm.allocate',
    `${VM}DISK=[ IMAGE="life" ]\nDISK=[ TYPE="fs", SIZE="1", FORMAT="raw" ]`,
  );
  expect(await cloud.store.images.get(image)).toMatchObject({ state: 8 });
  expect((await cloud.xml('one.image.info', image)).textOf('VMS/ID')).toBe(String(id));
  await cloud.vmIs(id, 3, 3);
  expect((await cloud.xml('one.host.info', 0)).textOf('VMS/ID')).toBe(String(id));
  expect((await stat(`${cloud.config.datastoreLocation}/0/${id}/disk.1`)).size).toBe(2 ** 20);
  await expect(cloud.call('one.vm.deploy', id, 0)).rejects.toMatchObject({ code: 0x800 });
  expect(await cloud.call('one.vm.action', 'reboot', id)).toBe(id);
  await cloud.call('one.vm.action', 'poweroff', id);
  await cloud.vmIs(id, 8, 0);
  await cloud.call('one.vm.action', 'resume', id);
  await cloud.vmIs(id, 3, 3);
  await cloud.call('one.vm.action', 'terminate-hard', id);
  await cloud.vmIs(id, 6, 0);
  expect(await cloud.store.images.get(image)).toMatchObject({ state: 1 });
  expect((await cloud.xml('one.image.info', image)).textOf('VMS/ID')).toBe('');
  await expect(stat(`${cloud.config.datastoreLocation}/0/${id}`)).rejects.toThrow('ENOENT');
  expect((await cloud.xml('one.host.info', 0)).textOf('VMS/ID')).toBe('');
  const vm = await cloud.xml('one.vm.info', id);
  expect(Number(vm.textOf('ETIME'))).toBeGreaterThan(0);
  expect(vm.children('HISTORY_RECORDS/HISTORY').map((record) => record.textOf('ACTION'))).toEqual(['19', '28']);
  await expect(cloud.call('one.vm.action', 'resume', id)).rejects.toThrow(
    'is in state DONE: resume is possible in POWEROFF',
  );
});

it('ends a VM that never ran, and gives its image back in the same breath', async () => {
  const image = await cloud.image('NAME="waiting"\nSIZE="1"\nFORMAT="raw"\nPERSISTENT="YES"');
  const id = await cloud.id('one.vm.allocate', `${VM}DISK=[ IMAGE="waiting" ]`, true);
  await cloud.call('one.vm.action', 'terminate', id);
  expect(await cloud.store.images.get(image)).toMatchObject({ state: 1 });
  expect(await cloud.store.vms.get(id)).toMatchObject({ state: 6, lcmState: 0 });
});

it('waits for a host with room, and says why a VM waits', async () => {
  const id = await cloud.id('one.vm.allocate', 'CPU="1"\nMEMORY="100000000"');
  await cloud.until('it is known why', async () =>
    cloud.log.some((line) => line.includes('No host has 100000000 MB of free memory; the best has 15360 MB.')),
  );
  expect(await cloud.store.vms.get(id)).toMatchObject({ state: 1 });
  await cloud.call('one.vm.action', 'terminate', id);
});

it('a backup that fails says why, puts the VM back, and keeps no secret', async () => {
  const text = `NAME="b"\nTYPE="BACKUP_DS"\nDS_MAD="fake"\nFAKE_PASSWORD="${SECRET}"`;
  const datastore = await cloud.id('one.datastore.allocate', text, -1);
  await writeFile(`${cloud.config.datastoreLocation}/${datastore}/password.sha256`, 'another');
  await cloud.image('NAME="back"\nSIZE="1"\nFORMAT="raw"\nPERSISTENT="YES"');
  const id = await cloud.id('one.vm.allocate', `${VM}NAME="back"\nDISK=[ IMAGE="back" ]`);
  await cloud.vmIs(id, 3, 3);
  expect(await cloud.call('one.vm.backup', id, datastore)).toBe(id);
  await expect(cloud.call('one.vm.backup', id, datastore)).rejects.toThrow('is in state BACKUP: backup is possible in');
  await expect(cloud.call('one.vm.updateconf', id, 'A=b')).rejects.toThrow('is in state BACKUP');
  await expect(cloud.call('one.vm.action', 'terminate-hard', id)).rejects.toThrow('is in state BACKUP: terminate-hard');
  const operation = await cloud.follow('vm', id);
  expect(operation).toMatchObject({ kind: 'backup', result: 'failed', phase: 'failed', imageIds: [], plan: null });
  expect(operation.reason).toContain('the password is wrong');
  await cloud.vmIs(id, 3, 3);
  const vm = await cloud.xml('one.vm.info', id);
  expect(vm.textOf('USER_TEMPLATE/ERROR')).toMatch(
    /^\d{4}-.* UTC: Backup to datastore \d+ failed: .*the password is wrong/,
  );
  expect(vm.children('BACKUPS/BACKUP_IDS/ID')).toEqual([]);
  expect(await cloud.store.links.of('image-datastore', datastore)).toEqual([]);
  // how it ended can be read again, by its owner alone
  expect((await cloud.follow('vm', id)).id).toBe(operation.id);
  expect((await cloud.progress(`vm/${id}`, ann)).status).toBe(403);
  const kept = JSON.stringify(await cloud.store.operations.find(operation.id));
  expect(kept).not.toContain(SECRET);
  expect(vm.textOf('USER_TEMPLATE/ERROR') + operation.reason).not.toContain(SECRET);
});

it('only one daemon works on a state directory, and one that cannot start leaves nothing open', async () => {
  await expect(startApp(cloud.config)).rejects.toThrow('Another daemon works on');
  const port = Number(new URL(cloud.endpoint).port);
  const elsewhere = { ...cloud.config, stateDirectory: join(cloud.directory, 'second') };
  const second = { ...elsewhere, ...(await cloud.otherDatabase(elsewhere.stateDirectory)), logLevel: 'silent' };
  await expect(startApp({ ...second, port })).rejects.toThrow('EADDRINUSE');
  const app = await startApp(second);
  await app.close();
  expect(await cloud.call('one.system.version')).toBe('6.8.3');
});

it('finds again what a daemon that ended half-way was doing', async () => {
  const source = `${cloud.config.datastoreLocation}/1/${'0'.repeat(32)}`;
  const add = async (name: string, state: 4 | 7): Promise<number> => {
    const record = { ...diskImage, name, state, source, datastoreId: 1, vms: [] };
    return (await cloud.store.images.allocate((id) => ({ ...record, id }))).id;
  };
  const made = await add('made', 4);
  const deleted = await add('deleted', 7);
  await expect(cloud.call('one.image.delete', made)).rejects.toThrow('is locked by work that goes on');
  await writeFile(`${source}.part`, 'half of it');
  const before = await readFile(join(cloud.directory, '.one/one_auth'), 'utf8');
  await cloud.stop();
  const file = join(cloud.directory, cloud.config.postgres ? 'daemon.lock' : 'one.db');
  await chmod(file, 0o644); // as an older daemon left it
  await cloud.start();
  expect(((await stat(file)).mode & 0o777).toString(8)).toBe('600');
  expect(await readFile(join(cloud.directory, '.one/one_auth'), 'utf8')).toBe(before);
  for (const [id, what] of [
    [made, 'made; create it again'],
    [deleted, 'deleted; delete it again'],
  ] as Array<[number, string]>) {
    const image = await cloud.xml('one.image.info', id);
    expect([image.textOf('STATE'), image.textOf('TEMPLATE/ERROR')]).toEqual([
      '5',
      `The daemon ended while the image was ${what}.`,
    ]);
    expect(await cloud.call('one.image.delete', id)).toBe(id);
  }
  await expect(stat(`${source}.part`)).rejects.toThrow('ENOENT');
});

it('shows why an image could not be deleted, and deletes it when it can', async () => {
  const id = await cloud.image('NAME="stuck"\nSIZE="1"\nFORMAT="raw"');
  const { source } = await cloud.store.images.get(id);
  await cloud.store.images.update(id, (record) => void (record.source = '/elsewhere/file'));
  await expect(cloud.call('one.image.delete', id)).rejects.toThrow('/elsewhere/file is not an image of the datastore');
  expect(await cloud.store.images.get(id)).toMatchObject({ state: 5 });
  await cloud.store.images.update(id, (record) => void (record.source = source));
  await cloud.call('one.image.delete', id);
  await expect(stat(source)).rejects.toThrow('ENOENT');
});

it('stops in the middle of work without losing any of it', async () => {
  await mkdir(join(cloud.directory, 'files'));
  await writeFile(join(cloud.directory, 'files/big.raw'), Buffer.alloc(32 * 2 ** 20, 7));
  const vm = await cloud.id('one.vm.allocate', `${VM}DISK=[ TYPE="fs", SIZE="1", FORMAT="raw" ]`);
  const id = await cloud.id('one.image.allocate', `NAME="big"\nPATH="${cloud.directory}/files/big.raw"`, 1);
  await cloud.stop();
  await cloud.start();
  expect(await cloud.store.images.get(id)).toMatchObject({ state: 1, sizeMb: 32 });
  await cloud.vmIs(vm, 3, 3);
});

it('has logged no secret in all that', () => {
  const password = cloud.session.split(':')[1] ?? '';
  expect(password).toMatch(/^[0-9a-f]{32}$/);
  expect(cloud.log.some((line) => line.includes('a backup failed'))).toBe(true);
  for (const line of cloud.log) {
    expect(line).not.toContain(SECRET);
    expect(line).not.toContain(password);
    expect(line).not.toContain('scrypt$');
  }
});
