// Deleting backups over an in-memory store and the fake backup store: the data goes first, and what fails can be repeated.
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { backupImage, datastore, vm } from '../../tests/golden/objects.ts';
import { openBackupStore, openImageStore } from '../datastore/all.ts';
import { LocalFiles } from '../datastore/files.ts';
import { openHypervisor } from '../hypervisor/all.ts';
import { IMAGE_STATE, type Image, type Layer } from '../model/image.ts';
import { SoleDuties } from '../nodes/sole.ts';
import { openSqlite } from '../store/sqlite.ts';
import { Adoptions } from '../vm/adoptions.ts';
import type { Parts } from '../vm/parts.ts';
import { dropSurplus, removeBackup } from './remove.ts';
import { retentionOf } from './retention-of.ts';

const RULES = { keepLast: 2 };
const never = new AbortController().signal;
let directory = '';
let parts: Parts;
let broken = false;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'onevault-remove-'));
  const hypervisor = { driver: 'fake', uri: directory, installation: '' };
  const config = { driver: 'fake', datastoreId: 100, basePath: directory, attributes: {} };
  broken = false;
  const store = await openSqlite(':memory:');
  parts = {
    ...{
      store,
      duties: new SoleDuties(store, () => ({ name: 'here', url: '', version: '' })),
      clock: () => 0,
      timeZone: 'UTC',
      log: pino({ level: 'silent' }),
      screenDirectory: '/nowhere/drills',
      runDirectory: directory,
    },
    ...{ hypervisorConfigOf: () => hypervisor, hypervisorOf: () => openHypervisor(hypervisor) },
    adoptions: new Adoptions(() => openHypervisor(hypervisor)),
    ...{ imageStoreOf: () => openImageStore(directory), backupStoreConfigOf: () => Promise.resolve(config) },
    ...{ sealed: (attributes) => attributes, unsealed: (of) => of },
    ...{ bridgeOf: async () => undefined, filesOf: () => new LocalFiles(), runDirectoryOf: () => directory },
    ...{ move: async () => Promise.reject(new Error('nothing moves here')), links: {} as Parts['links'] },
    ending: never,
    carry: async () => ({ carriedBytes: 0, shared: true }),
    endProcesses: async () => ({ killed: 0, left: 0 }),
    servesInstant: async () => undefined,
    backupStoreOf: async () => {
      if (broken) throw new Error('the store is gone');
      return Promise.resolve(openBackupStore(config));
    },
  };
  await parts.store.datastores.allocate(() => datastore, 100);
  const backups = { ...vm.backups, ids: [] };
  await parts.store.vms.allocate(() => ({ ...vm, backups }), 0);
});
afterEach(async () => {
  await parts.store.close();
  await rm(directory, { recursive: true });
});

const layer = (source: string, pointId = 0): Layer => ({ source, path: '/backup', pointId, sizeMb: 1, disks: [] });

/** A backup of VM 0, with a file that stands for its data. */
async function backup(change: Partial<Image> = {}): Promise<Image> {
  const image = await parts.store.images.allocate((id) => {
    const source = id.toString(16).padStart(8, '0');
    const points = backupImage.points.slice(0, 1).map((point) => ({ ...point, source, layers: [layer(source)] }));
    return { ...backupImage, id, name: `b${id}`, source, regtime: id, datastoreId: 100, vms: [0], points, ...change };
  });
  await writeFile(join(directory, `${image.source}.json`), '{}');
  await parts.store.vms.update(0, (record) => void record.backups.ids.push(image.id));
  return image;
}

const there = async (): Promise<number[]> => (await parts.store.images.list({ ascending: true })).map(({ id }) => id);

it('takes the data, the image and every mention of it', async () => {
  const [first, second] = [await backup(), await backup()];
  await removeBackup(parts, first);
  expect(await readdir(directory)).toEqual([`${second.source}.json`]);
  expect(await there()).toEqual([second.id]);
  expect(await parts.store.links.of('image-datastore', 100)).toEqual([second.id]);
  expect((await parts.store.vms.get(0)).backups.ids).toEqual([second.id]);
});

it('goes on without a VM that is gone', async () => {
  const image = await backup({ vms: [77] });
  await removeBackup(parts, image);
  expect(await there()).toEqual([]);
});

it('shows what failed on the image, and can be repeated', async () => {
  const image = await backup();
  broken = true;
  await removeBackup(parts, image);
  const failed = await parts.store.images.get(image.id);
  expect(failed.state).toBe(IMAGE_STATE.ERROR);
  expect(failed.template).toContainEqual(['ERROR', 'The backup could not be deleted: the store is gone']);
  expect((await parts.store.vms.get(0)).backups.ids).toEqual([image.id]);
  broken = false;
  await removeBackup(parts, failed);
  expect(await there()).toEqual([]);
});

it('leaves one alone that somebody else is deleting', async () => {
  const image = await backup({ state: IMAGE_STATE.DELETE });
  await removeBackup(parts, image);
  expect(await there()).toEqual([image.id]);
  expect(await readdir(directory)).toEqual([`${image.source}.json`]);
});

it('drops what KEEP_LAST does not keep, and nothing that is not ready', async () => {
  const old = await backup();
  const locked = await backup({ state: IMAGE_STATE.LOCKED });
  const [second, third] = [await backup(), await backup()];
  const elsewhere = await backup({ datastoreId: 101 });
  await dropSurplus(parts, 0, RULES, AbortSignal.abort());
  expect(await there()).toContain(old.id);
  expect(await dropSurplus(parts, 0, RULES, never)).toEqual({ folded: [], freed: [100] });
  expect(await there()).toEqual([locked.id, second.id, third.id, elsewhere.id]);

  await dropSurplus(parts, 0, { keepLast: 0 }, never);
  expect(await there()).toHaveLength(4);
});

it('leaves what its datastore lets nobody remove, and tells that it would have gone', async () => {
  const [old] = [await backup(), await backup(), await backup()];
  await parts.store.datastores.update(100, ({ template }) => void template.push(['APPEND_ONLY', 'YES']));
  expect(await dropSurplus(parts, 0, RULES, never)).toEqual({ folded: [], freed: [] });
  expect(await there()).toHaveLength(3);
  await parts.store.vms.update(0, ({ backups }) => void Object.assign(backups.config, RULES));
  const { points } = await retentionOf(parts, old, []);
  expect(points.map(({ kept, rules, goesSec }) => [kept, rules, goesSec])).toEqual([[true, ['APPEND_ONLY'], 0]]);
  expect(points[0]?.reason).toMatch(
    /^the datastore lets nobody remove it \(APPEND_ONLY="YES"\); by the rules: KEEP_LAST is 2/,
  );
});

it('folds increments in the middle of a chain into the next that is kept, by days', async () => {
  const hours = [1, 5, 30, 31, 54];
  const chain = await backup({
    points: hours.map((hour, id) => ({
      ...{ id, parentId: id - 1, type: id === 0 ? ('FULL' as const) : ('INCREMENT' as const), date: hour * 3600 },
      ...{ source: `0000000${id}`, layers: [layer(`0000000${id}`, id)], consistency: 'crash' as const, tracker: '' },
      ...{ sizeMb: 1, reason: '', vmTemplate: [] },
    })),
  });
  expect(await dropSurplus(parts, 0, { keepLast: 0, keepDaily: 9 }, never)).toEqual({ folded: [chain.id], freed: [] });
  const { points, sizeMb, garbage } = await parts.store.images.get(chain.id);
  expect(points.map(({ id, type, parentId, source }) => [id, type, parentId, source])).toEqual([
    [1, 'FULL', -1, '00000000+00000001'],
    [3, 'INCREMENT', 1, '00000002+00000003'],
    [4, 'INCREMENT', 3, '00000004'],
  ]);
  expect([sizeMb, garbage]).toEqual([5, undefined]);
});

it('folds surplus increments into the oldest that is kept, without touching their data', async () => {
  const chain = await backup({
    points: [0, 1, 2].map((id) => ({
      ...{ id, parentId: id - 1, type: id === 0 ? ('FULL' as const) : ('INCREMENT' as const), date: id, sizeMb: 1 },
      ...{ source: `0000000${id}`, layers: [layer(`0000000${id}`, id)], consistency: 'crash' as const, tracker: '' },
      ...{ reason: '', vmTemplate: [] },
    })),
  });
  expect(await dropSurplus(parts, 0, RULES, never)).toEqual({ folded: [chain.id], freed: [] });
  const { points, sizeMb } = await parts.store.images.get(chain.id);
  expect(points.map(({ id, type, parentId, source }) => [id, type, parentId, source])).toEqual([
    [1, 'FULL', -1, '00000000+00000001'],
    [2, 'INCREMENT', 1, '00000002'],
  ]);
  expect(sizeMb).toBe(3);
  expect(await readdir(directory)).toEqual([`${chain.source}.json`]);
});

it('ends the chain of the VM with the image that holds it, layers and garbage with it', async () => {
  const image = await backup({ garbage: ['deadbeef'] });
  await writeFile(join(directory, 'deadbeef.json'), '{}');
  await parts.store.vms.update(0, ({ backups }) => {
    Object.assign(backups, { configured: true });
    Object.assign(backups.config, { mode: 'INCREMENT', incrementalBackupId: image.id, lastIncrementId: 0 });
  });
  await removeBackup(parts, image);
  const { backups } = await parts.store.vms.get(0);
  expect([backups.config.incrementalBackupId, backups.config.lastIncrementId]).toEqual([-1, -1]);
  expect(backups.chainEnded).toBe(`image ${image.id}, which held the chain, was deleted`);
  expect(await readdir(directory)).toEqual([]);
});
