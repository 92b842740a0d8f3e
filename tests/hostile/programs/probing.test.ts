// A guest writes the header of a qcow2 with a backing file of the host's into its raw disk. Whatever is done with that disk, and with backups
// of it, it stays a raw disk: nothing of the host's file gets anywhere. The daemon and the real mover, at the fake host.
import { glob, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { run } from '../../../src/exec/exec.ts';
import { diskPath, readDisks } from '../../../src/vm/disks.ts';
import { FakeCloud } from '../../unit/fake-cloud.ts';
import { sameContent } from '../../integration/cloud.ts';

const MIB = 2 ** 20;
const SECRET = 'what-only-the-host-knows';
let cloud: FakeCloud;
let backups: number;
let secret: string;
let disk: string;
let vmId: number;

beforeAll(async () => {
  cloud = await FakeCloud.open();
  secret = `${cloud.directory}-secret`;
  await writeFile(secret, Buffer.alloc(2 * MIB, SECRET));
  await cloud.host();
  backups = await cloud.id('one.datastore.allocate', 'NAME="backups"\nTYPE="BACKUP_DS"\nDS_MAD="fake"', -1);
  const image = await cloud.image('NAME="hostile"\nSIZE="2"\nFORMAT="raw"\nPERSISTENT="YES"');
  vmId = await machineOf(image);
  disk = (await cloud.store.images.get(image)).source;
  await infect(disk);
});
afterAll(async () => {
  await cloud.close();
  await rm(secret, { force: true });
});

/** What the guest does: a header that leads to the secret, and something of its own behind it. */
async function infect(path: string): Promise<void> {
  const overlay = `${cloud.directory}/overlay`;
  await run(['qemu-img', 'create', '-q', '-f', 'qcow2', '-F', 'raw', '-b', secret, overlay, String(2 * MIB)]);
  const header = await readFile(overlay);
  await rm(overlay);
  const content = Buffer.alloc(2 * MIB);
  header.copy(content);
  content.fill('of the guest', 2 * MIB - 4096);
  await writeFile(path, content);
}

async function machineOf(image: number): Promise<number> {
  const id = await cloud.id('one.vm.allocate', `CPU="0.1"\nMEMORY="16"\nDISK=[ IMAGE_ID="${image}" ]`, false);
  await cloud.vmIs(id, 3, 3);
  await cloud.call('one.vm.action', 'poweroff-hard', id);
  await cloud.vmIs(id, 8, 0);
  return id;
}

async function done(noun: 'vm' | 'image', id: number): Promise<void> {
  const { result, reason } = await cloud.follow(noun, id);
  expect([result, reason]).toEqual(['done', reason]);
}

/** No file but the secret's own has it. */
async function expectNoLeak(): Promise<void> {
  const leaks: string[] = [];
  for await (const file of glob(`${cloud.directory}/**/*`)) {
    const found = await stat(file).catch(() => undefined); // gone meanwhile
    if (found?.isFile() && (await readFile(file)).includes(SECRET)) leaks.push(file);
  }
  expect(leaks).toEqual([]);
}

const isTheDisk = async (path: string): Promise<boolean> => (await readFile(path)).equals(await readFile(disk));

async function backup(): Promise<number> {
  await cloud.call('one.vm.backup', vmId, backups, false);
  const { result, reason, recorded } = await cloud.follow('vm', vmId);
  expect([result, reason]).toEqual(['done', reason]);
  await cloud.vmIs(vmId, 8, 0);
  return recorded?.imageId ?? -1;
}

it('in a backup, a restore, and one in place', async () => {
  const image = await backup();
  const ids = (await cloud.text(cloud.session, 'one.image.restore', image, 1, 'NAME="again"')).split(' ').map(Number);
  await cloud.until('it is restored', async () => (await cloud.store.images.get(ids[1] ?? -1)).state === 1);
  const restored = await cloud.store.images.get(ids[1] ?? -1);
  expect(restored.format).toBe('raw');
  expect(await isTheDisk(restored.source)).toBe(true);
  const before = `${cloud.directory}/before`;
  await writeFile(before, await readFile(disk));
  await run(['qemu-io', '-f', 'raw', '-c', 'write -P 7 0 65536', disk]);
  await cloud.call('one.vm.restore', vmId, image);
  await done('vm', vmId);
  expect(await sameContent([disk, 'raw'], [before, 'raw'])).toBe(true);
  await rm(before);
  await expectNoLeak();
});

it('in a drill, and restored at once', async () => {
  const image = await backup();
  await cloud.call('one.image.drill', image, -1, 'TEXT="login:"');
  await done('image', image);
  const id = await cloud.id('one.vm.restoreinstant', image, -1, 'NAME="at once"');
  await done('vm', id);
  await cloud.vmIs(id, 3, 3);
  const [own] = readDisks((await cloud.store.vms.get(id)).template);
  const path = own ? diskPath(own, `${cloud.directory}/datastores/0/${id}`) : '';
  expect(await sameContent([path, own?.format ?? 'raw'], [disk, 'raw'])).toBe(true);
  await expectNoLeak();
});

it('in copies of the image, under layers and beside other machines', async () => {
  const first = (await cloud.store.vms.get(vmId)).template;
  const [own] = readDisks(first);
  const copy = await cloud.id('one.image.clone', own?.imageId ?? -1, 'copy', 1).catch(() => -1); // not while it is in use
  const saved = copy >= 0 ? copy : await cloud.id('one.vm.disksaveas', vmId, 0, 'saved', '', -1);
  await cloud.until('the copy is ready', async () => (await cloud.store.images.get(saved)).state === 1);
  const image = await cloud.store.images.get(saved);
  expect(image.format).toBe('raw');
  expect(await isTheDisk(image.source)).toBe(true);
  const onTop = await machineOf(saved); // a qcow2 of its own that stands on the raw image
  const [layer] = readDisks((await cloud.store.vms.get(onTop)).template);
  const path = layer ? diskPath(layer, `${cloud.directory}/datastores/0/${onTop}`) : '';
  expect(await sameContent([path, 'qcow2'], [disk, 'raw'])).toBe(true);
  await cloud.call('one.vm.attach', vmId, `DISK=[ IMAGE_ID="${saved}" ]`);
  await cloud.vmIs(vmId, 8, 0);
  await backup();
  await expectNoLeak();
});
