// A simulated week of the real scheduler on a real database in memory: 10,000 VMs on 200 hosts, 500 backup jobs, with backups that fail,
// VMs that cannot begin, hosts with more work than room, and jobs and runs that are cancelled. Time jumps from event to event; what is
// measured is how long each look of the scheduler takes, whether anything waited too long, and whether a limit was ever passed.
// usage: node tests/sim/week.ts [days=7] [seed]
import { pino } from 'pino';
import { JobRuns } from '../../src/backup/job-run.ts';
import { draftBackup, type BackupWish } from '../../src/backup/decide.ts';
import type { BackupStart } from '../../src/backup/run.ts';
import { CODE, OneError } from '../../src/model/errors.ts';
import type { Operation } from '../../src/model/operation.ts';
import { Scheduler } from '../../src/schedule/tick.ts';
import { SoleDuties } from '../../src/nodes/sole.ts';
import { openSqlite } from '../../src/store/sqlite.ts';
import { OperationLog } from '../../src/vm/operation-log.ts';
import type { Parts } from '../../src/vm/parts.ts';
import { machine } from '../bench/measure.ts';
import { median } from '../bench/report.ts';
import { Random } from '../soak/random.ts';
import { fill, type Size } from './cloud.ts';

const [days = '7', seed = '20261126'] = process.argv.slice(2);
const SIZE: Size = { vms: 10_000, hosts: 200, jobs: 500 };
const LIMITS = { maxBackups: 200, maxBackupsHost: 2, maxRestores: 2, maxUpkeep: 1, maxDrills: 1, networks: [] };
const POLICY = { timeZone: 'Europe/Berlin', catchUpSec: 86_400, retries: 3, retryDelaySec: 300 };
const DAY_SEC = 86_400;
/** Backups of a night have until noon: from an occurrence to the first try. */
const WINDOW_SEC = 12 * 3600;
/** Events this close together are one step of the simulation, as they are one look of the daemon. */
const STEP_SEC = 5;
/** 2026-10-20 00:00 in Berlin: the week has the night in which summer time ends. */
const START_SEC = Date.UTC(2026, 9, 19, 22) / 1000;

const random = new Random(Number(seed));
let nowMs = START_SEC * 1000;
const store = await openSqlite(':memory:');
const log = pino({ level: 'silent' });
const parts = {
  store,
  log,
  clock: () => nowMs,
  duties: new SoleDuties(store, () => ({ name: 'here', url: '', version: '' })),
} as unknown as Parts;
const operations = new OperationLog(store, parts.clock);

/** What is to happen, by simulated seconds. */
const events = new Map<number, Array<() => Promise<void>>>();
function at(sec: number, event: () => Promise<void>): void {
  const step = Math.ceil(sec / STEP_SEC) * STEP_SEC;
  const there = events.get(step);
  if (there) there.push(event);
  else events.set(step, [event]);
}

const counted = { begun: 0, done: 0, failed: 0, refused: 0, cancelled: 0, limitBreaches: 0, mostAtOnce: 0 };
const running = new Map<number, Operation>();
const onHost = new Map<number, number>();
const dueSince = new Map<string, number>();
const seenDue = new Set<number>();
const seenRuns = new Set<string>();
const waits: number[] = [];
let starved = 0;

/** Takes the place of the runner: a backup takes two to ten minutes of simulated time. */
const backups = {
  async start(vmId: number, wish: BackupWish, { waited, alongside }: BackupStart = {}): Promise<string> {
    noteTried(vmId, wish);
    if (random.next() < 0.01) {
      counted.refused += 1;
      throw new OneError(CODE.ACTION, `Virtual machine ${vmId} is in state SUSPENDED.`);
    }
    const hostId = vmHosts.get(vmId) ?? -1;
    const operation = waited ?? draftBackup(operations, vmId, hostId, wish);
    await store.transaction(async (tx) => {
      await tx.operations.add(operation);
      await alongside?.(tx, operation);
    });
    operations.started(operation);
    countIn(vmId, hostId, operation);
    const failing = random.next() < 0.03;
    at(nowMs / 1000 + random.whole(120, 600), () => end(operation, failing ? 'failed' : 'done'));
    return operation.id;
  },
  cancel(vmId: number): void {
    const operation = running.get(vmId);
    if (!operation) return;
    void operations.cancelling(operation);
    at(nowMs / 1000 + 2, () => end(operation, 'failed'));
  },
};

function countIn(vmId: number, hostId: number, operation: Operation): void {
  if (running.has(vmId)) counted.limitBreaches += 1; // no VM is backed up twice at once
  running.set(vmId, operation);
  onHost.set(hostId, (onHost.get(hostId) ?? 0) + 1);
  counted.begun += 1;
  counted.mostAtOnce = Math.max(counted.mostAtOnce, running.size);
  if (running.size > LIMITS.maxBackups || (onHost.get(hostId) ?? 0) > LIMITS.maxBackupsHost) counted.limitBreaches += 1;
}

async function end(operation: Operation, result: 'done' | 'failed'): Promise<void> {
  if (operation.result !== 'running') return;
  await store.transaction((tx) => operations.end(tx, operation, result, result === 'done' ? '' : 'the store was away'));
  running.delete(operation.vmId);
  onHost.set(operation.hostId, (onHost.get(operation.hostId) ?? 0) - 1);
  counted[operation.result as 'done' | 'failed' | 'cancelled'] += 1;
  operations.announce(operation);
}

/** How long it took from when a backup was due until it was tried first. */
function noteTried(vmId: number, { asked }: BackupWish): void {
  const key = asked?.by === 'job' ? `job ${asked.jobId} ${asked.runSec} ${vmId}` : `vm ${vmId}`;
  const since = dueSince.get(key);
  if (since === undefined) return;
  dueSince.delete(key);
  waits.push(nowMs / 1000 - since);
}

const acting = {
  mayBackUp: () => Promise.resolve(),
  mayRunJob: () => Promise.resolve(),
  backupBegun: () => Promise.resolve(),
  drill: () => Promise.resolve(),
  perform: () => Promise.resolve(),
};
const jobs = new JobRuns(parts, acting, operations);
const scheduler = new Scheduler(parts, operations, backups, jobs, acting, { limits: LIMITS, policy: POLICY });

console.log(`${machine().cpu}, Node ${process.version}; ${days} days, seed ${seed}`);
await store.transaction((tx) => fill(tx, SIZE, START_SEC, random));
const vmHosts = new Map<number, number>();
for (const [hostId, vms] of await store.links.all('vm-host')) for (const id of vms) vmHosts.set(id, hostId);

const ticks: number[] = [];
await simulate();
report();

async function simulate(): Promise<void> {
  const endSec = START_SEC + Number(days) * DAY_SEC;
  for (let sec = START_SEC, shown = 0; sec < endSec;) {
    nowMs = sec * 1000;
    const happening = events.get(sec) ?? [];
    events.delete(sec);
    for (const event of happening) await event();
    await settled();
    await noteDue();
    await look();
    if (random.next() < 0.001) await cancelSomething();
    noteStarved(sec);
    if (sec - START_SEC >= (shown + 1) * DAY_SEC)
      console.log(`day ${(shown += 1)}: ${counted.begun} begun, ${counted.done} done`);
    sec = await nextStep(sec);
  }
}

/** The scheduler notes ends and failures in the background. */
function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
}

async function look(): Promise<void> {
  const from = performance.now();
  await scheduler.look();
  ticks.push(performance.now() - from);
  await settled();
}

async function nextStep(sec: number): Promise<number> {
  const due = (await store.actions.nextDue()) ?? Infinity;
  const first = Math.min(...events.keys(), due > sec ? Math.ceil(due / STEP_SEC) * STEP_SEC : sec + 15);
  return Math.max(sec + STEP_SEC, Math.min(first, sec + 900));
}

/** What became due just now is waited for from now on. */
async function noteDue(): Promise<void> {
  const now = nowMs / 1000;
  const due = new Set(await store.actions.dueBy(now));
  const fresh = [...due].filter((id) => !seenDue.has(id));
  for (const id of seenDue) if (!due.has(id)) seenDue.delete(id);
  for (let from = 0; from < fresh.length; from += 500) {
    for (const { id, parent, schedule, current } of await store.actions.list({ ids: fresh.slice(from, from + 500) })) {
      seenDue.add(id);
      if (parent.type === 'VM' && !current) dueSince.set(`vm ${parent.id}`, schedule.timeSec);
    }
  }
  for (const { id, outdatedVms, lastBackupTime } of await store.backupJobs.list({ states: [1] })) {
    const run = `job ${id} ${lastBackupTime}`;
    if (seenRuns.has(run)) continue;
    seenRuns.add(run);
    for (const vmId of outdatedVms) dueSince.set(`${run} ${vmId}`, lastBackupTime);
  }
}

/** Those that were not tried within their window, each once. Looked for each quarter of an hour. */
function noteStarved(sec: number): void {
  if (sec % 900 >= STEP_SEC) return;
  for (const [key, since] of dueSince) {
    if (sec - since <= WINDOW_SEC) continue;
    dueSince.delete(key);
    starved += 1;
  }
}

async function cancelSomething(): Promise<void> {
  const runningJobs = await store.backupJobs.list({ states: [1], limit: 20 });
  if (random.next() < 0.5 && runningJobs.length > 0) {
    const { id, lastBackupTime, outdatedVms } = random.pick(runningJobs);
    await scheduler.cancelJob(id);
    for (const vmId of outdatedVms) dueSince.delete(`job ${id} ${lastBackupTime} ${vmId}`);
    if (random.next() < 0.5) await scheduler.retryJob(id);
    return;
  }
  const some = [...running.keys()];
  if (some.length > 0) await scheduler.cancel(random.pick(some));
}

function report(): void {
  const quantile = (values: readonly number[], share: number): number =>
    [...values].sort((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * share))] ?? 0;
  const ms = (value: number): number => Math.round(value * 10) / 10;
  const figures = {
    ...counted,
    looks: ticks.length,
    tick_median_ms: ms(median(ticks)),
    tick_p99_ms: ms(quantile(ticks, 0.99)),
    tick_max_ms: ms(Math.max(...ticks)),
    wait_median_min: Math.round(median(waits) / 60),
    wait_p99_min: Math.round(quantile(waits, 0.99) / 60),
    wait_max_min: Math.round(waits.reduce((most, wait) => Math.max(most, wait), 0) / 60),
    starved,
  };
  console.log('');
  for (const [name, value] of Object.entries(figures)) console.log(`${name.padEnd(18)}${value}`);
  const { tick_p99_ms, limitBreaches } = figures;
  console.log('');
  console.log(JSON.stringify({ bench: 'sim', tick_p99_ms, starved, limit_breaches: limitBreaches }));
}
