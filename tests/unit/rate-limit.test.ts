// Who calls too often is told so on every wire, with the time to wait, and nothing of it is in the audit log; everybody else goes on. A whole daemon
// that believes a web server on its machine, so that calls come from many addresses.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { CODE } from '../../src/model/errors.ts';
import { formatCall, parseResponse, type Value } from '../../src/wire/xmlrpc.ts';
import { FakeCloud } from './fake-cloud.ts';

const CALLS = 2;
/** Long enough that none comes back while the tests run: one in half an hour. */
const LIMITED = { rateLimit: { calls: CALLS, periodSec: 3600 } };

let cloud: FakeCloud;
let ada: string;
let bob: string;
beforeAll(async () => {
  cloud = await FakeCloud.open({ ...LIMITED, trustProxy: ['127.0.0.1'] });
  ada = await cloud.user('ada');
  bob = await cloud.user('bob');
});
afterAll(() => cloud.close());

async function rpc(
  from: string,
  session: string,
  body = formatCall('one.system.version', [session]),
): Promise<Value[]> {
  const headers = { 'content-type': 'text/xml', 'x-forwarded-for': from };
  const reply = await fetch(cloud.endpoint, { method: 'POST', body, headers });
  expect(reply.status).toBe(200);
  return parseResponse(await reply.text());
}

const json = (from: string, path: string, body: object, headers: Record<string, string> = {}): Promise<Response> =>
  fetch(new URL(path, cloud.endpoint), {
    ...{ method: 'POST', body: JSON.stringify(body) },
    headers: { 'content-type': 'application/json', 'x-forwarded-for': from, ...headers },
  });

const basic = (session: string): Record<string, string> => ({
  authorization: `Basic ${Buffer.from(session).toString('base64')}`,
});

/** The failure that OpenNebula's clients are answered. */
const tooOften = (who: string): unknown[] => [
  false,
  expect.stringMatching(
    new RegExp(
      `^\\[one\\.system\\.version\\] The call was not carried out: ${who} has made more than ${CALLS} calls in 3600 seconds, .* Try again in \\d+ seconds\\.$`,
    ),
  ),
  CODE.ACTION,
  -1,
  0,
];

it('refuses an address in the form of OpenNebula, whoever calls from there, and no other address', async () => {
  for (let n = 0; n < CALLS; n++) {
    expect((await rpc('192.0.2.1', `nobody-${n}:wrong`))[2]).toBe(CODE.AUTHENTICATION);
  }
  expect(await rpc('192.0.2.1', 'nobody:wrong')).toEqual(tooOften('address 192.0.2.1'));
  expect(await rpc('192.0.2.1', ada)).toEqual(tooOften('address 192.0.2.1'));
  expect((await rpc('192.0.2.2', ada))[0]).toBe(true);
});

it('counts what is no call at all, before it is read', async () => {
  for (let n = 0; n < CALLS; n++) await expect(rpc('192.0.2.3', ada, '<no call')).rejects.toThrow();
  expect(await rpc('192.0.2.3', ada)).toEqual(tooOften('address 192.0.2.3'));
});

it('refuses a user wherever she calls from, with 429 and the time to wait in JSON, and no other user', async () => {
  for (let n = 0; n < CALLS; n++) await rpc(`192.0.2.${10 + n}`, bob);
  const { id } = (await cloud.store.users.list({ name: 'bob' }))[0] ?? {};
  expect(await rpc('192.0.2.20', bob)).toEqual(tooOften(`user ${id}`));
  const answer = await json('192.0.2.21', '/api/call/one.image.delete', { id: 7 }, basic(bob));
  expect(answer.status).toBe(429);
  expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
  expect(await answer.json()).toMatchObject({ error: { code: CODE.ACTION, name: 'ACTION', retry: true } });
  const kept = await cloud.store.audit.list({ limit: 100 });
  expect(kept.filter(({ event }) => event.method === 'one.image.delete')).toEqual([]);
  expect((await rpc('192.0.2.22', ada))[0]).toBe(true);
});

it('holds up nobody who signs in to the console from another address, and what the console shows goes on', async () => {
  for (let n = 0; n < CALLS; n++) expect((await json('192.0.2.30', '/api/session', {})).status).toBe(400);
  const [user, password] = cloud.session.split(':');
  expect((await json('192.0.2.30', '/api/session', { user, password })).status).toBe(429);
  const signedIn = await json('192.0.2.31', '/api/session', { user, password });
  expect(signedIn.status).toBe(200);
  const cookie = String(signedIn.headers.get('set-cookie')).split(';')[0] ?? '';
  // also for those behind an address that calls too often
  const headers = { cookie, 'x-forwarded-for': '192.0.2.30' };
  for (const path of ['/api/session', '/api/health', '/api/openapi.json']) {
    expect((await fetch(new URL(path, cloud.endpoint), { headers })).status).toBe(200);
  }
});

it('believes no address that somebody else than the web server tells', async () => {
  const other = await FakeCloud.open(LIMITED);
  try {
    // calls of this machine count for no address, whatever they say of themselves
    for (let n = 0; n <= CALLS; n++) {
      const body = formatCall('one.system.version', [`nobody-${n}:wrong`]);
      const answer = await other.post(body, { 'content-type': 'text/xml', 'x-forwarded-for': '192.0.2.1' });
      expect(answer[2]).toBe(CODE.AUTHENTICATION);
    }
  } finally {
    await other.close();
  }
});
