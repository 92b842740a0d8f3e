// One control node of the simulation, a process of its own: store, duties, scheduler, backup jobs and interface are the real ones; no mover
// runs. Its clock goes when it is told to, a line of JSON each, and it answers when all that has become due is begun or waits.
import { createInterface } from 'node:readline';
import { pino } from 'pino';
import { nodeKey } from '../../src/api/forward-mac.ts';
import { Forwarding } from '../../src/api/forwarding.ts';
import type { Services } from '../../src/api/method.ts';
import { buildServer } from '../../src/api/server.ts';
import { JobRuns } from '../../src/backup/job-run.ts';
import { VERSION } from '../../src/model/version.ts';
import { openNode } from '../../src/nodes/open.ts';
import { hostDuty } from '../../src/nodes/duty.ts';
import { nextOccurrence } from '../../src/schedule/due.ts';
import { countedElsewhere } from '../../src/schedule/elsewhere.ts';
import { Overview } from '../../src/schedule/overview.ts';
import { Scheduler } from '../../src/schedule/tick.ts';
import { AllRuns } from '../../src/vm/all-runs.ts';
import { OperationLog } from '../../src/vm/operation-log.ts';
import type { Parts } from '../../src/vm/parts.ts';
import { Random } from '../soak/random.ts';
import { FakedBackups } from './faked-backups.ts';
import { limitsOf } from './large-cloud.ts';

export interface NodeSettings {
  name: string;
  url: string;
  hosts: number;
  seed: number;
  startMs: number;
}

export interface Stepped {
  /** When the first of its backups ends; left out while none runs, as JSON has no Infinity. */
  nextMs?: number;
  waiting: number;
  running: number;
  /** Milliseconds of each look of the scheduler in this step. */
  ticks: number[];
  counted: FakedBackups['counted'];
}

const POLICY = { timeZone: 'Europe/Berlin', catchUpSec: 86_400, retries: 3, retryDelaySec: 300 };
const MOST_LOOKS = 1000;

const settings = JSON.parse(process.argv[2] ?? '') as NodeSettings;
const say = (line: object): void => void process.stdout.write(`${JSON.stringify(line)}\n`);
let nowMs = settings.startMs;
let endpoint = '';

const log = pino({ level: 'error' }, pino.destination(2));
const { store, duties } = await openNode(
  { database: '', shared: true, postgres: { url: settings.url, connections: 10 } },
  {
    ...{ about: () => ({ name: settings.name, url: endpoint, version: VERSION }), log },
    fenced: (why) => {
      console.error(why);
      process.exit(75);
    },
  },
);
const parts = { store, log, duties, clock: () => nowMs, timeZone: POLICY.timeZone } as unknown as Parts;
const operations = new OperationLog(store, parts.clock, duties.nodeId);
const limits = limitsOf(settings.hosts);
const vmHosts = new Map<number, number>();
for (const [hostId, vms] of await store.links.all('vm-host')) for (const id of vms) vmHosts.set(id, hostId);
const backups = new FakedBackups(parts, operations, new Random(settings.seed), (vmId) => vmHosts.get(vmId) ?? -1);
const acting = {
  mayBackUp: () => Promise.resolve(),
  mayRunJob: () => Promise.resolve(),
  backupBegun: () => Promise.resolve(),
  drill: () => Promise.resolve(),
  perform: () => Promise.resolve(),
};
const elsewhere = countedElsewhere(store, {
  ownsHost: (id) => duties.owns(hostDuty(id)),
  any: () => duties.isShared,
});
const scheduler = new Scheduler(parts, operations, backups, new JobRuns(parts, acting, operations), acting, {
  ...{ limits, policy: POLICY, elsewhere },
});
const overview = new Overview({
  ...{
    store,
    runs: new AllRuns(store, operations, { alone: false, failed: () => undefined }),
    clock: parts.clock,
    timeZone: POLICY.timeZone,
    next: nextOccurrence,
  },
  waiting: () => Promise.resolve(scheduler.waiting()),
});
const services = {
  ...{ parts, operations, overview, scheduler, limits, schedulePolicy: POLICY, endpoint: '' },
  forwarding: new Forwarding(parts, { key: nodeKey(new Uint8Array(32)), alone: false }),
} as unknown as Services;
const server = buildServer(services);
endpoint = `${await server.listen({ host: '127.0.0.1', port: 0 })}/RPC2`;
await duties.begin({
  takeUp: (gained) => scheduler.reconcile(new Set(gained)),
  isBusy: () => backups.running > 0,
});
say({ ready: endpoint, hosts: await owned() });

for await (const line of createInterface({ input: process.stdin })) {
  const told = JSON.parse(line) as { nowMs?: number; end?: true };
  if (told.end) break;
  if (told.nowMs === undefined) say({ hosts: await owned() });
  else say(await step(told.nowMs));
}
await server.close();
await duties.end();
await store.close();
process.exit(0);

/** How many hosts are this node's. */
async function owned(): Promise<number> {
  return [...(await store.hosts.names()).keys()].filter((id) => duties.owns(hostDuty(id))).length;
}

async function step(toMs: number): Promise<Stepped> {
  nowMs = toMs;
  const ticks: number[] = [];
  await backups.end(nowMs);
  await scheduler.idle();
  for (let looks = 0; looks < MOST_LOOKS; looks++) {
    const { begun, refused } = backups.counted;
    const from = performance.now();
    await scheduler.look();
    ticks.push(performance.now() - from);
    await scheduler.idle();
    if (backups.counted.begun === begun && backups.counted.refused === refused) break;
  }
  const { counted, running } = backups;
  const next = running > 0 ? { nextMs: backups.nextMs() } : {};
  return { ...next, waiting: scheduler.waiting().length, running, ticks, counted };
}
