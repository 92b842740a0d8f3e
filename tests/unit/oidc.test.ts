// Signing in with OpenID Connect: a whole daemon, a real provider, and a browser that goes from one to the other and back.
import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FastifyInstance } from 'fastify';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { outcomeOf } from '../../src/model/audit.ts';
import { buildServer } from '../../src/api/server.ts';
import type { OidcSettings } from '../../src/model/sign-in-settings.ts';
import type { User } from '../../src/model/user.ts';
import { redirectDriver } from '../../src/sign-in/all.ts';
import { FakeCloud } from './fake-cloud.ts';
import { CLIENT_ID, OidcProvider, unsigned } from './oidc-provider.ts';
import { PUBLIC_URL, Visitor, type Answer } from './oidc-visitor.ts';

const PROXY = '127.0.0.1';
const REDIRECT_URI = `${PUBLIC_URL}/api/sign-in/oidc/back`;
/** Ids of groups. */
const [STAFF, OPERATORS] = [100, 101];

let directory: string;
let provider: OidcProvider;
let cloud: FakeCloud;
let server: FastifyInstance;
const servers: FastifyInstance[] = [];

function settingsOf({ issuer }: OidcProvider, change: Partial<OidcSettings> = {}): OidcSettings {
  return {
    ...{ issuer, name: 'Example AG', caFile: undefined, timeoutSec: 10, publicUrl: PUBLIC_URL, makeUsers: true },
    ...{ clientId: CLIENT_ID, clientSecretFile: join(directory, 'secret'), clientAuth: 'BASIC' },
    ...{ scopes: 'openid profile email', userClaim: 'preferred_username', groupsClaim: 'groups', group: undefined },
    groups: [
      { name: 'staff', gid: STAFF },
      { name: 'operators', gid: OPERATORS },
    ],
    ...change,
  };
}

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'onevault-oidc-'));
  provider = await OidcProvider.open({ redirectUri: REDIRECT_URI });
  writeFileSync(join(directory, 'secret'), `${provider.secret}\n`);
  cloud = await FakeCloud.open({ signIn: { ldap: undefined, oidc: settingsOf(provider) } });
  expect(await cloud.id('one.group.allocate', 'staff')).toBe(STAFF);
  expect(await cloud.id('one.group.allocate', 'operators')).toBe(OPERATORS);
  server = serverWith();
});
afterAll(async () => {
  for (const each of servers) await each.close();
  await cloud.close();
  await provider.close();
  rmSync(directory, { recursive: true });
});
beforeEach(() => {
  provider.account = { sub: '1', preferred_username: 'ann' };
  provider.tamper = undefined;
});

/** The daemon's server; with other settings when they are given. */
function serverWith(settings?: OidcSettings): FastifyInstance {
  const { elsewhere } = cloud.services;
  const driver = settings && redirectDriver({ ldap: undefined, oidc: settings }, Date.now);
  const services = driver && elsewhere ? { ...cloud.services, elsewhere: { ...elsewhere, driver } } : cloud.services;
  const made = buildServer(services, [PROXY]);
  servers.push(made);
  return made;
}

const userOf = async (name: string): Promise<User | undefined> => (await cloud.store.users.list({ name }))[0];

async function add(name: string, change: Partial<User> = {}): Promise<User> {
  return cloud.store.users.allocate((id) => ({
    ...{ id, name, gid: 1, gname: 'users', groups: [1], passwordHash: '', authDriver: 'oidc', enabled: true },
    template: [],
    ...change,
  }));
}

/** That nobody is in, and what the page for signing in says then. */
async function whyNot(visitor: Visitor, answer: Answer): Promise<string> {
  expect([answer.status, answer.location]).toEqual([303, '/login']);
  expect(await visitor.user()).toBeUndefined();
  const { failed } = await visitor.signInPage();
  expect(failed).toBeDefined();
  expect((await visitor.signInPage()).failed).toBeUndefined(); // told once
  return `${failed?.message} ${failed?.hint}`;
}

describe('somebody who signs in', () => {
  it('becomes a user, in the groups of the provider, and comes back to where she wanted to go', async () => {
    provider.account = { sub: '7', preferred_username: 'eve', groups: ['staff', 'unknown'] };
    const visitor = new Visitor(server);
    expect(await visitor.signInPage()).toEqual({ elsewhere: [{ name: 'Example AG', path: '/api/sign-in/oidc' }] });
    const { status, location, cookies } = await visitor.signIn('/vms/3?tab=backups');
    expect([status, location]).toEqual([303, '/vms/3?tab=backups']);
    expect(cookies).toEqual([
      expect.stringMatching(/^onevault_session=[\w-]+; Path=\/; Max-Age=43200; HttpOnly; SameSite=Strict; Secure$/),
      'onevault_sign_in=; Path=/api/sign-in; Max-Age=0; HttpOnly; SameSite=Lax; Secure',
    ]);
    expect(await visitor.user()).toMatchObject({ name: 'eve', gids: [STAFF] });
    expect(await userOf('eve')).toMatchObject({
      authDriver: 'oidc',
      passwordHash: '',
      subject: `${provider.issuer} 7`,
    });
  });

  it('joins and leaves groups each time, and keeps those that the provider has no say in', async () => {
    const own = await cloud.id('one.group.allocate', 'own');
    const { id } = await add('gus', { groups: [own, STAFF], gid: own, gname: 'own' });
    provider.account = { sub: 'gus', preferred_username: 'gus', groups: ['operators'] };
    const visitor = new Visitor(server);
    await visitor.signIn();
    expect((await visitor.user())?.gids.toSorted()).toEqual([OPERATORS, own].toSorted());
    expect((await cloud.store.users.get(id)).groups).toEqual([own, OPERATORS]);
    provider.account = { sub: 'gus', preferred_username: 'gus' };
    await new Visitor(server).signIn();
    expect((await cloud.store.users.get(id)).groups).toEqual([own]);
  });

  it('has no password, and login tokens as everybody', async () => {
    await new Visitor(server).signIn();
    const ann = await userOf('ann');
    for (const password of ['', 'ann', '\0', String(ann?.subject)]) {
      await expect(cloud.callAs(`ann:${password}`, 'one.user.info', -1)).rejects.toThrow(/couldn't be authenticated/);
    }
    await expect(cloud.call('one.user.passwd', ann?.id ?? -1, 'a password')).rejects.toThrow(/AUTH_DRIVER oidc/);
    const token = await cloud.text(cloud.session, 'one.user.login', 'ann', '', 3600);
    expect(await cloud.text(`ann:${token}`, 'one.user.info', -1)).toContain('<AUTH_DRIVER>oidc</AUTH_DRIVER>');
  });

  it('is in the audit log, and so is who was refused', async () => {
    await new Visitor(server).signIn();
    provider.account = { sub: 'x', preferred_username: 'oneadmin' };
    await new Visitor(server).signIn();
    await cloud.services.audit.flush();
    const events = (await cloud.store.audit.list({ limit: 8 })).map((entry) => ({
      ...entry.event,
      ...outcomeOf(entry),
    }));
    const begun = { method: 'session.begin', by: 'oidc' };
    expect(events).toContainEqual(expect.objectContaining({ ...begun, user: 'ann', code: 0, from: '203.0.113.9' }));
    expect(events).toContainEqual(expect.objectContaining({ ...begun, user: '', uid: -1, code: 0x100 }));
  });
});

describe('nobody is let in', () => {
  it.each([
    ['the administrator', 'oneadmin', 'core'],
    ['a user with a password', 'paul', 'core'],
    ['a user of a directory', 'lena', 'ldap'],
    ['a user who cannot sign in', 'pub', 'public'],
  ])('as %s, who has the same name and does not sign in this way', async (_what, name, authDriver) => {
    const before =
      (await userOf(name)) ?? (await add(name, { authDriver, passwordHash: 'scrypt$16$1$1$c2FsdA==$AA==' }));
    provider.account = { sub: 'thief', preferred_username: name, groups: ['staff'] };
    const visitor = new Visitor(server);
    expect(await whyNot(visitor, await visitor.signIn())).toContain(`has AUTH_DRIVER ${authDriver}`);
    expect(await userOf(name)).toEqual(before);
  });

  it('under a name that was somebody else before, until an administrator says that it may', async () => {
    provider.account = { sub: 'the first', preferred_username: 'kim' };
    await new Visitor(server).signIn();
    provider.account = { sub: 'the second', preferred_username: 'kim' };
    const visitor = new Visitor(server);
    expect(await whyNot(visitor, await visitor.signIn())).toMatch(/was somebody else when last signed in .* chauth/);
    await cloud.call('one.user.chauth', (await userOf('kim'))?.id ?? -1, 'oidc');
    await visitor.signIn();
    expect(await visitor.user()).toMatchObject({ name: 'kim' });
  });

  it('who is disabled', async () => {
    await add('dora', { enabled: false });
    provider.account = { sub: 'dora', preferred_username: 'dora' };
    const visitor = new Visitor(server);
    expect(await whyNot(visitor, await visitor.signIn())).toContain('the user "dora" is disabled');
  });

  it('whom the provider lets not in, and its words are shown as text', async () => {
    provider.account = undefined;
    const visitor = new Visitor(server);
    const why = await whyNot(visitor, await visitor.signIn());
    expect(why).toContain('it answered access_denied ("Nobody wanted to');
  });

  it('who is unknown where users are made by hand, who is not in the group, or whose name no user may have', async () => {
    const refused = async (change: Partial<OidcSettings>, account: object): Promise<string> => {
      provider.account = { sub: 'new', preferred_username: 'new', ...account };
      const visitor = new Visitor(serverWith(settingsOf(provider, change)));
      return whyNot(visitor, await visitor.signIn());
    };
    expect(await refused({ makeUsers: false }, {})).toMatch(/no user "new" here.*oneuser create new --driver oidc/);
    expect(await refused({ group: 'vault' }, { groups: ['staff'] })).toContain('is not in the group "vault"');
    expect(await refused({}, { preferred_username: 'new one' })).toContain('NAME "new one" contains " "');
    expect(await refused({}, { preferred_username: undefined })).toContain('does not tell the claim');
    expect(await refused({ groups: [{ name: 'x', gid: 999 }] }, { groups: ['x'] })).toMatch(/OIDC_GROUP\/GROUP="999"/);
    expect(await userOf('new')).toBeUndefined();
  });
});

describe('an answer of the provider', () => {
  it('is good for the browser alone that was sent there', async () => {
    const [visitor, other] = [new Visitor(server), new Visitor(server)];
    const back = await visitor.away();
    expect(await whyNot(other, await other.get(back.href))).toContain('No sign-in is under way in this browser');
    await other.away();
    expect(await whyNot(other, await other.get(back.href))).toMatch(/unexpected "state"/);
    expect((await visitor.get(back.href)).location).toBe('/');
    expect(await visitor.user()).toBeDefined();
  });

  it('is refused with a wrong state, or none', async () => {
    for (const change of [
      (url: URL) => url.searchParams.set('state', 'x'),
      (url: URL) => url.searchParams.delete('state'),
    ]) {
      const visitor = new Visitor(server);
      const back = await visitor.away();
      change(back);
      expect(await whyNot(visitor, await visitor.get(back.href))).toMatch(/"state"/);
    }
  });

  it('is good once', async () => {
    const visitor = new Visitor(server);
    const back = await visitor.away();
    const kept = [...visitor.jar()];
    expect((await visitor.get(back.href)).location).toBe('/');
    const thief = new Visitor(server);
    for (const [name, value] of kept) thief.jar().set(name, value);
    expect(await whyNot(thief, await thief.get(back.href))).toContain('it answered invalid_grant');
  });

  it('is good for ten minutes', async () => {
    const visitor = new Visitor(server);
    const back = await visitor.away();
    const clock = cloud.services.parts.clock;
    cloud.services.parts.clock = () => clock() + 601_000;
    try {
      expect(await whyNot(visitor, await visitor.get(back.href))).toContain('more than 10 minutes');
    } finally {
      cloud.services.parts.clock = clock;
    }
  });

  it('is refused when the question was changed on the way: another nonce, another proof of who asked', async () => {
    for (const [name, why] of [
      ['nonce', /nonce/],
      ['code_challenge', /invalid_grant/],
    ] as const) {
      const visitor = new Visitor(server);
      const back = await visitor.away('/', (url) => url.searchParams.set(name, 'a'.repeat(43)));
      expect(await whyNot(visitor, await visitor.get(back.href))).toMatch(why);
    }
  });

  const now = (): number => Math.floor(Date.now() / 1000);
  it.each<[string, NonNullable<OidcProvider['tamper']>, RegExp]>([
    ['has expired', (claims) => ({ claims: { ...claims, exp: now() - 3600 } }), /has expired/],
    ['is for another client', (claims) => ({ claims: { ...claims, aud: 'another' } }), /"aud"/],
    ['is of another issuer', (claims) => ({ claims: { ...claims, iss: 'https://evil.example' } }), /"iss"/],
    ['has another nonce', (claims) => ({ claims: { ...claims, nonce: 'another' } }), /"nonce"/],
    ['has no nonce', ({ nonce: _nonce, ...claims }) => ({ claims }), /"nonce"/],
    [
      'was signed by somebody else',
      (claims) => ({ claims, key: generateKeyPairSync('rsa', { modulusLength: 1024 }).privateKey }),
      /signature/,
    ],
    ['was not signed', (claims) => ({ token: unsigned(claims) }), /alg|signature|JWT/],
    ['is none', () => ({ token: 'none' }), /JWT/],
  ])('is refused when its token %s', async (_what, tamper, why) => {
    provider.tamper = tamper;
    const visitor = new Visitor(server);
    expect(await whyNot(visitor, await visitor.signIn())).toMatch(why);
  });

  it('sends nobody to another site, whatever was asked for', async () => {
    for (const place of ['//evil.example', '/\\evil.example', 'https://evil.example/', '/\t/evil.example']) {
      expect((await new Visitor(server).signIn(place)).location).toBe('/');
    }
  });
});

describe('a provider', () => {
  it.each([
    ['tells all in the token', { claimsInToken: true }, {}],
    ['wants the secret in the body', { clientAuth: 'client_secret_post' }, { clientAuth: 'POST' }],
    ['knows a client without a secret', { clientAuth: 'none' }, { clientSecretFile: undefined }],
  ] as const)('that %s is possible', async (_what, options, change) => {
    const own = await OidcProvider.open({ redirectUri: REDIRECT_URI, ...options });
    try {
      const name = `of-${own.issuer.replace(/\D/g, '')}`;
      own.account = { sub: '1', preferred_username: name, groups: ['staff'] };
      writeFileSync(join(directory, 'own'), own.secret);
      const settings = settingsOf(own, { clientSecretFile: join(directory, 'own'), ...change });
      const visitor = new Visitor(serverWith(settings));
      await visitor.signIn();
      expect(await visitor.user()).toMatchObject({ name, gids: [STAFF] });
      expect(own.asked.includes('/me')).toBe(!('claimsInToken' in options));
    } finally {
      await own.close();
    }
  });

  it('that refuses the secret is told of, and the secret may be put right while the daemon runs', async () => {
    const file = join(directory, 'other-secret');
    writeFileSync(file, 'wrong');
    const visitor = new Visitor(serverWith(settingsOf(provider, { clientSecretFile: file })));
    expect(await whyNot(visitor, await visitor.signIn())).toMatch(/401|invalid_client/);
    writeFileSync(file, provider.secret);
    await visitor.signIn();
    expect(await visitor.user()).toBeDefined();
  });

  it('that cannot be reached is told of, keeps nobody else out, and is asked again', async () => {
    const nobody = new Visitor(serverWith(settingsOf(provider, { issuer: 'http://127.0.0.1:1' })));
    expect(await whyNot(nobody, await nobody.get(`${PUBLIC_URL}/api/sign-in/oidc`))).toMatch(
      /Signing in with Example AG is not possible: .*ECONNREFUSED.*password can sign in as always/,
    );
    const visitor = new Visitor(serverWith(settingsOf(provider)));
    provider.down = true;
    try {
      expect(await whyNot(visitor, await visitor.get(`${PUBLIC_URL}/api/sign-in/oidc`))).toContain('is not possible');
    } finally {
      provider.down = false;
    }
    expect((await visitor.signInPage()).elsewhere).toHaveLength(1);
    const reply = await server.inject({
      ...{ method: 'POST', url: '/api/session', headers: { 'content-type': 'application/json' } },
      payload: { user: 'oneadmin', password: cloud.session.slice(cloud.session.indexOf(':') + 1) },
    });
    expect(reply.statusCode).toBe(200);
    await visitor.signIn();
    expect(await visitor.user()).toBeDefined();
  });

  it('that goes away while somebody is there is told of', async () => {
    const visitor = new Visitor(server);
    const back = await visitor.away();
    provider.down = true;
    try {
      expect(await whyNot(visitor, await visitor.get(back.href))).toMatch(/Nobody was signed in with Example AG: .*:/);
    } finally {
      provider.down = false;
    }
  });

  it('that names itself otherwise is not believed', async () => {
    const visitor = new Visitor(
      serverWith(settingsOf(provider, { issuer: provider.issuer.replace('127.0.0.1', 'localhost') })),
    );
    const left = await visitor.get(`${PUBLIC_URL}/api/sign-in/oidc`);
    expect(await whyNot(visitor, left)).toContain('names itself otherwise than OIDC/ISSUER');
  });
});

it('offers nothing where nothing is configured', async () => {
  const { elsewhere: _none, ...services } = cloud.services;
  const bare = buildServer(services, [PROXY]);
  servers.push(bare);
  expect((await bare.inject('/api/sign-in')).json()).toEqual({ elsewhere: [] });
  expect((await bare.inject('/api/sign-in/oidc')).statusCode).toBe(404);
  expect((await bare.inject('/api/sign-in/oidc/back?code=x')).statusCode).toBe(404);
});
