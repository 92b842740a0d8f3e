// A simulated day of several control nodes on one PostgreSQL database of their own: the nodes are processes, and time goes on when all of them
// have done what was due, from event to event. Measured are looks of the scheduler, backups begun per second of work, what the database
// had to do, and how long the interface took meanwhile; counted is whatever passed a limit or waited too long.
// usage: node tests/sim/main.ts --nodes 3 --hosts 1000 --vms 100000 [--minutes 30] [--seed 20261126] [--statements]
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { authFile, bootstrap } from '../../src/bootstrap.ts';
import type { Config } from '../../src/config.ts';
import { openPostgres } from '../../src/store/postgres.ts';
import type { SqlStore } from '../../src/store/sql-store.ts';
import { machine } from '../bench/measure.ts';
import { postgresPrograms, PostgresServer } from '../integration/postgres-server.ts';
import { Random } from '../soak/random.ts';
import { breachesOf } from './breaches.ts';
import { databaseLoad, loadBetween } from './database-load.ts';
import { fillLarge } from './large-cloud.ts';
import { NodeProcess } from './node-process.ts';
import { report, type Day, type Setting } from './nodes-report.ts';

const { values } = parseArgs({
  options: {
    nodes: { type: 'string', default: '3' },
    hosts: { type: 'string', default: '1000' },
    vms: { type: 'string', default: '100000' },
    minutes: { type: 'string', default: '30' },
    seed: { type: 'string', default: '20261126' },
    statements: { type: 'boolean', default: false },
  },
});
const setting: Setting = { nodes: Number(values.nodes), hosts: Number(values.hosts), vms: Number(values.vms) };
const seed = Number(values.seed);
/** 2026-10-20 00:00 in Berlin. */
const MIDNIGHT_SEC = Date.UTC(2026, 9, 19, 22) / 1000;
/** From the evening on: the night comes first, with all that is due in it. */
const FROM_SEC = MIDNIGHT_SEC + 21.5 * 3600;
const UNTIL_SEC = FROM_SEC + 86_400;
/** Events this close together are one step, as they are one look of a daemon; and nothing is waited for longer than the other. */
const STEP_SEC = 15;
const LONGEST_SEC = 900;
/** One call to the interface after this long; every so many is for the status of everything. */
const CALL_EVERY_MS = 100;
const STATUS_EVERY = 50;

const programs = await postgresPrograms();
if (programs === undefined) process.exit(1);
const SERVER = ['-c', 'shared_buffers=512MB', '-c', 'shared_preload_libraries=pg_stat_statements'];
const server = await PostgresServer.open(programs, { safe: true, options: SERVER });
const directory = await mkdtemp(join(tmpdir(), 'onevault-sim-'));
const nodes: NodeProcess[] = [];
let failed = true;
try {
  const day = await simulate();
  failed = false;
  report(setting, day);
} finally {
  if (failed) for (const node of nodes) node.kill();
  await server.close();
  await rm(directory, { recursive: true, force: true });
}

async function simulate(): Promise<Day> {
  const { nodes: count, hosts, vms } = setting;
  console.log(`${machine().cpu}, Node ${process.version}; ${count} nodes, ${hosts} hosts, ${vms} VMs, seed ${seed}`);
  const url = await server.database();
  const store = await openPostgres({ url, connections: 4 }, { presence: 'together' });
  const random = new Random(seed);
  const config = { stateDirectory: directory, datastoreLocation: join(directory, 'datastores') } as Config;
  await bootstrap(store, config);
  const { due } = await fillLarge(store, { vms, hosts, jobs: Math.floor(vms / 50) }, MIDNIGHT_SEC, random);
  const database = url.slice(url.lastIndexOf('/') + 1);
  await server.sql('analyze', database);
  console.log(`filled; ${due} backups become due`);
  for (let n = 0; n < count; n++) {
    nodes.push(await NodeProcess.open({ name: `node${n}`, url, hosts, seed: seed + n, startMs: FROM_SEC * 1000 }));
  }
  await shared();
  await server.sql('create extension if not exists pg_stat_statements');
  await server.sql('select pg_stat_statements_reset()');
  const session = (await readFile(authFile(config), 'utf8')).trim();
  const day = emptyDay(due);
  const stop = new AbortController();
  const asking = askAllTheTime(session, day, stop.signal);
  const before = await databaseLoad(server);
  const from = performance.now();
  // a node that has ended is told of by whichever notices it first, and everything is put away
  await Promise.race([pass(store, day, from + Number(values.minutes) * 60_000), asking]);
  day.wallSec = (performance.now() - from) / 1000;
  day.database = loadBetween(before, await databaseLoad(server));
  stop.abort();
  await asking;
  if (values.statements) await showStatements(database);
  await look(store, day);
  await Promise.all(nodes.map((node) => node.end()));
  await store.close();
  return day;
}

function emptyDay(due: number): Day {
  return {
    ...{ due, counted: { begun: 0, done: 0, failed: 0, refused: 0 }, ticks: [], steps: [], atOnce: 0 },
    ...{ breaches: [], waits: [], starved: 0, latencies: { info: [], list: [], status: [] }, wallSec: 0 },
    ...{ reachedSec: 0, database: { transactions: 0, rowsRead: 0, rowsWritten: 0, cpuSec: 0 } },
  };
}

/** What the database was asked, by the time that it took, and what was read of its tables, by the rows that no index found. */
async function showStatements(database: string): Promise<void> {
  const rows = await server.sql(
    `select calls, round(total_exec_time) as ms, rows, left(regexp_replace(query, '\\s+', ' ', 'g'), 150) as query
       from pg_stat_statements order by total_exec_time desc limit 25`,
  );
  for (const { calls, ms, rows: count, query } of rows) console.log([calls, ms, count, query].join('\t'));
  const tables = await server.sql(
    `select relname, seq_scan, seq_tup_read, idx_scan, idx_tup_fetch from pg_stat_user_tables
       where seq_tup_read + coalesce(idx_tup_fetch, 0) > 0 order by seq_tup_read desc limit 12`,
    database,
  );
  for (const table of tables) console.log(Object.values(table).join('\t'));
}

/** Until each node has its part of the hosts. */
async function shared(): Promise<void> {
  for (;;) {
    const owned = await Promise.all(nodes.map((node) => node.hosts()));
    const sum = owned.reduce((all, own) => all + own, 0);
    if (sum === setting.hosts && Math.min(...owned) * 2 * nodes.length >= sum) {
      console.log(`hosts of the nodes: ${owned.join(', ')}`);
      return;
    }
    await sleep(500);
  }
}

async function pass(store: SqlStore, day: Day, untilMs: number): Promise<void> {
  for (let sec = FROM_SEC, shown = FROM_SEC; sec <= UNTIL_SEC && performance.now() < untilMs;) {
    const from = performance.now();
    const stepped = await Promise.all(nodes.map((node) => node.step(sec * 1000)));
    const { atOnce, breaches } = await breachesOf(store, setting.hosts);
    const begunBefore = day.counted.begun;
    for (const key of ['begun', 'done', 'failed', 'refused'] as const) {
      day.counted[key] = stepped.reduce((sum, { counted }) => sum + counted[key], 0);
    }
    day.ticks.push(...stepped.flatMap(({ ticks }) => ticks));
    day.steps.push({ sec: (performance.now() - from) / 1000, begun: day.counted.begun - begunBefore });
    day.atOnce = Math.max(day.atOnce, atOnce);
    day.breaches.push(...breaches);
    day.reachedSec = sec - FROM_SEC;
    if (sec - shown >= 3600) {
      shown = sec;
      const waiting = stepped.reduce((sum, one) => sum + one.waiting, 0);
      const hour = new Date(sec * 1000).toISOString().slice(11, 16);
      console.log(`${hour}Z: ${day.counted.begun} begun, ${day.counted.done} done, ${waiting} wait, ${atOnce} run`);
    }
    const due = (await store.actions.nextDue()) ?? Infinity;
    const end = Math.min(...stepped.map(({ nextMs = Infinity }) => nextMs)) / 1000;
    const next = Math.min(end, due > sec ? due : Infinity, sec + LONGEST_SEC);
    sec = Math.max(sec + STEP_SEC, Math.ceil(next / STEP_SEC) * STEP_SEC);
  }
}

/** As people and programs do meanwhile. */
async function askAllTheTime(session: string, day: Day, signal: AbortSignal): Promise<void> {
  const random = new Random(seed);
  const { info, list, status } = day.latencies;
  for (let n = 0; !signal.aborted; n++) {
    const node = random.pick(nodes);
    const id = random.whole(0, setting.vms);
    if (n % STATUS_EVERY === STATUS_EVERY - 1) status.push(await node.call(session, 'one.system.backupstatus'));
    else if (n % 2 === 0) info.push(await node.call(session, 'one.vm.info', id, false));
    else list.push(await node.call(session, 'one.vmpool.info', -2, id, -50, -1));
    await sleep(CALL_EVERY_MS);
  }
}

/** What became of everything: how long each waited, and what was never tried. */
async function look(store: SqlStore, day: Day): Promise<void> {
  const reached = FROM_SEC + day.reachedSec;
  const dueOf = new Map<number, number>();
  for await (const batch of store.actions.each()) {
    for (const { id, schedule, current } of batch) {
      dueOf.set(id, schedule.anchorSec);
      const since = current?.dueSec ?? schedule.timeSec;
      if (current?.operationId === undefined && since < reached - 12 * 3600) day.starved += 1;
    }
  }
  for (const { asked, startedAt } of await store.operations.history({}, { offset: 0, limit: 1_000_000 })) {
    const since = asked?.by === 'schedule' ? dueOf.get(asked.actionId) : asked?.by === 'job' ? asked.runSec : undefined;
    if (since !== undefined) day.waits.push(startedAt / 1000 - since);
  }
}
