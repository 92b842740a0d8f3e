// Passwords that a directory knows: what the driver promises, with a real slapd, and sessions on top of it.
import { createServer } from 'node:net';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Sessions } from '../../src/api/session.ts';
import { reasonOf } from '../../src/model/errors.ts';
import type { LdapSettings } from '../../src/model/sign-in-settings.ts';
import type { User } from '../../src/model/user.ts';
import { passwordDrivers } from '../../src/sign-in/all.ts';
import { passwordDriverContract } from '../../src/sign-in/contract.ts';
import type { PasswordDriver } from '../../src/sign-in/password-driver.ts';
import { openSqlite } from '../../src/store/sqlite.ts';
import type { Store } from '../../src/store/store.ts';
import { user as example } from '../golden/objects.ts';
import { BACKUP, BASE, hasSlapd, OTHER_ADDRESS, SlapdServer, STAFF } from './slapd-server.ts';

const there = await hasSlapd();
let server: SlapdServer;

beforeAll(async () => {
  if (there) server = await SlapdServer.open();
}, 120_000);
afterAll(() => (there ? server.close() : undefined));

function driver(over: Partial<LdapSettings> = {}): PasswordDriver {
  const found = passwordDrivers({ ldap: server.settings(over) }).get('ldap');
  if (!found) throw new Error('there is no driver ldap');
  return found;
}

const check = (over: Partial<LdapSettings>, name = 'ann', password = server.password) =>
  driver(over).check(name, password, '');

const startTls = (): Partial<LdapSettings> => ({ encryption: 'STARTTLS', port: server.port });

describe.runIf(there)('a directory over TLS', () => {
  passwordDriverContract({
    driver: () => driver(),
    name: 'ann',
    password: () => server.password,
    hash: () => Promise.resolve(''),
  });

  it('is asked over STARTTLS and, on the same machine, without TLS', async () => {
    expect(await check(startTls())).toBeDefined();
    expect(await check({ ...startTls(), encryption: 'NONE', caFile: undefined })).toBeDefined();
    expect(await check(startTls(), 'ann', 'wrong')).toBeUndefined();
  });

  it('does not know ANN, whom it would take for ann', async () => {
    expect(await check({}, 'ANN')).toBeUndefined();
  });

  it('says in which groups somebody is', async () => {
    const groups = [
      { dn: STAFF, gid: 100 },
      { dn: BACKUP, gid: 101 },
    ];
    expect(await check({ groups })).toEqual({ groups: { managed: [100, 101], member: [100, 101] } });
    const bob = await check({ groups }, 'bob', `${server.password}-bob`);
    expect(bob).toEqual({ groups: { managed: [100, 101], member: [100] } });
  });

  it('lets only those in who are in the group that all must be in', async () => {
    expect(await check({ group: BACKUP })).toBeDefined();
    expect(await check({ group: BACKUP }, 'bob', `${server.password}-bob`)).toBeUndefined();
    await expect(check({ group: `cn=gone,${BASE}` })).rejects.toThrow(/it has no group "cn=gone/);
  });
});

describe.runIf(there)('a directory that cannot be asked lets nobody in, and the error says why', () => {
  const why = async (over: Partial<LdapSettings>): Promise<string> => {
    const said = reasonOf(await check(over).catch((error: unknown) => error));
    expect(said).not.toContain(server.password);
    expect(said).not.toContain(server.accountPassword);
    return said;
  };

  it('is not there', async () => {
    expect(await why({ port: 1 })).toMatch(/could not be checked with LDAP at 127\.0\.0\.1:1: .*ECONNREFUSED/);
  });

  it('has a certificate that nobody vouches for', async () => {
    expect(await why({ caFile: undefined })).toMatch(/self-signed certificate/);
    expect(await why({ ...startTls(), caFile: undefined })).toMatch(/self-signed certificate/);
  });

  it('has a certificate for another name', async () => {
    const refused = /127\.0\.0\.2 is not in the cert's list/;
    expect(await why({ host: OTHER_ADDRESS })).toMatch(refused);
    expect(await why({ ...startTls(), host: OTHER_ADDRESS })).toMatch(refused);
  });

  it('refuses the account', async () => {
    const passwordFile = join(server.directory, 'wrong');
    await writeFile(passwordFile, 'wrong');
    expect(await why({ account: { dn: `cn=account,${BASE}`, passwordFile } })).toMatch(/it refuses LDAP\/USER/);
    expect(await why({ account: { dn: 'cn=x', passwordFile: '/nowhere' } })).toMatch(/PASSWORD_FILE cannot be read/);
  });

  it('takes the connection and says nothing', async () => {
    const silent = createServer(() => undefined);
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    const address = silent.address();
    const port = typeof address === 'object' && address ? address.port : 0;
    const said = await why({ port, encryption: 'STARTTLS', timeoutSec: 1 });
    silent.close();
    expect(said).toMatch(/within 1 seconds|timeout/i);
  });
});

describe.runIf(there)('sessions', () => {
  let store: Store;
  let now = 0;

  beforeEach(async () => {
    now = 0;
    store = await openSqlite(':memory:');
    for (const [id, name] of [
      [1, 'users'],
      [100, 'staff'],
    ] as const)
      await store.groups.allocate(() => ({ id, name, admins: [], template: [] }), id);
    return () => store.close();
  });

  const add = (change: Partial<User>): Promise<User> =>
    store.users.allocate((id) => ({ ...example, id, passwordHash: '', authDriver: 'ldap', ...change }));
  const sessions = (over: Partial<LdapSettings> = {}): Sessions =>
    new Sessions(store, () => now, {
      drivers: passwordDrivers({ ldap: server.settings(over) }),
      wait: () => Promise.resolve(),
    });
  const ann = (): string => `ann:${server.password}`;

  it('know a user whose AUTH_DRIVER is ldap, and nobody else', async () => {
    await add({ name: 'ann' });
    await add({ name: 'bob', authDriver: 'public' });
    const known = sessions();
    expect((await known.caller(ann())).user.name).toBe('ann');
    await expect(known.caller('ann:wrong')).rejects.toThrow(/couldn't be authenticated/);
    await expect(known.caller('ann:')).rejects.toThrow(/couldn't be authenticated/);
    await expect(known.caller(`bob:${server.password}-bob`)).rejects.toThrow(/couldn't be authenticated/);
  });

  it('make a user at the first sign-in where that is configured, in the groups of the directory', async () => {
    const made = { makeUsers: true, groups: [{ dn: STAFF, gid: 100 }] };
    await expect(sessions().caller(ann())).rejects.toThrow(/couldn't be authenticated/);
    const known = sessions(made);
    await expect(known.caller('ann:wrong')).rejects.toThrow(/couldn't be authenticated/);
    expect(await store.users.count()).toBe(0);
    expect((await known.caller(ann())).user).toMatchObject({ authDriver: 'ldap', groups: [100], gname: 'staff' });
    expect(await store.users.count()).toBe(1);
    await expect(sessions({ makeUsers: true, groups: [{ dn: STAFF, gid: 999 }] }).caller(ann())).rejects.toThrow(
      /LDAP_GROUP\/GROUP="999" .* not there/,
    );
  });

  it('believe a password for a minute without the directory, and nobody without it afterwards', async () => {
    const own = await SlapdServer.open();
    try {
      await add({ name: 'ann' });
      const known = new Sessions(store, () => now, {
        drivers: passwordDrivers({ ldap: own.settings() }),
        wait: () => Promise.resolve(),
      });
      await known.caller(`ann:${own.password}`);
      await own.stop();
      now = 59_000;
      expect((await known.caller(`ann:${own.password}`)).user.name).toBe('ann');
      await expect(known.caller('ann:wrong')).rejects.toThrow(/could not be checked with LDAP/);
      now = 61_000;
      await expect(known.caller(`ann:${own.password}`)).rejects.toThrow(/could not be checked with LDAP/);
    } finally {
      await own.close();
    }
  }, 120_000);
});
