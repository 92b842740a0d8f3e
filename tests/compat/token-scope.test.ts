// Tokens with a scope: what each is good for, over all methods and pages; no way to more than that, and no secrets.
import type { FastifyInstance } from 'fastify';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isWithin, listedIn } from '../../src/access/token-scope.ts';
import { METHODS } from '../../src/api/methods/all.ts';
import { buildServer } from '../../src/api/server.ts';
import { SCOPES, type Scope } from '../../src/model/token-scope.ts';
import { formatCall, type Value } from '../../src/wire/xmlrpc.ts';
import { FakeCloud } from '../unit/fake-cloud.ts';
import { planted } from '../planted/secret.ts';
import { inScope } from './access/scopes.ts';
import { CODE } from './case.ts';

const DATASTORE = `NAME="b"\nTYPE="BACKUP_DS"\nDS_MAD="restic"\nRESTIC_PASSWORD="${planted('-restic')}"\nRESTIC_REPOSITORY="LOCAL"`;

let cloud: FakeCloud;
let server: FastifyInstance;
let datastore: number;
const sessions = new Map<Scope, string>();
const session = (scope: Scope): string => sessions.get(scope) ?? '';
beforeAll(async () => {
  cloud = await FakeCloud.open();
  server = buildServer(cloud.services);
  await server.ready();
  datastore = await cloud.id('one.datastore.allocate', DATASTORE, -1);
  for (const scope of SCOPES) {
    const token = await cloud.text(cloud.session, 'one.user.login', 'oneadmin', '', -1, -1, scope);
    sessions.set(scope, `oneadmin:${token}`);
  }
});
afterAll(async () => {
  await server.close();
  await cloud.close();
});

const ask = (scope: Scope, method: string, ...params: Value[]): Promise<Value[]> =>
  cloud.post(formatCall(method, [session(scope), ...params]));

// of refusals only so many are kept, so it comes first
it('what a token was refused is in the audit log, with its user', async () => {
  await ask('read', 'one.vm.backup', 1, 1);
  await cloud.services.audit.flush();
  const [newest] = await cloud.store.audit.list({ limit: 1 });
  expect(newest?.event).toMatchObject({ method: 'one.vm.backup', uid: 0, user: 'oneadmin', code: CODE.AUTHORIZATION });
});

describe.each(SCOPES)('a token for %s', (scope) => {
  it('is good for what its scope has of all methods, and for nothing that no scope has', () => {
    const wrong = Object.keys(METHODS).filter((method) => isWithin([scope], method) !== inScope(method, scope));
    expect(wrong).toEqual([]);
  });

  it('is refused every other method before its parameters are looked at', async () => {
    const wrong: string[] = [];
    for (const method of Object.keys(METHODS).filter((name) => !inScope(name, scope))) {
      const [good, text, code] = await ask(scope, method);
      if (good !== false || code !== CODE.AUTHORIZATION || !JSON.stringify(text).includes(`has the scope ${scope}.`)) {
        wrong.push(`${method}: ${JSON.stringify(text)}`);
      }
      if (scope !== 'read') continue; // one wire as the other, which takes its time
      const authorization = `Basic ${Buffer.from(session(scope)).toString('base64')}`;
      const asked = { method: 'POST', url: `/api/call/${method}`, headers: { authorization }, payload: {} } as const;
      const { statusCode } = await server.inject(asked);
      if (statusCode !== 403) wrong.push(`${method} in JSON: ${statusCode}`);
    }
    expect(wrong).toEqual([]);
  });

  it('names nothing that is not there', () => {
    const isThere = (name: string): boolean => {
      const [method = '', url = ''] = name.split(' ');
      return url === '' ? Object.hasOwn(METHODS, name) : server.hasRoute({ method, url });
    };
    expect(listedIn(scope).filter((name) => !isThere(name))).toEqual([]);
  });

  it('shows no secret, opens no console and makes no other token', async () => {
    const [good, document] = await ask(scope, 'one.datastore.info', datastore, true);
    expect(good).toBe(true);
    expect(document).toContain('<RESTIC_PASSWORD><![CDATA[***]]>');
    const [user = '', password = ''] = session(scope).split(':');
    const begun = await server.inject({ method: 'POST', url: '/api/session', payload: { user, password } });
    expect([begun.statusCode, begun.headers['set-cookie']]).toEqual([403, undefined]);
    const before = (await cloud.store.users.get(0)).tokens;
    expect((await ask(scope, 'one.user.login', 'oneadmin', '', 60))[2]).toBe(CODE.AUTHORIZATION);
    expect((await cloud.store.users.get(0)).tokens).toEqual(before);
  });

  it.each([
    ['/metrics', ['read', 'backup', 'restore']],
    ['/api/progress/rescan/999', ['read', 'backup', 'restore']],
    ['/api/image/999/files', ['restore']],
    ['/api/image/999/file', ['restore']],
    ['/api/drill/image/999/1.png', ['restore']],
  ] as Array<[string, Scope[]]>)('is good for %s as it says', async (url, scopes) => {
    const authorization = `Basic ${Buffer.from(session(scope)).toString('base64')}`;
    const { statusCode } = await server.inject({ url, headers: { authorization } });
    expect(statusCode === 403).toBe(!scopes.includes(scope));
  });
});

it('several scopes add up', async () => {
  const token = await cloud.text(cloud.session, 'one.user.login', 'oneadmin', '', -1, -1, 'backup,restore');
  const asked = async (method: string): Promise<Value | undefined> =>
    (await cloud.post(formatCall(method, [`oneadmin:${token}`, 999, 999])))[2];
  expect([await asked('one.vm.backup'), await asked('one.image.drill')]).not.toContain(CODE.AUTHORIZATION);
  expect(await asked('one.image.delete')).toBe(CODE.AUTHORIZATION);
});
