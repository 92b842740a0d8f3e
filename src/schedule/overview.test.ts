// The overview on a store in memory: which VMs lack backups, which failures still count, and who sees what.
import { afterEach, beforeEach, expect, it } from 'vitest';
import * as sample from '../../tests/golden/objects.ts';
import { runs } from '../../tests/golden/runs.ts';
import type { BackupStatus, WaitingBackup } from '../model/backup-status.ts';
import type { Operation } from '../model/operation.ts';
import { END_TYPE, REPEAT, type ScheduledAction } from '../model/scheduled-action.ts';
import type { Vm } from '../model/vm.ts';
import type { Filter, Store } from '../store/store.ts';
import { openSqlite } from '../store/sqlite.ts';
import { OperationLog } from '../vm/operation-log.ts';
import { nextOccurrence } from './due.ts';
import { Overview } from './overview.ts';

const DAY = 86_400;
const { NOW } = sample;
let store: Store;
let operations: OperationLog;
let waiting: WaitingBackup[];
let overview: Overview;

beforeEach(async () => {
  store = await openSqlite(':memory:');
  const clock = (): number => NOW * 1000;
  operations = new OperationLog(store, clock);
  waiting = [];
  overview = new Overview({
    ...{ store, clock, timeZone: 'UTC', next: nextOccurrence },
    runs: { now: () => Promise.resolve(operations.all()) },
    waiting: () => Promise.resolve(waiting),
  });
});
afterEach(() => store.close());

const status = (vms: Filter = {}, all = true): Promise<BackupStatus> => overview.status({ all, vms });

/** A VM that has existed for long; its last backup was `ageSec` ago. */
async function vm(name: string, ageSec?: number, change: (vm: Vm) => void = () => undefined): Promise<number> {
  const made = await store.vms.allocate((id) => {
    const { backups, ...rest } = structuredClone(sample.vm);
    delete backups.last;
    const record: Vm = { ...rest, id, name, stime: NOW - 500 * DAY, backups: { ...backups, ids: [] } };
    if (ageSec !== undefined) {
      record.backups.ids = [7];
      record.backups.last = {
        ...{ imageId: 7, pointId: 0, type: 'FULL', reason: '', consistency: 'crash', date: NOW - ageSec },
      };
    }
    change(record);
    return record;
  });
  return made.id;
}

/** A backup every day, or what `change` makes of it. */
async function schedule(parent: ScheduledAction['parent'], change: Partial<ScheduledAction> = {}): Promise<void> {
  const timeSec = NOW - 100 * DAY;
  const daily = { timeSec, anchorSec: timeSec, repeat: REPEAT.WEEKLY, days: [0, 1, 2, 3, 4, 5, 6] };
  await store.actions.allocate((id) => ({
    ...{ id, parent, uid: 0, action: 'backup', args: '', doneSec: -1, message: '', warning: 0, finished: false },
    schedule: { ...daily, endType: END_TYPE.NEVER, endValue: -1 },
    ...change,
  }));
}

async function run(change: Partial<Operation>): Promise<Operation> {
  const record = { ...runs.failed, ...change };
  await store.operations.add(record);
  return record;
}

const ago = (seconds: number): number => (NOW - seconds) * 1000;

it('a VM is overdue by its own schedules and by those of its job', async () => {
  const own = await vm('own', 3 * DAY);
  const inJob = await vm('in a job', 3 * DAY, (record) => void (record.backups.config.backupJobId = 4));
  const fresh = await vm('fresh', DAY);
  const never = await vm('never');
  for (const id of [own, fresh, never]) await schedule({ type: 'VM', id });
  await schedule({ type: 'BACKUPJOB', id: 4 });
  const free = await vm('without a schedule', 3 * DAY);
  await schedule({ type: 'VM', id: free }, { action: 'poweroff' });
  await schedule({ type: 'VM', id: free }, { finished: true });
  const bare = await vm('bare');
  await vm('done', undefined, (record) => void (record.state = 6));
  const { overdue, unprotected } = await status();
  expect(overdue).toEqual([
    { vmId: own, name: 'own', pointSec: NOW - 3 * DAY, limitSec: 2 * DAY },
    { vmId: inJob, name: 'in a job', pointSec: NOW - 3 * DAY, limitSec: 2 * DAY },
    { vmId: never, name: 'never', pointSec: 0, limitSec: 2 * DAY },
  ]);
  expect(unprotected).toEqual([{ vmId: bare, name: 'bare' }]);
});

it('when the newest backup is gone, what is left of them counts, unless it is damaged', async () => {
  const image = async (date: number, good: boolean): Promise<number> => {
    const points = sample.backupImage.points.slice(0, 1).map((point) => ({
      ...point,
      ...{ date, verified: { date: NOW, good, reason: '' } },
    }));
    return (await store.images.allocate((id) => ({ ...sample.backupImage, id, name: `b${date}`, points }))).id;
  };
  const [older, damaged] = [await image(NOW - 5 * DAY, true), await image(NOW - DAY, false)];
  const id = await vm('left', 3600, ({ backups }) => void (backups.ids = [older, damaged]));
  await schedule({ type: 'VM', id });
  expect((await status()).overdue).toMatchObject([{ vmId: id, pointSec: NOW - 5 * DAY }]);
});

it('failures count for a day, until a later run makes them good, and while there is a VM', async () => {
  const [one, other, done] = [await vm('one', 0), await vm('other', 0), await vm('done', 0, (v) => void (v.state = 6))];
  let number = 0;
  const failed = (
    vmId: number,
    startSec: number,
    endSec: number,
    change: Partial<Operation> = {},
  ): Promise<Operation> =>
    run({
      id: String((number += 1)).padStart(16, '0'),
      vmId,
      startedAt: ago(startSec),
      endedAt: ago(endSec),
      ...change,
    });
  await failed(one, 900, 800);
  const newest = await failed(one, 700, 600);
  await failed(one, 500, 400, { result: 'cancelled' });
  await failed(other, 900, 800);
  await failed(other, 700, 600, { result: 'done' });
  const verify = await failed(other, 2 * DAY, 3600, { kind: 'verify' });
  await failed(other, 2 * DAY, DAY + 1, { kind: 'restore' });
  await failed(done, 900, 800);
  expect((await status()).failed.map(({ id }) => id)).toEqual([newest.id, verify.id]);
});

it('others see what they may use, administrators also what is of no VM', async () => {
  const [mine, theirs] = [await vm('mine', undefined, (record) => void (record.uid = 5)), await vm('theirs')];
  for (const [index, vmId] of [mine, theirs, -1].entries()) {
    const id = `000000000000000${index}`;
    operations.started({ ...runs.running, id, vmId });
    operations.started({ ...runs.waiting, id: id.replace(/^0/, 'a'), kind: 'verify', vmId });
    await run({ id: id.replace(/^0/, 'b'), vmId, kind: 'prune' });
    waiting.push({ vmId: vmId + 10, sinceSec: NOW, reason: 'has no record' });
    waiting.push({ vmId, sinceSec: NOW, reason: 'has a record' });
  }
  const visible = { all: false, uid: 5, gids: [], ids: [], ownerGids: [], clusters: [] };
  const hers = await status({ visible }, false);
  const ofMine = [expect.objectContaining({ vmId: mine }) as Operation];
  expect(hers).toMatchObject({ running: ofMine, waiting: ofMine, failed: ofMine, waitingBackups: [] });
  expect(hers.unprotected).toEqual([{ vmId: mine, name: 'mine' }]);
  expect(hers.names).toEqual(new Map([[mine, 'mine']]));
  const all = await status();
  expect([all.running.length, all.waiting.length, all.failed.length]).toEqual([3, 3, 3]);
  expect(all.waitingBackups.map(({ reason }) => reason)).toEqual(Array(3).fill('has no record'));
});
