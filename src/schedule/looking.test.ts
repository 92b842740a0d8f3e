// What is summed up for the eyes of one user, on a store in memory: schedules of rules, the summary, figures and the calendar.
import { afterEach, beforeEach, expect, it } from 'vitest';
import * as sample from '../../tests/golden/objects.ts';
import { runs } from '../../tests/golden/runs.ts';
import { END_TYPE, REPEAT, type ScheduledAction } from '../model/scheduled-action.ts';
import type { Vm } from '../model/vm.ts';
import { openSqlite } from '../store/sqlite.ts';
import type { Store, Visibility } from '../store/store.ts';
import { KnownSchedules } from './backup-schedules.ts';
import { calendarOf } from './calendar.ts';
import { nextOccurrence } from './due.ts';
import { Overview } from './overview.ts';
import { runFigures } from './run-figures.ts';
import { summaryOf } from './summary.ts';

const DAY = 86_400;
const { NOW } = sample;
const ANN = 5;
/** What somebody sees who owns things and has no rule. */
const annSees: Visibility = { all: false, uid: ANN, gids: [], ids: [], ownerGids: [], clusters: [] };
let store: Store;

beforeEach(async () => {
  store = await openSqlite(':memory:');
});
afterEach(() => store.close());

const vm = async (name: string, change: Partial<Vm> = {}): Promise<Vm> =>
  store.vms.allocate((id) => {
    const { backups, ...rest } = structuredClone(sample.vm);
    delete backups.last;
    return { ...rest, id, name, backups: { ...backups, ids: [] }, ...change };
  });

const daily = (parent: ScheduledAction['parent'], change: Partial<ScheduledAction> = {}): Promise<ScheduledAction> =>
  store.actions.allocate((id) => ({
    ...{ id, parent, uid: 0, action: 'backup', args: '', doneSec: -1, message: '', warning: 0, finished: false },
    schedule: {
      ...{ timeSec: NOW + 3600, anchorSec: NOW + 3600, repeat: REPEAT.WEEKLY, days: [0, 1, 2, 3, 4, 5, 6] },
      ...{ endType: END_TYPE.NEVER, endValue: -1 },
    },
    ...change,
  }));

it('backs up by the schedule of a job what the job lists, and what its rule selects', async () => {
  const job = await store.backupJobs.allocate((id) => ({
    ...sample.backupJob,
    ...{ id, template: [['BACKUP_VMS_SELECT', [['LABEL', 'prod']]]] },
  }));
  await daily({ type: 'BACKUPJOB', id: job.id });
  const config = { ...sample.vm.backups.config, backupJobId: job.id };
  const listed = await vm('listed', { backups: { ...sample.vm.backups, config } });
  const chosen = await vm('chosen', { userTemplate: [['LABELS', 'prod/web']] });
  const other = await vm('other', { userTemplate: [['LABELS', 'test']] });
  await daily({ type: 'VM', id: other.id }, { finished: true });
  const schedules = await new KnownSchedules(store).now();
  const told = [listed, chosen, other].map((one) => schedules.ofVm(one));
  expect(told.map(({ jobId, schedules: all }) => [jobId, all.length])).toEqual([
    [job.id, 1],
    [job.id, 1],
    [undefined, 0],
  ]);
});

it('counts in a summary only what the onlooker may see', async () => {
  await vm('hers', { uid: ANN });
  const his = await vm('his');
  await daily({ type: 'VM', id: his.id });
  await store.operations.add({ ...runs.failed, id: 'aa', vmId: his.id, startedAt: NOW * 1000 - 60_000 });
  const none = { now: () => Promise.resolve([]) };
  const overview = new Overview({
    ...{ runs: none, waiting: () => Promise.resolve([]), clock: () => NOW * 1000, store },
    ...{ timeZone: 'UTC', next: nextOccurrence },
  });
  const given = { store, overview, runs: none, nowMs: NOW * 1000 };
  const all = await summaryOf(given, { all: true, vms: {} }, {});
  expect(all).toMatchObject({ vms: { total: 2 }, lastDay: { failed: 1 }, nextSec: NOW + 3600 });
  const hers = await summaryOf(given, { all: false, vms: { visible: annSees } }, { visible: annSees });
  expect(hers).toMatchObject({ vms: { total: 1 }, lastDay: { failed: 0 }, nextSec: 0, protection: { unprotected: 1 } });
});

it('sums figures of every day, and of the VMs that stored most', async () => {
  const figures = { processedBytes: 10, storedBytes: 4, scratchBytes: 0, peakRssBytes: 0 };
  const done = { ...runs.failed, kind: 'backup' as const, result: 'done' as const, figures, endedAt: NOW * 1000 };
  await store.operations.add({ ...done, id: 'aa', vmId: 1, startedAt: NOW * 1000 - 1000, begunAt: NOW * 1000 - 1000 });
  await store.operations.add({ ...done, id: 'bb', vmId: 2, startedAt: (NOW - 2 * DAY) * 1000 });
  const wish = { days: 4, kind: 'backup' as const, vmId: undefined, most: 1, vms: undefined };
  const told = await runFigures(store, wish, NOW, 'UTC');
  expect(told.days.map(({ sums }) => sums.done)).toEqual([0, 1, 0, 1]);
  expect(told.vms).toHaveLength(1);
  expect((await runFigures(store, { ...wish, vmId: 1 }, NOW, 'UTC')).days.map(({ sums }) => sums.sentBytes)).toEqual([
    ...[0, 0, 0, 10],
  ]);
  expect((await runFigures(store, { ...wish, vms: { visible: annSees } }, NOW, 'UTC')).vms).toEqual([]);
});

it('shows in a calendar what ran and what is to come, of what the onlooker may see', async () => {
  const hers = await vm('hers', { uid: ANN });
  const his = await vm('his');
  await daily({ type: 'VM', id: hers.id });
  await daily({ type: 'VM', id: his.id }, { action: 'stop' });
  await daily({ type: 'VM', id: his.id });
  await store.operations.add({ ...runs.failed, id: 'aa', vmId: his.id, startedAt: (NOW - DAY) * 1000 });
  const wish = { fromSec: NOW - 2 * DAY, untilSec: NOW + 2 * DAY, nowSec: NOW, zone: 'UTC' };
  const all = await calendarOf(store, { ...wish, runsOf: undefined, vms: {}, jobs: {} });
  expect(all.runs.map(({ id }) => id)).toEqual(['aa']);
  expect(all.coming.map(({ name }) => name).toSorted()).toEqual(['hers', 'hers', 'his', 'his']);
  expect(all.days.reduce((sum, day) => sum + day.coming, 0)).toBe(4);
  expect(all.days.reduce((sum, { sums }) => sum + sums.failed, 0)).toBe(1);
  const seen = { visible: annSees };
  const part = await calendarOf(store, { ...wish, runsOf: seen, vms: seen, jobs: seen });
  expect([part.runs, part.coming.map(({ name }) => name), part.more]).toEqual([[], ['hers', 'hers'], false]);
});
