// The audit log as calls over both wires fill it: changes and refusals with their addresses, nothing of what reads, and no secret.
import type { FastifyInstance } from 'fastify';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { buildServer } from '../../src/api/server.ts';
import type { AuditEvent } from '../../src/model/audit.ts';
import { formatCall } from '../../src/wire/xmlrpc.ts';
import { FakeCloud } from './fake-cloud.ts';

const PROXY = '10.1.2.3';
const FORWARDED = { 'x-forwarded-for': '192.0.2.1' };

let cloud: FakeCloud;
let server: FastifyInstance;
beforeAll(async () => {
  cloud = await FakeCloud.open();
  server = buildServer(cloud.services, [PROXY]);
});
afterAll(async () => {
  await server.close();
  await cloud.close();
});

async function xmlrpc(method: string, params: Array<string | number>, session = cloud.session): Promise<void> {
  await server.inject({
    ...{ method: 'POST', url: '/RPC2', remoteAddress: PROXY, headers: FORWARDED },
    payload: formatCall(method, [session, ...params]),
  });
}

const newest = async (): Promise<AuditEvent | undefined> =>
  (await cloud.services.parts.store.audit.list({ limit: 1 }))[0]?.event;

it('keeps a change over XML-RPC, from the address that a trusted server tells', async () => {
  await xmlrpc('one.group.allocate', ['painters']);
  const [{ id } = { id: -1 }] = await cloud.services.parts.store.groups.list({ name: 'painters' });
  expect(await newest()).toMatchObject({
    ...{ uid: 0, user: 'oneadmin', method: 'one.group.allocate', on: { name: 'painters' }, code: 0, result: id },
    ...{ from: '192.0.2.1', by: 'password' },
  });
});

it('keeps a change over JSON, and no password', async () => {
  const { statusCode } = await server.inject({
    ...{ method: 'POST', url: '/api/call/one.user.allocate', remoteAddress: '198.51.100.7' },
    headers: {
      ...{ ...FORWARDED, 'content-type': 'application/json' },
      authorization: `Basic ${Buffer.from(cloud.session).toString('base64')}`,
    },
    payload: { name: 'auditor', password: 'hidden-word', driver: 'core', groupIds: [1] },
  });
  expect(statusCode).toBe(200);
  const event = await newest();
  expect(event).toMatchObject({ method: 'one.user.allocate', on: { name: 'auditor' }, from: '198.51.100.7' });
  expect(JSON.stringify(event)).not.toContain('hidden');
});

it('keeps what somebody has no right to, with its code', async () => {
  await xmlrpc('one.group.allocate', ['mine'], 'auditor:hidden-word');
  expect(await newest()).toMatchObject({ user: 'auditor', method: 'one.group.allocate', code: 512, result: -1 });
});

it('keeps a wrong password, also where only something would be read', async () => {
  await xmlrpc('one.vm.info', [0], 'auditor:hidden-guess');
  const event = await newest();
  expect(event).toMatchObject({ uid: -1, user: 'auditor', method: 'one.vm.info', on: {}, code: 256 });
  expect(JSON.stringify(event)).not.toContain('hidden');
});

it('keeps nothing of what only reads', async () => {
  const { seq } = await cloud.services.parts.store.audit.head();
  await xmlrpc('one.vmpool.info', [-2, -1, -1, -1]);
  await xmlrpc('one.user.info', [0]);
  expect((await cloud.services.parts.store.audit.head()).seq).toBe(seq);
});
