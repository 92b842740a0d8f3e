// What a log of runs says is told in every way that wants it, with the names of what it was about.
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { ALL, endedRun, keptLog, SECRET, type KeptLog } from '../../tests/notices/samples.ts';
import { datastore, vm } from '../../tests/golden/objects.ts';
import { NO_NOTICES, type Selection } from '../model/notice-settings.ts';
import type { Operation } from '../model/operation.ts';
import { openSqlite } from '../store/sqlite.ts';
import type { Store } from '../store/store.ts';
import { OperationLog } from '../vm/operation-log.ts';
import { DEFAULT_PACE } from './queue.ts';
import type { Notice } from './notice.ts';
import { Notices } from './notices.ts';
import type { Way } from './way.ts';

let store: Store;
let operations: OperationLog;
let kept: KeptLog;
let told: Array<[name: string, notice: Notice]>;
beforeEach(async () => {
  store = await openSqlite(':memory:');
  operations = new OperationLog(store, () => 0);
  kept = keptLog();
  told = [];
  await store.vms.allocate((id) => ({ ...vm, id, name: 'web' }), 3);
  await store.datastores.allocate((id) => ({ ...datastore, id, name: 'far' }), 100);
});
afterEach(() => store.close());

const way = (selection: Partial<Selection> = {}, tell?: Way['tell']): Way => {
  const of = { ...ALL, ...selection };
  const keep: Way['tell'] = async (notices) =>
    void told.push(...notices.map((one): [string, Notice] => [of.name, one]));
  return { kind: 'hook', selection: of, tries: 1, gathers: false, check: async () => undefined, tell: tell ?? keep };
};
const listening = (...ways: Way[]): Notices => new Notices(ways, { operations, store, log: kept.log }, DEFAULT_PACE);

it('tells each run that ends, once, to those who want it', async () => {
  const notices = listening(way({ name: 'failures', on: ['failed'] }), way({ name: 'restores', kinds: ['restore'] }));
  const running = { ...endedRun(), result: 'running' as const, phase: 'uploading' };
  operations.started(running);
  await operations.progress(running, { disks: [] });
  operations.announce({ ...running, id: 'other' }); // goes on
  const failed = Object.assign(running, { result: 'failed' as const });
  operations.announce(failed);
  operations.announce(failed);
  operations.announce(endedRun({ id: 'restored', kind: 'restore', result: 'done' }));
  operations.announce(endedRun({ id: 'well', result: 'done' }));
  await notices.close();
  expect(told.map(([name, { id }]) => `${name} ${id}`).sort()).toEqual([
    'failures 00112233aabbccdd',
    'restores restored',
  ]);
  expect(told[0]?.[1]).toMatchObject({ vm: { id: 3, name: 'web' }, datastore: { id: 100, name: 'far' }, image: null });
  expect(JSON.stringify([told, kept.entries])).not.toContain(SECRET);
  operations.announce(endedRun({ id: 'late' }));
  await sleep(5);
  expect(told).toHaveLength(2);
});

it('tells what a run was when it ended, whatever becomes of the record', async () => {
  const notices = listening(way());
  const operation: Operation = endedRun();
  operations.announce(operation);
  operation.reason = 'changed';
  await notices.close();
  expect(told[0]?.[1].reason).toBe('the disk is full');
});

it('a way that never answers holds up neither the run nor the other ways, nor the end for long', async () => {
  const dead = (): Way => way({}, (_, signal) => new Promise((_, reject) => signal.addEventListener('abort', reject)));
  const notices = listening(dead(), dead(), dead(), way({ name: 'alive' }));
  for (let run = 0; run < 1000; run += 1) operations.announce(endedRun({ id: `run-${run}` }));
  expect(told).toEqual([]); // nothing of it is done before the run goes on
  while (!told.some(([, { id }]) => id === 'run-999')) await sleep(2);
  expect(kept.said().filter((message) => message.startsWith('too many notices wait')).length).toBeGreaterThan(2000);
  await notices.close(10);
});

it('tells without names when they cannot be read', async () => {
  const notices = listening(way());
  const broken = { names: () => Promise.reject(new Error('locked')) };
  const { images: _, ...rest } = store;
  const other = new Notices([way({ name: 'other' })], {
    ...{ operations, log: kept.log },
    store: Object.assign(Object.create(store) as Store, rest, { vms: broken }),
  });
  operations.announce(endedRun());
  await Promise.all([notices.close(), other.close()]);
  expect(told.map(([name, { vm }]) => [name, vm?.name]).sort()).toEqual([
    ['all', 'web'],
    ['other', ''],
  ]);
  expect(kept.said()).toEqual(['the names for a notice could not be read']);
});

it('does not open with a way that can never work', async () => {
  const hook = { ...ALL, command: '/no/such/hook', arguments: [], timeoutSec: 1 };
  const parts = { operations, store, log: kept.log };
  await expect(Notices.open({ ...NO_NOTICES, hooks: [hook] }, parts)).rejects.toThrow(
    '/no cannot be looked at: ENOENT',
  );
  const secretFile = '/no/such/secret';
  const webhook = { ...ALL, url: 'http://127.0.0.1', secretFile, timeoutSec: 1 };
  await expect(Notices.open({ ...NO_NOTICES, webhooks: [webhook] }, parts)).rejects.toThrow(secretFile);
  await (await Notices.open(NO_NOTICES, parts)).close();
});
