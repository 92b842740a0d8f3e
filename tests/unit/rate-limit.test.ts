// Who calls too often is told so on every wire, with the time to wait, and nothing of it is in the audit log.
import type { FastifyInstance } from 'fastify';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { RateLimit } from '../../src/access/rate-limit.ts';
import { buildServer } from '../../src/api/server.ts';
import { formatCall } from '../../src/wire/xmlrpc.ts';
import { FakeCloud } from './fake-cloud.ts';

const ONE_CALL = { calls: 1, periodSec: 60 };

let cloud: FakeCloud;
let server: FastifyInstance;
beforeAll(async () => {
  cloud = await FakeCloud.open();
  server = buildServer({ ...cloud.services, rateLimit: new RateLimit(ONE_CALL, () => 1000) });
});
afterAll(async () => {
  await server.close();
  await cloud.close();
});

const xmlrpc = async (remoteAddress: string, session: string): Promise<string> => {
  const payload = formatCall('one.system.version', [session]);
  return (await server.inject({ method: 'POST', url: '/RPC2', remoteAddress, payload })).body;
};

it('is an error of XML-RPC for an address, whoever calls from there', async () => {
  expect(await xmlrpc('192.0.2.1', 'nobody:wrong')).toContain('authenticated');
  expect(await xmlrpc('192.0.2.1', 'nobody:wrong')).toContain('address 192.0.2.1 has made more than 1 calls');
});

it('is one for a user, wherever she calls from, and 429 with the time to wait in JSON', async () => {
  expect(await xmlrpc('192.0.2.2', cloud.session)).not.toContain('RATE_LIMIT');
  expect(await xmlrpc('192.0.2.3', cloud.session)).toContain('user 0 has made more than 1 calls');
  const answer = await server.inject({
    ...{ method: 'POST', url: '/api/call/one.image.delete', remoteAddress: '192.0.2.4' },
    headers: { authorization: `Basic ${Buffer.from(cloud.session).toString('base64')}` },
    payload: { id: 7 },
  });
  expect(answer.statusCode).toBe(429);
  expect(answer.headers['retry-after']).toBe('60');
  expect(answer.json()).toMatchObject({ error: { retry: true, hint: 'Try again in 60 seconds.' } });
  const kept = await cloud.store.audit.list({ limit: 100 });
  expect(kept.filter(({ event }) => event.method === 'one.image.delete')).toEqual([]);
});

it('holds up no sign-in from another address, and answers one that comes too often with 429', async () => {
  const signIn = { method: 'POST', url: '/api/session', remoteAddress: '192.0.2.5', payload: {} } as const;
  expect((await server.inject(signIn)).statusCode).toBe(400);
  expect((await server.inject(signIn)).statusCode).toBe(429);
});
