// How long sessions of the console last: their time, the time without use, and what becomes of those that are over.
import type { FastifyInstance } from 'fastify';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { dropExpired } from '../../src/api/expired-sessions.ts';
import { buildServer } from '../../src/api/server.ts';
import type { LoginToken } from '../../src/model/user.ts';
import { FakeCloud } from './fake-cloud.ts';

const LIMITS = { lifetimeSec: 3600, idleSec: 600 };

let cloud: FakeCloud;
let server: FastifyInstance;
/** Of the daemon, in seconds. */
let now = 0;
beforeAll(async () => {
  cloud = await FakeCloud.open();
  const { services } = cloud;
  server = buildServer({ ...services, parts: { ...services.parts, clock: () => now * 1000 }, sessionLimits: LIMITS });
});
afterAll(async () => {
  await server.close();
  await cloud.close();
});
beforeEach(async () => {
  now = 1_700_000_000;
  await cloud.store.users.update(0, (record) => void (record.tokens = []));
});

const tokens = async (): Promise<LoginToken[]> => (await cloud.store.users.get(0)).tokens ?? [];

async function signIn(): Promise<{ cookie: string; set: string; csrf: string }> {
  const [user, password] = cloud.session.split(':');
  const reply = await server.inject({ method: 'POST', url: '/api/session', payload: { user, password } });
  const set = String(reply.headers['set-cookie']);
  return { set, cookie: set.split(';')[0] ?? '', csrf: reply.json<{ csrf: string }>().csrf };
}

async function ask({ cookie, csrf }: { cookie: string; csrf: string }, unattended = false): Promise<number> {
  const headers = { cookie, 'x-onevault-csrf': csrf, ...(unattended && { 'x-onevault-unattended': '1' }) };
  return (await server.inject({ method: 'POST', url: '/api/call/one.system.version', headers, payload: {} }))
    .statusCode;
}

it('ends at its time, whatever is done with it', async () => {
  const session = await signIn();
  expect(session.set).toContain('; Max-Age=3600;');
  for (let passed = 0; passed < 3600; passed += 300) {
    expect(await ask(session)).toBe(200);
    now += 300;
  }
  expect(await ask(session)).toBe(401);
});

it('ends after the time without use, which what the console asks for by itself is not', async () => {
  const session = await signIn();
  now += 599;
  expect(await ask(session)).toBe(200);
  now += 599;
  expect(await ask(session, true)).toBe(200);
  now += 1;
  expect(await ask(session)).toBe(401);
});

it('goes on with whoever is at the console, also where nothing is called', async () => {
  const session = await signIn();
  for (let n = 0; n < 5; n++) {
    now += 599;
    const { cookie } = session;
    expect((await server.inject({ url: '/api/session', headers: { cookie } })).statusCode).toBe(200);
  }
});

it('is refused when it is over, dropped then, and no guess at a password', async () => {
  const session = await signIn();
  now += 600;
  expect(await tokens()).toHaveLength(1);
  for (let n = 0; n < 20; n++) expect(await ask(session)).toBe(401);
  expect(await tokens()).toEqual([]);
});

it('is dropped also when nobody comes with it any more, and login tokens stay', async () => {
  await signIn();
  const login = { hash: 'h', expires: -1, egid: -1 };
  const over = { ...login, hash: 'o', expires: now };
  await cloud.store.users.update(0, (record) => void record.tokens?.push(login, over));
  const clock = (): number => now * 1000;
  expect(await dropExpired({ store: cloud.store, clock }, LIMITS.idleSec)).toBe(1);
  now += 600;
  expect(await dropExpired({ store: cloud.store, clock }, LIMITS.idleSec)).toBe(1);
  expect(await tokens()).toEqual([login]);
  expect(await dropExpired({ store: cloud.store, clock }, LIMITS.idleSec)).toBe(0);
});
