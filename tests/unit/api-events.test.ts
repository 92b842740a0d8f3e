// GET /api/events: who sees which runs, how often, and when a stream ends.
import Fastify from 'fastify';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventRoutes } from '../../src/api/events.ts';
import { Sessions } from '../../src/api/session.ts';
import { serverSentEvents } from '../../src/cli/follow.ts';
import type { Operation } from '../../src/model/operation.ts';
import { FakeCloud } from './fake-cloud.ts';

let cloud: FakeCloud;
let ann: string;
let [mine, others] = [-1, -1];
beforeAll(async () => {
  cloud = await FakeCloud.open();
  ann = await cloud.user('ann');
  const allocate = async (session: string): Promise<number> =>
    Number(await cloud.callAs(session, 'one.vm.allocate', 'CPU="1"\nMEMORY="64"', true));
  [mine, others] = [await allocate(ann), await allocate(cloud.session)];
});
afterAll(() => cloud.close());

/** A run under way, of a VM. */
async function begin(vmId: number): Promise<Operation> {
  const { operations, parts } = cloud.services;
  const what = {
    kind: 'backup' as const,
    hostId: 0,
    datastoreId: 100,
    imageIds: [],
    plan: { secret: 'plan' },
    reason: '',
  };
  const run = operations.draft({ ...what, vmId });
  await parts.store.operations.add(run);
  operations.started(run);
  return run;
}

async function end(run: Operation): Promise<void> {
  const { operations, parts } = cloud.services;
  await parts.store.transaction((tx) => operations.end(tx, run, 'done', 'why'));
  operations.announce(run);
}

interface Listener {
  seen: Operation[];
  stop(): void;
}

async function listen(session: string): Promise<Listener> {
  const abort = new AbortController();
  const headers = { authorization: `Basic ${Buffer.from(session).toString('base64')}` };
  const reply = await fetch(cloud.endpoint.replace('/RPC2', '/api/events'), { headers, signal: abort.signal });
  expect([reply.status, reply.headers.get('content-type')]).toEqual([200, 'text/event-stream']);
  const seen: Operation[] = [];
  const read = async (): Promise<void> => {
    const body = reply.body as unknown as AsyncIterable<Buffer>;
    for await (const { data } of serverSentEvents(body)) seen.push(JSON.parse(data) as Operation);
  };
  read().catch(() => undefined); // it ends when it is stopped
  return { seen, stop: () => abort.abort() };
}

describe('the events of all runs', () => {
  it('begin with those under way, go on with changes, and are only of what one may use', async () => {
    const first = await begin(others);
    const [all, hers] = [await listen(cloud.session), await listen(ann)];
    const second = await begin(mine);
    const upkeep = await begin(-1);
    await cloud.services.operations.progress(first, { phase: 'uploading' });
    for (let bytesDone = 0; bytesDone < 50; bytesDone += 1) {
      await cloud.services.operations.progress(second, { disks: [{ diskId: 0, bytesDone, bytesTotal: 50 }] });
    }
    for (const run of [first, upkeep, second]) await end(run);
    const ended =
      ({ seen }: Listener, count: number) =>
      () =>
        Promise.resolve(seen.filter(({ result }) => result === 'done').length === count);
    await cloud.until('the administrator saw all ends', ended(all, 3));
    await cloud.until('ann saw the end of hers', ended(hers, 1));
    expect(new Set(all.seen.map(({ vmId }) => vmId))).toEqual(new Set([others, mine, -1]));
    expect(all.seen[0]).toMatchObject({ id: first.id, plan: null, phase: 'waiting', result: 'running' });
    expect(new Set(hers.seen.map(({ vmId }) => vmId))).toEqual(new Set([mine]));
    expect(hers.seen.length).toBeLessThan(5);
    expect(hers.seen.at(-1)).toMatchObject({ id: second.id, phase: 'done', reason: 'why' });
    all.stop();
    hers.stop();
  });

  it('show signs of life, and end with the rights of who listens', async () => {
    const { parts } = cloud.services;
    const server = Fastify({ forceCloseConnections: true });
    eventRoutes(server, cloud.services, new Sessions(parts.store, parts.clock), { everyMs: 10, heartbeatMs: 20 });
    const address = await server.listen({ host: '127.0.0.1', port: 0 });
    const bob = await cloud.user('bob');
    const headers = { authorization: `Basic ${Buffer.from(bob).toString('base64')}` };
    let text = '';
    const reply = await fetch(`${address}/api/events`, { headers });
    const read = (async () => {
      for await (const chunk of reply.body as unknown as AsyncIterable<Buffer>) text += Buffer.from(chunk).toString();
    })();
    await cloud.until('it beats', () => Promise.resolve(text.includes(': alive\n\n: alive\n\n')));
    const [user] = await cloud.store.users.list({ name: 'bob' });
    await cloud.store.users.update(user?.id ?? -1, (record) => void (record.enabled = false));
    await read;
    expect(text).toMatch(/^: runs\n\n(: alive\n\n)+$/);
    await server.close();
  });

  it('are for nobody without credentials', async () => {
    const url = cloud.endpoint.replace('/RPC2', '/api/events');
    expect((await fetch(url)).status).toBe(401);
    const headers = { authorization: `Basic ${Buffer.from('ann:wrong').toString('base64')}` };
    expect((await fetch(url, { headers })).status).toBe(401);
  });
});
