// The audit log as calls over both wires fill it: changes and refusals with their addresses, nothing of what reads, and no secret.
import type { FastifyInstance } from 'fastify';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { actingThrough } from '../../src/api/acting.ts';
import { buildServer } from '../../src/api/server.ts';
import { outcomeOf, type AuditEvent } from '../../src/model/audit.ts';
import type { ScheduledAction } from '../../src/model/scheduled-action.ts';
import { formatCall } from '../../src/wire/xmlrpc.ts';
import { backupDatastore, plantBackup } from '../compat/planted.ts';
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

/** The newest record, with how its call has ended. */
async function newest(): Promise<AuditEvent | undefined> {
  await cloud.services.audit.flush();
  const [entry] = await cloud.store.audit.list({ limit: 1 });
  return entry && { ...entry.event, ...outcomeOf(entry) };
}

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

it('keeps signing in to the console and out of it', async () => {
  const login = await server.inject({
    ...{ method: 'POST', url: '/api/session', remoteAddress: '198.51.100.7' },
    payload: { user: 'auditor', password: 'hidden-word' },
  });
  expect(login.statusCode).toBe(200);
  expect(await newest()).toMatchObject({ user: 'auditor', method: 'session.begin', by: 'password', code: 0 });
  const logout = await server.inject({
    ...{ method: 'DELETE', url: '/api/session', remoteAddress: '198.51.100.7' },
    headers: {
      cookie: String(login.headers['set-cookie']).split(';')[0],
      'x-onevault-csrf': login.json<{ csrf: string }>().csrf,
    },
  });
  expect(logout.statusCode).toBe(204);
  expect(await newest()).toMatchObject({
    ...{ user: 'auditor', method: 'session.end', from: '198.51.100.7', code: 0 },
    by: expect.stringMatching(/^session [0-9a-f]{12}$/) as string,
  });
});

it('keeps which file was asked for of a backup, also from whom it was kept, before anything is read', async () => {
  const id = await plantBackup(cloud, await backupDatastore(cloud), { name: 'asked for', vms: [] });
  const ask = async (session: string): Promise<number> => {
    const authorization = `Basic ${Buffer.from(session).toString('base64')}`;
    const url = `/api/image/${id}/file?path=/disk.0/1/etc/shadow&increment=99`;
    return (await server.inject({ method: 'GET', url, headers: { authorization } })).statusCode;
  };
  expect(await ask('auditor:hidden-word')).toBe(403);
  const asked = { method: 'file.read', object: `image:${id}`, on: { id, path: '/disk.0/1/etc/shadow', increment: 99 } };
  expect(await newest()).toMatchObject({ ...asked, user: 'auditor', code: 512 });
  expect(await ask(cloud.session)).toBeGreaterThanOrEqual(400); // there is no such increment
  const failed = await newest();
  expect(failed).toMatchObject({ ...asked, user: 'oneadmin' });
  expect([512, -1]).not.toContain(failed?.code);
});

it('keeps what a schedule does, with whose schedule it is', async () => {
  const acting = actingThrough(() => cloud.services);
  const vm = await cloud.id('one.vm.allocate', 'NAME="scheduled"\nCPU="1"\nMEMORY="16"', true);
  const parent = { type: 'VM', id: vm };
  const action = { id: 17, uid: 0, action: 'hold', args: '', parent } as ScheduledAction;
  await expect(acting.perform(action)).rejects.toThrow(); // it is held already
  const by = 'schedule 17';
  expect(await newest()).toMatchObject({ method: 'one.vm.action', object: `vm:${vm}`, by, from: '', code: 2048 });
  await acting.backupBegun(0, { vmId: vm, datastoreId: 1, actionId: 17 });
  expect(await newest()).toMatchObject({ user: 'oneadmin', method: 'one.vm.backup', object: `vm:${vm}`, by, code: 0 });
  await expect(acting.mayRunJob(2, 4711, 17)).rejects.toThrow();
  expect(await newest()).toMatchObject({ user: 'auditor', method: 'one.backupjob.backup', on: { id: 4711 }, by });
});

it('keeps nothing of what only reads', async () => {
  const { seq } = await cloud.services.parts.store.audit.head();
  await xmlrpc('one.vmpool.info', [-2, -1, -1, -1]);
  await xmlrpc('one.user.info', [0]);
  expect((await cloud.services.parts.store.audit.head()).seq).toBe(seq);
});
