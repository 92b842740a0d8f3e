// Two nodes on one database: what one of them sees of the other's runs.
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Operation } from '../model/operation.ts';
import { openSqlite } from '../store/sqlite.ts';
import type { Store } from '../store/store.ts';
import { AllRuns } from './all-runs.ts';
import { OperationLog } from './operation-log.ts';

let store: Store;
let here: OperationLog;
let there: OperationLog;
let now = 1000;
let runs: AllRuns;
let stops: Array<() => void>;

beforeEach(async () => {
  store = await openSqlite(':memory:');
  here = new OperationLog(store, () => now);
  there = new OperationLog(store, () => now, 'there', 2000);
  runs = new AllRuns(store, here, {
    ...{ alone: false, lookMs: 5 },
    failed: (error) => {
      throw error;
    },
  });
  stops = [];
});
afterEach(() => {
  for (const stop of stops) stop();
  return store.close();
});

async function begin(log: OperationLog, vmId: number): Promise<Operation> {
  const what = { kind: 'backup' as const, vmId, hostId: 0, datastoreId: 100, imageIds: [], plan: null, reason: '' };
  const operation = log.draft(what);
  await store.operations.add(operation);
  log.started(operation);
  return operation;
}

async function end(log: OperationLog, operation: Operation): Promise<void> {
  await store.transaction((tx) => log.end(tx, operation, 'done', ''));
  log.announce(operation);
}

/** The first that is told and matches. */
function heard(matches: (operation: Operation) => boolean): Promise<Operation> {
  return new Promise((resolve) => {
    stops.push(
      runs.listen((operation) => {
        if (matches(operation)) resolve({ ...operation });
      }),
    );
  });
}

it('has the runs of both, each once', async () => {
  await begin(here, 1);
  const theirs = await begin(there, 2);
  expect((await runs.now()).map(({ vmId }) => vmId).sort()).toEqual([1, 2]);
  expect((await runs.others()).map(({ vmId }) => vmId)).toEqual([2]);
  expect(await runs.find(({ vmId }) => vmId === 2)).toMatchObject({ id: theirs.id });
  await end(there, theirs);
  expect((await runs.now()).map(({ vmId }) => vmId)).toEqual([1]);
});

it('tells of runs of the other that began before and later, of their progress, and how they end', async () => {
  const [first, second] = [await begin(there, 2), heard(({ vmId }) => vmId === 3)];
  expect(await heard(({ vmId }) => vmId === 2)).toMatchObject({ id: first.id, result: 'running' });
  await begin(there, 3);
  expect(await second).toMatchObject({ result: 'running' });
  const progress = heard(({ vmId, disks }) => vmId === 2 && disks.length > 0);
  now += 2000;
  await there.progress(first, { disks: [{ diskId: 0, bytesDone: 5, bytesTotal: 9 }] });
  expect((await progress).disks).toEqual([{ diskId: 0, bytesDone: 5, bytesTotal: 9 }]);
  const done = heard(({ result }) => result === 'done');
  await end(there, first);
  expect(await done).toMatchObject({ id: first.id });
});

it('hears its own runs at once, and no more of them once they have ended', async () => {
  const told: string[] = [];
  stops.push(runs.listen(({ vmId, result }) => void told.push(`${vmId} ${result}`)));
  const own = await begin(here, 1);
  await end(here, own);
  expect(told).toEqual(['1 running', '1 done']);
  const late = heard(({ vmId }) => vmId === 2); // by then the store was looked at again
  await begin(there, 2);
  await late;
  expect(told.filter((one) => one.startsWith('1'))).toEqual(['1 running', '1 done']);
});

it('alone it asks nobody', async () => {
  await begin(there, 2);
  const sole = new AllRuns(store, here, { alone: true, failed: () => undefined });
  expect(await sole.now()).toEqual([]);
});

it('writes progress down only now and then, and for nobody when there is nobody', async () => {
  const disks = (bytesDone: number): Operation['disks'] => [{ diskId: 0, bytesDone, bytesTotal: 9 }];
  const [theirs, own] = [await begin(there, 2), await begin(here, 1)];
  await there.progress(theirs, { phase: 'uploading' });
  now += 1999;
  await there.progress(theirs, { disks: disks(1) });
  await here.progress(own, { phase: 'uploading' });
  expect((await store.operations.find(theirs.id))?.disks).toEqual([]);
  now += 5000;
  await there.progress(theirs, { disks: disks(2) });
  await here.progress(own, { disks: disks(2) });
  expect((await store.operations.find(theirs.id))?.disks).toEqual(disks(2));
  expect((await store.operations.find(own.id))?.disks).toEqual([]);
});

it('progress that is late does not undo an end', async () => {
  const theirs = await begin(there, 2);
  const late = { ...theirs, phase: 'uploading' };
  await end(there, theirs);
  await store.operations.save(late);
  expect(await store.operations.find(theirs.id)).toMatchObject({ result: 'done', phase: 'done' });
});
