// The rules of chains, from the API to the stored bytes: the whole daemon and the real mover on the fake host and the fake store, so
// that every rule can be tried in seconds. What real guests and programs do with it is tested elsewhere.
import { readdir } from 'node:fs/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { run } from '../../src/exec/exec.ts';
import type { BackupPoint, Image } from '../../src/model/image.ts';
import type { Operation } from '../../src/model/operation.ts';
import { look } from '../../src/fsck/run.ts';
import type { Vm } from '../../src/model/vm.ts';
import { FakeCloud } from '../unit/fake-cloud.ts';
import { sameContent } from './cloud.ts';

const MIB = 2 ** 20;
let cloud: FakeCloud;
let [backups, elsewhere] = [-1, -1];
let vmId: number;
/** The VM's two disks, and copies of both by point: `<image>.<point>`. */
let disks: string[];
const copies = new Map<string, string[]>();

beforeAll(async () => {
  cloud = await FakeCloud.open();
  await cloud.host();
  backups = await cloud.id('one.datastore.allocate', 'NAME="backups"\nTYPE="BACKUP_DS"\nDS_MAD="fake"', -1);
  elsewhere = await cloud.id('one.datastore.allocate', 'NAME="elsewhere"\nTYPE="BACKUP_DS"\nDS_MAD="fake"', -1);
});
afterAll(() => cloud.close());

let made = 0;
beforeEach(async () => {
  made += 1;
  const ids = [
    await cloud.image(`NAME="a${made}"\nSIZE="8"\nFORMAT="qcow2"\nPERSISTENT="YES"`),
    await cloud.image(`NAME="b${made}"\nSIZE="4"\nFORMAT="qcow2"\nPERSISTENT="YES"`),
  ];
  const on = ids.map((id) => `DISK=[ IMAGE_ID="${id}" ]`).join('\n');
  vmId = await cloud.id('one.vm.allocate', `CPU="1"\nMEMORY="64"\n${on}\nBACKUP_CONFIG=[ MODE="INCREMENT" ]`, false);
  await cloud.vmIs(vmId, 3, 3);
  disks = await Promise.all(ids.map(async (id) => (await cloud.store.images.get(id)).source));
  await write(0, 0x11, 0, 3 * MIB);
  await write(1, 0x22, MIB, MIB);
});

async function write(disk: number, pattern: number, offset: number, length: number): Promise<void> {
  await run(['qemu-io', '-f', 'qcow2', '-c', `write -P ${pattern} ${offset} ${length}`, disks[disk] ?? '']);
}

async function configure(text: string): Promise<void> {
  await cloud.call('one.vm.updateconf', vmId, `BACKUP_CONFIG=[ ${text} ]`, 1);
}

const vm = (): Promise<Vm> => cloud.store.vms.get(vmId);
const chain = async (): Promise<Image> => cloud.store.images.get((await vm()).backups.config.incrementalBackupId);
const shape = ({ points }: Image): unknown[] => points.map(({ id, parentId, type }) => [id, parentId, type]);

/** Backs the VM up, keeps a copy of its disks, and returns the run. */
async function backup(reset = false, datastore = -1): Promise<Operation> {
  const first = (await vm()).backups.config.incrementalBackupId < 0;
  await cloud.call('one.vm.backup', vmId, first && datastore < 0 ? backups : datastore, reset);
  const operation = await cloud.follow('vm', vmId);
  if (operation.result !== 'done') return operation;
  const { imageId, pointId } = operation.recorded ?? { imageId: -1, pointId: -1 };
  const kept = disks.map((_, index) => `${cloud.directory}/copy-${imageId}-${pointId}-${index}`);
  for (const [index, disk] of disks.entries()) await run(['cp', '--', disk, kept[index] ?? '']);
  copies.set(`${imageId}.${pointId}`, kept);
  return operation;
}

async function backups3(): Promise<Operation[]> {
  const runs = [await backup()];
  for (const pattern of [0x33, 0x44]) {
    await write(0, pattern, pattern * 65_536, 65_536);
    runs.push(await backup());
  }
  return runs;
}

/** Restores a point and compares both disks with their copies. */
async function expectRestores(imageId: number, pointId: number): Promise<void> {
  made += 1;
  const options = `NAME="r${made}"\nINCREMENT_ID="${pointId}"`;
  const [, ...images] = (await cloud.text(cloud.session, 'one.image.restore', imageId, 1, options))
    .split(' ')
    .map(Number);
  expect((await cloud.follow('image', images[0] ?? -1)).reason).toBe('');
  for (const [index, id] of images.entries()) {
    const { source } = await cloud.store.images.get(id);
    const copy = copies.get(`${imageId}.${pointId}`)?.[index] ?? '';
    expect(await sameContent([source, 'qcow2'], [copy, 'qcow2']), `disk ${index} of ${imageId}.${pointId}`).toBe(true);
  }
}

async function expectAllRestore(): Promise<void> {
  for (const id of (await vm()).backups.ids) {
    for (const point of (await cloud.store.images.get(id)).points) await expectRestores(id, point.id);
  }
}

/** The newest point stands on all others of its chain. */
async function expectNewestRestores(): Promise<void> {
  const { id, points } = await chain();
  await expectRestores(id, points.at(-1)?.id ?? -1);
}

async function snapshots(datastore = backups): Promise<string[]> {
  const names = await readdir(`${cloud.directory}/datastores/${datastore}`);
  return names.flatMap((name) => /^([0-9a-f]{8})\.json$/.exec(name)?.[1] ?? []).sort();
}

const idle = (): Promise<void> =>
  cloud.until('upkeep has nothing to do', async () => (await cloud.store.operations.running()).length === 0);

/** What retention does follows a backup a moment later. */
const backupIds = async (): Promise<number[]> => (await vm()).backups.ids;

const refused = async (...params: [number, number, boolean]): Promise<string> =>
  cloud.call('one.vm.backup', ...params).then(
    () => 'it was accepted',
    (error: unknown) => String(error),
  );

describe('a chain', () => {
  it('begins with a full backup and goes on with what changed, in one image', async () => {
    const runs = await backups3();
    const image = await chain();
    expect(runs.map(({ reason }) => reason)).toEqual([
      'the first backup of a chain',
      `changes since increment 0 of image ${image.id}`,
      `changes since increment 1 of image ${image.id}`,
    ]);
    expect(shape(image)).toEqual([
      [0, -1, 'FULL'],
      [1, 0, 'INCREMENT'],
      [2, 1, 'INCREMENT'],
    ]);
    const bytes = image.points[1]?.layers[0]?.disks.map(({ fileBytes }) => fileBytes) ?? [];
    expect(bytes[0]).toBeLessThan(8 * 65_536); // one cluster, and the tables
    expect((await vm()).backups).toMatchObject({
      ids: [image.id],
      config: { incrementalBackupId: image.id, lastIncrementId: 2 },
      last: { imageId: image.id, pointId: 2, type: 'INCREMENT' },
    });
    await expectAllRestore();
  });

  it('goes on live and off, and over a power cycle', async () => {
    await backup();
    await cloud.call('one.vm.action', 'poweroff-hard', vmId);
    await cloud.vmIs(vmId, 8, 0);
    await write(1, 0x55, 0, 65_536);
    expect((await backup()).reason).toMatch(/^changes since increment 0/);
    await cloud.call('one.vm.action', 'resume', vmId);
    await cloud.vmIs(vmId, 3, 3);
    await write(1, 0x66, 65_536, 65_536);
    expect((await backup()).reason).toMatch(/^changes since increment 1/);
    await expectNewestRestores();
  });

  it('counts once among the backups of its owner, and as what it holds', async () => {
    const ann = await cloud.user(`ann${made}`);
    const id = (await cloud.store.users.list()).find(({ name }) => name === ann.split(':')[0])?.id ?? -1;
    await cloud.call('one.vm.chown', vmId, id, 1);
    await cloud.call('one.user.quota', id, `DATASTORE=[ ID="${backups}", IMAGES="1", SIZE="100" ]`);
    await backups3();
    const used = (await cloud.store.usages.of('user', id)).filter(
      ({ kind, id: of }) => kind === 'DATASTORE' && of === backups,
    );
    const { sizeMb } = await chain();
    expect(Object.fromEntries(used.map(({ metric, amount }) => [metric, amount]))).toEqual({ IMAGES: 1, SIZE: sizeMb });
    expect(await refused(vmId, backups, true)).toContain('limit of 1 reached for IMAGES');
  });
});

describe('a new chain', () => {
  it('begins with --reset; the old one stays, and its trackers go when the new one is there', async () => {
    await backups3();
    const old = await chain();
    expect((await backup(true, backups)).reason).toBe('a new chain was asked for');
    const next = await chain();
    expect(next.id).not.toBe(old.id);
    expect((await vm()).backups.ids).toEqual([old.id, next.id]);
    await write(0, 0x77, 0, 65_536);
    expect((await backup()).reason).toBe(`changes since increment 0 of image ${next.id}`);
    await expectAllRestore();
  });

  it('is what a person is told to begin when a disk was attached, and what begins by itself unattended', async () => {
    await backup();
    await cloud.call('one.vm.attach', vmId, 'DISK=[ TYPE="fs", SIZE="2", FORMAT="qcow2" ]');
    await cloud.vmIs(vmId, 3, 3);
    await configure('BACKUP_VOLATILE="NO"');
    expect((await backup()).reason).toMatch(/^changes since/); // a volatile disk is no part of it
    const image = await cloud.image(`NAME="c${made}"\nSIZE="2"\nFORMAT="qcow2"\nPERSISTENT="YES"`);
    await cloud.call('one.vm.attach', vmId, `DISK=[ IMAGE_ID="${image}" ]`);
    await cloud.vmIs(vmId, 3, 3);
    const told = await refused(vmId, backups, false);
    expect(told).toContain('disk 3 (vdd) was attached after the last backup');
    expect(told).toContain(`onevm backup --reset -d ${backups} ${vmId}`);
    await cloud.services.backups.start(vmId, { datastoreId: -1, reset: false, unattended: true });
    expect((await cloud.follow('vm', vmId)).reason).toBe('disk 3 (vdd) was attached after the last backup');
  });

  it('begins by itself when a disk went, grew, or the configuration changed', async () => {
    await backup();
    await cloud.call('one.vm.diskresize', vmId, 1, '6');
    await cloud.vmIs(vmId, 3, 3);
    expect((await backup()).reason).toBe('disk 1 has 6 MB now, and had 4');
    await cloud.call('one.vm.detach', vmId, 1);
    await cloud.vmIs(vmId, 3, 3);
    expect((await backup()).reason).toBe('disk 1 was detached after the last backup');
    await configure('INCREMENT_MODE="SNAPSHOT"');
    const { reason } = await backup(false, backups);
    expect(reason).toContain('INCREMENT_MODE');
    expect((await backup()).reason).toMatch(/^changes since/);
  });

  it('begins when the image of the old one was deleted', async () => {
    await backup();
    const { id } = await chain();
    await cloud.call('one.image.delete', id, false);
    await cloud.until('the image is gone', async () => (await cloud.store.images.find(id)) === undefined);
    expect((await backup()).reason).toBe(`image ${id}, which held the chain, was deleted`);
  });

  it('begins when what noted the changes is gone', async () => {
    await backup();
    const uri = (await readdir(cloud.directory)).find((name) => name.startsWith('fake-host-')) ?? '';
    await run(['rm', '-r', `${cloud.directory}/${uri}/trackers`]);
    await run(['mkdir', `${cloud.directory}/${uri}/trackers`]);
    const { result, reason } = await backup();
    expect([result, reason]).toEqual(['done', expect.stringMatching(/^disk 0: /)]);
    expect((await backup()).reason).toMatch(/^changes since increment 0/);
  });

  it('is needed for another datastore', async () => {
    await backup();
    expect(await refused(vmId, elsewhere, false)).toMatch(
      /the chain is in datastore \d+ \(backups\), not in \d+ \(elsewhere\)/,
    );
    expect((await backup(true, elsewhere)).reason).toBe('a new chain was asked for');
    expect((await chain()).datastoreId).toBe(elsewhere);
  });
});

describe('a failed increment', () => {
  it('leaves the chain as it was, and the next one holds its changes too', async () => {
    await backup();
    await write(0, 0x88, 0, 65_536);
    const store = await cloud.store.datastores.get(backups);
    await cloud.call('one.datastore.update', backups, 'FAKE_FAIL_AFTER_BYTES="1"', 1);
    const failed = await backup();
    expect(failed.result).toBe('failed');
    await cloud.store.datastores.update(backups, (record) => void (record.template = store.template));
    expect(shape(await chain())).toEqual([[0, -1, 'FULL']]);
    await write(0, 0x99, 65_536, 65_536);
    expect((await backup()).reason).toMatch(/^changes since increment 0/);
    expect((await vm()).backups.nextTracker).toBe(3);
    await expectNewestRestores();
  });

  it('with a reset does not give the old chain up', async () => {
    await backup();
    const { id } = await chain();
    const store = await cloud.store.datastores.get(backups);
    await cloud.call('one.datastore.update', backups, 'FAKE_FAIL_AFTER_BYTES="1"', 1);
    expect((await backup(true, backups)).result).toBe('failed');
    await cloud.store.datastores.update(backups, (record) => void (record.template = store.template));
    await write(0, 0xaa, 0, 65_536);
    expect((await backup()).reason).toBe(`changes since increment 0 of image ${id}`);
    await expectNewestRestores();
  });
});

describe('KEEP_LAST', () => {
  it('folds surplus increments into the oldest that is kept, and merges them when there are many', async () => {
    await configure('KEEP_LAST="2"');
    for (let round = 0; round < 7; round++) {
      await write(0, round + 1, round * 131_072, 65_536);
      await write(1, round + 1, (round % 3) * 65_536, 65_536);
      await backup();
      await idle();
    }
    await expect
      .poll(async () => shape(await chain()))
      .toEqual([
        [5, -1, 'FULL'],
        [6, 5, 'INCREMENT'],
      ]);
    await cloud.until('nothing is left to remove', async () => (await chain()).garbage?.length === 0);
    const image = await chain();
    expect(image.points[0]?.layers.length).toBeLessThan(6);
    expect(
      (await cloud.store.operations.ofVm(vmId, 99)).some(({ kind, result }) => kind === 'flatten' && result === 'done'),
    ).toBe(true);
    await expectAllRestore();
  });

  it('KEEP_DAILY drops from the middle of a chain; what an increment took over is merged, and all that is kept restores', async () => {
    await configure('KEEP_LAST="0"');
    for (let round = 0; round < 7; round++) {
      await write(0, round + 1, round * 131_072, 65_536);
      await write(1, round + 1, (round % 3) * 65_536, 65_536);
      await backup();
    }
    const { id } = await chain();
    const today = (await chain()).points.at(-1)?.date ?? 0;
    await cloud.store.images.update(id, (image) => {
      // All of them of two days that are over: the first point alone, and the others at one time.
      image.points = image.points.map((point, at) => ({ ...point, date: today - (at === 0 ? 9 : 4) * 86_400 }));
    });
    await configure('KEEP_DAILY="9"');
    await write(0, 9, 0, 65_536);
    await backup();
    await idle();
    await expect
      .poll(async () => shape(await chain()))
      .toEqual([
        [0, -1, 'FULL'],
        [6, 0, 'INCREMENT'],
        [7, 6, 'INCREMENT'],
      ]);
    await cloud.until('increments are merged', async () => (await chain()).points[1]?.layers.length === 3);
    await cloud.until('nothing is left to remove', async () => (await chain()).garbage?.length === 0);
    await expectAllRestore();
  });

  it('counts points in every chain of a datastore, and each datastore on its own', async () => {
    await configure('KEEP_LAST="2"');
    await backup();
    await backup(true, elsewhere);
    await backup(true, backups);
    const [first, away, second] = (await vm()).backups.ids;
    await backup();
    await idle();
    await expect.poll(backupIds).toEqual([away, second]);
    expect(first).toBeDefined();
    await expectNewestRestores();
  });

  it('keeps what is locked', async () => {
    await configure('KEEP_LAST="1"');
    await backup();
    const { id } = await chain();
    await cloud.call('one.image.lock', id, 4, false);
    await backup(true, backups);
    await backup();
    await idle();
    expect((await vm()).backups.ids).toContain(id);
    await expect.poll(async () => (await chain()).points.length).toBe(1);
  });
});

it('the space of a backup that was deleted by hand is given back', async () => {
  const fresh = await cloud.id('one.datastore.allocate', 'NAME="fresh"\nTYPE="BACKUP_DS"\nDS_MAD="fake"', -1);
  await backup(true, fresh);
  await cloud.call('one.image.delete', (await chain()).id, false);
  await cloud.until('the datastore is pruned', async () =>
    (await cloud.store.operations.recent(20)).some((one) => one.kind === 'prune' && one.datastoreId === fresh),
  );
});

describe('verification', () => {
  it('finds a point good, or damaged, and the next backup begins a chain that is whole', async () => {
    await backups3();
    const { id } = await chain();
    await cloud.call('one.image.verify', id, -1);
    expect((await cloud.follow('image', id)).result).toBe('done');
    const verified = (points: BackupPoint[]): unknown[] => points.map(({ verified: of }) => of?.good);
    expect(verified((await chain()).points)).toEqual([true, true, true]);
    const [source = ''] = (await chain()).points[1]?.layers.map((layer) => layer.source) ?? [];
    const stored = (
      await run(['find', `${cloud.directory}/datastores/${backups}/${source}`, '-name', 'disk.0.1'])
    ).stdout.trim();
    await run(['dd', 'if=/dev/urandom', `of=${stored}`, 'bs=1', 'count=8', 'seek=400000', 'conv=notrunc']);
    await cloud.call('one.image.verify', id, 1);
    const damaged = await cloud.follow('image', id);
    expect(damaged.result).toBe('failed');
    expect(damaged.reason).toContain('disk 0');
    expect(verified((await chain()).points)).toEqual([true, false, true]);
    expect((await backup()).reason).toMatch(new RegExp(`^increment 1 of image ${id} is damaged`));
  });

  it('follows each backup where the datastore says so', async () => {
    await cloud.call('one.datastore.update', backups, 'VERIFY="YES"', 1);
    await backup();
    await idle();
    await write(0, 0xbb, 0, 65_536);
    await backup();
    await idle();
    await expect
      .poll(async () => (await chain()).points.map(({ verified }) => verified?.good), { timeout: 120_000 })
      .toEqual([true, true]);
    await cloud.call('one.datastore.update', backups, 'VERIFY="NO"', 1);
  });
});

it('tells before it is done what a backup would be', async () => {
  await configure('KEEP_LAST="1"');
  await backup();
  await write(0, 0xcc, 0, 65_536);
  const plan = await cloud.xml('one.vm.backupplan', vmId, -1, false);
  expect([plan.textOf('TYPE'), plan.textOf('REASON')]).toEqual(['INCREMENT', expect.stringMatching(/^changes since/)]);
  expect(plan.children('DISK').map((disk) => disk.textOf('DIRTY_MB'))).toEqual(['1', '0']);
  expect(plan.children('DROP').map((drop) => drop.textOf('POINTS'))).toEqual(['0']);
  expect(shape(await chain())).toEqual([[0, -1, 'FULL']]);
});

it('what a daemon that stopped left half done, the next one brings to its end', async () => {
  await backup();
  await write(0, 0xdd, 0, 65_536);
  const cut = (await chain()).id;
  const kept = disks.map((_, index) => `${cloud.directory}/copy-${cut}-1-${index}`);
  for (const [index, disk] of disks.entries()) await run(['cp', '--', disk, kept[index] ?? '']);
  copies.set(`${cut}.1`, kept); // whether it comes to be or not
  await cloud.call('one.vm.backup', vmId, -1, false);
  await cloud.stop();
  await cloud.start();
  await cloud.vmIs(vmId, 3, 3);
  expect((await backup()).reason).toMatch(/^changes since increment/);
  await expectNewestRestores();
});

it('leaves records that fit together, and no snapshot that nobody knows', async () => {
  await idle();
  const known = (await cloud.store.images.list()).flatMap(({ datastoreId, points }) =>
    datastoreId === backups ? points.flatMap(({ layers }) => layers.map(({ source }) => source)) : [],
  );
  expect(await snapshots()).toEqual(known.sort());
  const database = cloud.config.database;
  await cloud.stop();
  expect((await look({ database })).findings).toEqual([]);
  await cloud.start();
});
