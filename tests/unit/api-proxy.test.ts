// A web server with TLS before the daemon: what it says of the browser is believed when it is named in the configuration, and of nobody else.
import type { FastifyInstance } from 'fastify';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { buildServer } from '../../src/api/server.ts';
import { FakeCloud } from './fake-cloud.ts';

const PROXY = '10.1.2.3';
const STRANGER = '198.51.100.7';
const OVER_TLS = { 'x-forwarded-proto': 'https', 'x-forwarded-for': '203.0.113.9, 192.0.2.1' };

let cloud: FakeCloud;
const servers: FastifyInstance[] = [];
beforeAll(async () => {
  cloud = await FakeCloud.open();
});
afterAll(async () => {
  for (const server of servers) await server.close();
  await cloud.close();
});

/** The daemon's server as it is with these proxies, and a route that tells whom it takes for the browser. */
function serverThatTrusts(...proxies: string[]): FastifyInstance {
  const server = buildServer(cloud.services, proxies);
  server.get('/test/address', ({ ip }) => ip);
  servers.push(server);
  return server;
}

async function cookieFrom(server: FastifyInstance, remoteAddress: string, headers: object): Promise<string> {
  const colon = cloud.session.indexOf(':');
  const reply = await server.inject({
    ...{ method: 'POST', url: '/api/session', remoteAddress },
    headers: { ...headers, 'content-type': 'application/json' },
    payload: { user: cloud.session.slice(0, colon), password: cloud.session.slice(colon + 1) },
  });
  expect(reply.statusCode).toBe(200);
  return String(reply.headers['set-cookie']);
}

const addressFrom = async (server: FastifyInstance, remoteAddress: string): Promise<string> =>
  (await server.inject({ url: '/test/address', remoteAddress, headers: OVER_TLS })).body;

it('has the cookie of a session sent over TLS alone when the proxy says that the browser speaks TLS', async () => {
  const server = serverThatTrusts('10.0.0.0/8');
  expect(await cookieFrom(server, PROXY, OVER_TLS)).toMatch(/; HttpOnly; SameSite=Strict; Secure$/);
  expect(await cookieFrom(server, PROXY, { 'x-forwarded-proto': 'http' })).not.toContain('Secure');
  expect(await cookieFrom(server, PROXY, {})).not.toContain('Secure');
});

it('takes nobody else at their word', async () => {
  expect(await cookieFrom(serverThatTrusts('10.0.0.0/8'), STRANGER, OVER_TLS)).not.toContain('Secure');
  expect(await cookieFrom(serverThatTrusts(), PROXY, OVER_TLS)).not.toContain('Secure');
});

it('knows the address that the nearest trusted proxy saw, and of others their own', async () => {
  const server = serverThatTrusts(PROXY);
  expect(await addressFrom(server, PROXY)).toBe('192.0.2.1');
  expect(await addressFrom(server, STRANGER)).toBe(STRANGER);
  expect(await addressFrom(serverThatTrusts(), PROXY)).toBe(PROXY);
});
