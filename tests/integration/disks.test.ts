// Which disks a backup holds: images always, volatile file systems when BACKUP_VOLATILE says so, swap and CDROMs never.
import { mkdir, writeFile } from 'node:fs/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Cloud } from './cloud.ts';

let cloud: Cloud;
let vmId: number;

beforeAll(async () => {
  cloud = await Cloud.open(77000);
  const root = await cloud.image('root', { path: cloud.guest.rootImage, format: 'raw', persistent: false });
  await mkdir(`${cloud.directory}/media`);
  await writeFile(`${cloud.directory}/media/disc.iso`, Buffer.alloc(4096, 'CD'));
  const disc = `NAME="disc"\nTYPE="CDROM"\nPATH="${cloud.directory}/media/disc.iso"`;
  const cdrom = Number(await cloud.call('one.image.allocate', disc, 1));
  await cloud.imagesReady([cdrom]);
  const volatile = [
    `DISK=[ IMAGE_ID="${cdrom}" ]`,
    'DISK=[ TYPE="swap", SIZE="16" ]',
    'DISK=[ TYPE="fs", SIZE="24", FORMAT="qcow2" ]',
    'DISK=[ TYPE="fs", SIZE="24", FORMAT="raw" ]',
  ].join('\n');
  vmId = await cloud.vm([root], volatile);
  await (await cloud.console(vmId)).close();
});

afterAll(async () => cloud.close());

async function storedFiles(): Promise<string[]> {
  const operation = await cloud.backup(vmId);
  const image = await cloud.info('image', operation.imageIds[0] ?? -1);
  const listed = await cloud.restic('ls', image.textOf('SOURCE'));
  return [...listed.matchAll(/\/backup\/(\S+)$/gm)].map(([, name]) => name ?? '').sort();
}

it('leaves out volatile disks, swap and CDROMs by default', async () => {
  expect(await storedFiles()).toEqual(['disk.0.0', 'onevault.json', 'vm.xml']);
});

it('holds volatile file systems with BACKUP_VOLATILE="YES", live and powered off', async () => {
  await cloud.call('one.vm.updateconf', vmId, 'BACKUP_CONFIG=[ BACKUP_VOLATILE="YES" ]', 1);
  const withVolatile = ['disk.0.0', 'disk.3.0', 'disk.4.0', 'onevault.json', 'vm.xml'];
  expect(await storedFiles()).toEqual(withVolatile);
  await cloud.call('one.vm.action', 'poweroff', vmId);
  await cloud.vmIs(vmId, '8', '0');
  expect(await storedFiles()).toEqual(withVolatile);
});

it('restores to a template that boots, with a new swap disk and the same CDROM', async () => {
  const backups = (await cloud.info('vm', vmId)).child('BACKUPS/BACKUP_IDS')?.children() ?? [];
  const { template, images } = await cloud.restore(Number(backups.at(-1)?.text), 'NAME="again"');
  expect(images).toHaveLength(3);
  const restored = Number(await cloud.call('one.template.instantiate', template, 'again', false, '', false));
  await cloud.started(restored);
  const disks = (await cloud.info('vm', restored)).children('TEMPLATE/DISK').map((disk) => disk.textOf('TYPE'));
  expect(disks).toEqual(['FILE', 'CDROM', 'swap', 'FILE', 'FILE']);
  await (await cloud.console(restored)).close();
});

it('drops the oldest backups that KEEP_LAST does not keep, data and record', async () => {
  await cloud.call('one.vm.updateconf', vmId, 'BACKUP_CONFIG=[ KEEP_LAST="2" ]', 1);
  const { imageIds } = await cloud.backup(vmId);
  const kept = async (): Promise<number[]> =>
    (await cloud.info('vm', vmId)).children('BACKUPS/BACKUP_IDS/ID').map(({ text }) => Number(text));
  await cloud.until('two backups are left', async () => (await kept()).length === 2);
  expect(await cloud.snapshots()).toHaveLength(2); // the data goes first, the record after
  expect((await kept()).at(-1)).toBe(imageIds[0]);
});
