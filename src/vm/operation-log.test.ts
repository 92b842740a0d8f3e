// Records of runs while they run: what is written down, what is told, and that a run ends once.
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Operation } from '../model/operation.ts';
import { openSqlite } from '../store/sqlite.ts';
import type { Store } from '../store/store.ts';
import { OperationLog } from './operation-log.ts';

let store: Store;
let log: OperationLog;
let now = 1000;
let told: string[];

beforeEach(async () => {
  store = await openSqlite(':memory:');
  log = new OperationLog(store, () => now);
  told = [];
  log.listen(({ phase, result }) => void told.push(`${phase} ${result}`));
});
afterEach(() => store.close());

async function begun(): Promise<Operation> {
  const what = { kind: 'backup' as const, vmId: 3, hostId: 0, datastoreId: 100, imageIds: [], plan: null, reason: '' };
  const operation = log.draft(what);
  await store.operations.add(operation);
  log.started(operation);
  return operation;
}

it('drafts records with ids of their own, that run from now on', () => {
  const of = {
    kind: 'restore' as const,
    vmId: 3,
    hostId: -1,
    datastoreId: 1,
    imageIds: [],
    plan: { a: 1 },
    reason: 'r',
  };
  const [one, other] = [log.draft(of), log.draft(of)];
  expect(one.id).toMatch(/^[0-9a-f]{16}$/);
  expect(one.id).not.toBe(other.id);
  expect(one).toMatchObject({ ...of, startedAt: 1000, endedAt: 0, result: 'running', cleaned: true, figures: null });
  expect(log.running(() => true)).toBeUndefined();
});

it('tells all progress and writes down phases', async () => {
  const operation = await begun();
  await log.progress(operation, { phase: 'uploading' });
  await log.progress(operation, { disks: [{ diskId: 0, bytesDone: 5, bytesTotal: 9 }] });
  expect(await store.operations.find(operation.id)).toMatchObject({ phase: 'uploading', disks: [] });
  expect(log.running(({ vmId }) => vmId === 3)?.disks).toEqual([{ diskId: 0, bytesDone: 5, bytesTotal: 9 }]);
  expect(told).toEqual(['waiting running', 'uploading running', 'uploading running']);
});

it('notes the phases of a run with their times, and what it met', async () => {
  const operation = await begun();
  await log.progress(operation, { phase: 'freezing' });
  now = 2500;
  log.warned(operation, 'the guest was not frozen');
  log.warned(operation, 'the guest was not frozen');
  await log.progress(operation, { phase: 'uploading' });
  await log.progress(operation, { phase: 'uploading' });
  expect(await store.operations.find(operation.id)).toMatchObject({
    steps: [
      { phase: 'freezing', atMs: 1000 },
      { phase: 'uploading', atMs: 2500 },
    ],
    warnings: ['the guest was not frozen'],
  });
  now = 1000;
});

it('tells how fast a run goes, of each phase anew, and writes none of it down', async () => {
  const operation = await begun();
  const done = (bytesDone: number) => log.progress(operation, { disks: [{ diskId: 0, bytesDone, bytesTotal: 900 }] });
  await log.progress(operation, { phase: 'uploading' });
  now = 10_000;
  await done(0);
  expect(operation.pace).toBeUndefined();
  now = 20_000;
  await done(100);
  expect(operation.pace).toEqual({ bytesPerSec: 10, leftSec: 80 });
  await log.progress(operation, {}); // a warning of the mover
  expect(operation.pace).toEqual({ bytesPerSec: 10, leftSec: 80 });
  expect((await store.operations.find(operation.id))?.pace).toBeUndefined();
  await log.progress(operation, { phase: 'settling' });
  expect(operation.pace).toBeUndefined();
  now = 30_000;
  await done(100);
  now = 40_000;
  await done(200);
  expect(operation.pace).toBeDefined();
  await log.cancelling(operation);
  await done(300);
  expect(operation.pace).toBeUndefined();
});

it('a run has ended when it is announced, and not before its transaction', async () => {
  const operation = await begun();
  now = 2000;
  const failing = store.transaction(async (tx) => {
    await log.end(tx, operation, 'done', 'why');
    throw new Error('the transaction fails');
  });
  await expect(failing).rejects.toThrow('the transaction fails');
  expect(await store.operations.running()).toHaveLength(1);
  expect(told).toEqual(['waiting running']);
  await log.progress(operation, { phase: 'standing still' });
  expect(await store.operations.find(operation.id)).toMatchObject({
    phase: 'standing still',
    result: 'running',
    endedAt: 0,
  });
  told.pop();
  await store.transaction((tx) => log.end(tx, operation, 'failed', 'because'));
  expect(log.running(() => true)).toBe(operation);
  log.announce(operation);
  expect(told.at(-1)).toBe('failed failed');
  expect(log.running(() => true)).toBeUndefined();
  expect(await store.operations.running()).toEqual([]);
  const kept = { phase: 'failed', result: 'failed', reason: 'because', endedAt: 2000 };
  expect(await store.operations.find(operation.id)).toMatchObject(kept);
});

it('a listener that has gone hears nothing more', async () => {
  const heard: string[] = [];
  const stop = log.listen(({ phase }) => void heard.push(phase));
  const operation = await begun();
  stop();
  await log.progress(operation, { phase: 'x' });
  expect(heard).toEqual(['waiting']);
});

it('a run that was asked to end and did is cancelled; one that could not any more is done, and says so', async () => {
  const [one, other, plain] = [await begun(), await begun(), await begun()];
  for (const operation of [one, other]) await log.cancelling(operation);
  await log.progress(one, { phase: 'uploading' });
  expect(await store.operations.find(one.id)).toMatchObject({ phase: 'cancelling', result: 'running' });
  await store.transaction(async (tx) => {
    await log.end(tx, one, 'failed', 'It was cancelled.');
    await log.end(tx, other, 'done', 'the first backup');
    await log.end(tx, plain, 'done', 'the first backup');
  });
  for (const ended of [one, other, plain]) log.announce(ended);
  expect(one).toMatchObject({ result: 'cancelled', phase: 'cancelled', reason: 'It was cancelled.' });
  const late = 'the first backup It was asked to end when it was done already.';
  expect(other).toMatchObject({ result: 'done', phase: 'done', reason: late });
  expect(plain.reason).toBe('the first backup');
});

it('only a run that failed has been interrupted', async () => {
  for (const [ending, cancel, left] of [
    ['failed', false, true],
    ['failed', true, undefined],
    ['done', false, undefined],
  ] as const) {
    const operation = await begun();
    operation.interrupted = true;
    if (cancel) await log.cancelling(operation);
    await store.transaction((tx) => log.end(tx, operation, ending, ''));
    expect((await store.operations.find(operation.id))?.interrupted).toBe(left);
  }
});

it('what a run waits for is told until it begins', async () => {
  const operation = await begun();
  await log.waits(operation, '2 restores run');
  expect(await store.operations.find(operation.id)).toMatchObject({ phase: 'waiting', waits: '2 restores run' });
  await log.progress(operation, { phase: 'restoring disk 0' });
  expect((await store.operations.find(operation.id))?.waits).toBeUndefined();
});
