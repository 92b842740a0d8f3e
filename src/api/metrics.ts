// GET /metrics: figures for Prometheus. What has happened since the start is counted as it ends; what is so now is looked at when it is
// asked for. For administrators alone, as it names every VM.
import type { FastifyInstance } from 'fastify';
import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import { OPERATION_KINDS, OPERATION_RESULTS, WAITING, type Operation } from '../model/operation.ts';
import { nowSec } from '../vm/parts.ts';
import { callerOf } from './http-session.ts';
import type { Services } from './method.ts';
import { requireAdmin } from './noun.ts';
import type { Sessions } from './session.ts';

/** From what is done at once to what takes a day. */
const DURATIONS_SEC = [1, 5, 15, 60, 300, 900, 3600, 4 * 3600, 12 * 3600, 24 * 3600];

export function metricsRoute(server: FastifyInstance, services: Services, sessions: Sessions): void {
  const registry = new Registry();
  const unlisten = services.operations.listen(countEnds(registry));
  const look = gauges(registry, services);
  server.addHook('onClose', (_server, done) => {
    unlisten();
    done();
  });
  server.get('/metrics', async (request, reply) => {
    requireAdmin(await callerOf(request, sessions, services), 'ADMIN metrics');
    await look();
    return reply.type(registry.contentType).send(await registry.metrics());
  });
}

/** Counts each run once, when it has ended. */
function countEnds(registry: Registry): (operation: Operation) => void {
  const registers = [registry];
  const runs = new Counter({
    ...{ name: 'onevault_runs_total', help: 'Runs that have ended', labelNames: ['kind', 'result'], registers },
  });
  // what is first seen at 1 has not increased for Prometheus: an alert would sleep through the first failure
  for (const kind of OPERATION_KINDS)
    for (const result of OPERATION_RESULTS) if (result !== 'running') runs.inc({ kind, result }, 0);
  const durations = new Histogram({
    ...{ name: 'onevault_run_duration_seconds', help: 'How long runs that ended well worked', labelNames: ['kind'] },
    ...{ buckets: DURATIONS_SEC, registers },
  });
  const bytes = (what: string, help: string): Counter =>
    new Counter({ name: `onevault_run_bytes_${what}_total`, help, labelNames: ['kind'], registers });
  const read = bytes('read', "Bytes read from guests' disks and stored backups");
  const sent = bytes('sent', 'Bytes given to backup systems');
  const stored = bytes('stored', 'Bytes by which backup systems grew');
  const counted = new WeakSet<Operation>();
  return (operation) => {
    const { kind, result, begunAt, endedAt, figures } = operation;
    if (result === 'running' || counted.has(operation)) return;
    counted.add(operation);
    runs.inc({ kind, result });
    if (result === 'done' && begunAt !== undefined) durations.observe({ kind }, (endedAt - begunAt) / 1000);
    if (!figures) return;
    read.inc({ kind }, figures.readBytes ?? 0);
    sent.inc({ kind }, figures.processedBytes);
    stored.inc({ kind }, Math.max(0, figures.storedBytes));
  };
}

/** What is so now; to be looked at before the figures are read. */
function gauges(registry: Registry, services: Services): () => Promise<void> {
  const gauge = (name: string, help: string, ...labelNames: string[]): Gauge =>
    new Gauge({ name: `onevault_${name}`, help, labelNames, registers: [registry] });
  const age = gauge('backup_age_seconds', 'Age of the newest good backup of a VM', 'vm', 'name');
  const running = gauge('runs_running', 'Runs that are under way', 'kind');
  const waiting = gauge('runs_waiting', 'Runs and backups that wait for their turn', 'kind');
  const unprotected = gauge('vms_unprotected', 'VMs with neither a backup nor a schedule for one');
  const overdue = gauge('vms_overdue', 'VMs whose newest good backup is older than their schedules allow');
  const nodes = gauge('nodes_up', 'Control nodes that work on the database');
  const duties = gauge('node_duties', 'Hosts, datastores and main that a control node has to itself', 'node');
  const lease = gauge('node_lease_seconds', 'How long the lease of a control node holds unless it is renewed', 'node');
  return async () => {
    const { overview, operations, parts, scheduler } = services;
    const found = {
      ages: [] as Array<[labels: { vm: string; name: string }, age: number]>,
      unprotected: 0,
      overdue: 0,
    };
    for await (const batch of overview.vms()) {
      for (const { vm, pointSec, protection } of batch) {
        if (pointSec !== undefined)
          found.ages.push([{ vm: String(vm.id), name: vm.name }, nowSec(parts.clock) - pointSec]);
        if (protection.kind !== 'good') found[protection.kind] += 1;
      }
    }
    const standing = await parts.duties.standing();
    // all at once, so that two who ask at the same time do not mix
    age.reset();
    for (const [labels, seconds] of found.ages) age.set(labels, seconds);
    unprotected.set(found.unprotected);
    overdue.set(found.overdue);
    duties.reset();
    lease.reset();
    nodes.set(standing.length);
    for (const { name, duties: has, leaseLeftMs } of standing) {
      duties.set({ node: name }, has.length);
      if (leaseLeftMs !== undefined) lease.set({ node: name }, leaseLeftMs / 1000);
    }
    running.reset();
    waiting.reset();
    for (const { kind, phase } of operations.all()) (phase === WAITING ? waiting : running).inc({ kind });
    // each node tells of its own: whoever reads all of them adds them up
    const recorded = new Set(operations.all().flatMap(({ kind, vmId }) => (kind === 'backup' ? [vmId] : [])));
    waiting.inc({ kind: 'backup' }, scheduler.waiting().filter(({ vmId }) => !recorded.has(vmId)).length);
  };
}
