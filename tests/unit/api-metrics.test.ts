// GET /metrics: what is counted and looked at, and for whom.
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Operation } from '../../src/model/operation.ts';
import { FakeCloud } from './fake-cloud.ts';

let cloud: FakeCloud;
let ann: string;
beforeAll(async () => {
  cloud = await FakeCloud.open();
  ann = await cloud.user('ann');
});
afterAll(() => cloud.close());

function ask(session?: string): Promise<Response> {
  const authorization = `Basic ${Buffer.from(session ?? '').toString('base64')}`;
  const init = session === undefined ? {} : { headers: { authorization } };
  return fetch(cloud.endpoint.replace('/RPC2', '/metrics'), init);
}

/** Lines that hold figures, by their name and labels. */
async function figures(): Promise<Map<string, number>> {
  const reply = await ask(cloud.session);
  expect(reply.status).toBe(200);
  expect(reply.headers.get('content-type')).toMatch(/^text\/plain; version=0\.0\.4/);
  const lines = (await reply.text()).split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return new Map(
    lines.map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.slice(line.lastIndexOf(' ')))]),
  );
}

async function begin(change: Partial<Operation> = {}): Promise<Operation> {
  const { operations, parts } = cloud.services;
  const what = { kind: 'backup' as const, vmId: 0, hostId: 0, datastoreId: 100, imageIds: [], plan: null, reason: '' };
  const run = { ...operations.draft(what), ...change };
  await parts.store.operations.add(run);
  operations.started(run);
  return run;
}

async function end(run: Operation, result: 'done' | 'failed'): Promise<void> {
  const { operations, parts } = cloud.services;
  await parts.store.transaction((tx) => operations.end(tx, run, result, ''));
  operations.announce(run);
}

it('has a count of every kind and result from the start, so that the first failure is an increase', async () => {
  const seen = await figures();
  const kinds = ['backup', 'restore', 'flatten', 'verify', 'drill', 'prune', 'check', 'rescan', 'copy', 'self'];
  for (const kind of kinds) {
    for (const result of ['done', 'failed', 'cancelled'])
      expect(seen.get(`onevault_runs_total{kind="${kind}",result="${result}"}`), `${kind} ${result}`).toBe(0);
  }
  expect([...seen.keys()].filter((name) => name.startsWith('onevault_runs_total')).length).toBe(30);
});

it('counts runs as they end, once, with what they read, sent and stored', async () => {
  const { operations } = cloud.services;
  const first = await begin({ begunAt: Date.now() - 100_000 });
  first.figures = { processedBytes: 20, storedBytes: 10, scratchBytes: 0, peakRssBytes: 0, readBytes: 30 };
  await end(first, 'done');
  await operations.progress(first, {}); // a late word of the mover
  await end(await begin(), 'failed');
  const cancelled = await begin({ kind: 'restore' });
  await operations.cancelling(cancelled);
  await end(cancelled, 'failed');
  const seen = await figures();
  expect(Object.fromEntries(seen)).toMatchObject({
    'onevault_runs_total{kind="backup",result="done"}': 1,
    'onevault_runs_total{kind="backup",result="failed"}': 1,
    'onevault_runs_total{kind="restore",result="cancelled"}': 1,
    'onevault_run_bytes_read_total{kind="backup"}': 30,
    'onevault_run_bytes_sent_total{kind="backup"}': 20,
    'onevault_run_bytes_stored_total{kind="backup"}': 10,
    'onevault_run_duration_seconds_count{kind="backup"}': 1,
    'onevault_run_duration_seconds_bucket{le="60",kind="backup"}': 0,
    'onevault_run_duration_seconds_bucket{le="300",kind="backup"}': 1,
  });
  expect([...seen.keys()].filter((name) => /_(running|waiting)\{/.test(name) && seen.get(name) !== 0)).toEqual([]);
});

it('looks at what runs and waits, and at the backups of every VM', async () => {
  const [waiting, running] = [await begin(), await begin({ kind: 'verify' })];
  await cloud.services.operations.progress(running, { phase: 'reading' });
  const allocate = (name: string): Promise<number> =>
    cloud.id('one.vm.allocate', `NAME="${name}"\nCPU="1"\nMEMORY="64"`, true);
  const saved = await allocate('größer name');
  const bare = await allocate('bare');
  await cloud.store.vms.update(saved, ({ backups }) => {
    const date = Math.floor(Date.now() / 1000) - 1000;
    backups.ids = [7];
    backups.last = { imageId: 7, pointId: 0, type: 'FULL', reason: '', consistency: 'crash', date };
  });
  const seen = await figures();
  expect(seen.get('onevault_runs_running{kind="verify"}')).toBe(1);
  expect(seen.get('onevault_runs_waiting{kind="backup"}')).toBe(1);
  expect(seen.get('onevault_vms_unprotected')).toBe(1);
  expect(seen.get('onevault_vms_overdue')).toBe(0);
  const ages = [...seen].filter(([name]) => name.startsWith('onevault_backup_age_seconds{'));
  expect(ages).toHaveLength(1);
  expect(ages[0]?.[0]).toBe(`onevault_backup_age_seconds{vm="${saved}",name="größer name"}`);
  expect(Math.abs((ages[0]?.[1] ?? 0) - 1000)).toBeLessThan(30);
  await cloud.store.vms.update(saved, (vm) => void (vm.state = 6));
  for (const run of [waiting, running]) await end(run, 'done');
  const later = await figures();
  expect([...later.keys()].filter((name) => name.startsWith('onevault_backup_age'))).toEqual([]);
  expect(later.get('onevault_runs_running{kind="verify"}') ?? 0).toBe(0);
  expect(bare).toBeGreaterThan(saved);
});

it('is for administrators', async () => {
  expect((await ask()).status).toBe(401);
  expect((await ask('oneadmin:wrong')).status).toBe(401);
  const refused = await ask(ann);
  expect(refused.status).toBe(403);
  expect(await refused.text()).not.toContain('onevault_');
});
