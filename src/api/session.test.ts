import { scryptSync } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { user } from '../../tests/golden/objects.ts';
import { passwordMatches } from '../access/password.ts';
import { hashToken } from '../access/token.ts';
import { CODE } from '../model/errors.ts';
import type { LoginToken, User } from '../model/user.ts';
import { openSqlite } from '../store/sqlite.ts';
import type { Store } from '../store/store.ts';
import { Sessions } from './session.ts';

/** A cheap hash, so that the tests are quick. */
const hash = (password: string): string =>
  `scrypt$16$1$1$c2FsdA==$${scryptSync(password, 'salt', 32, { N: 16, r: 1, p: 1 }).toString('base64')}`;

let store: Store;
let sessions: Sessions;
let now = 0;
/** How often a password was compared the slow way. */
let asked = 0;
/** How long logins were held back, and until when. */
let waited: number[] = [];
let held: Promise<unknown> = Promise.resolve();

beforeEach(async () => {
  store = await openSqlite(':memory:');
  now = 0;
  asked = 0;
  held = Promise.resolve();
  waited = [];
  sessions = new Sessions(store, () => now, {
    slowMatch: (...given) => {
      asked++;
      return passwordMatches(...given);
    },
    wait: (milliseconds) => {
      waited.push(milliseconds);
      return held;
    },
  });
  await add({ name: 'ann', passwordHash: hash('right') });
});
afterEach(() => store.close());

const AUTH = { code: CODE.AUTHENTICATION };

const add = (change: Partial<User>): Promise<User> => store.users.allocate((id) => ({ ...user, id, ...change }));

async function refused(session: string): Promise<void> {
  await expect(sessions.caller(session)).rejects.toMatchObject(AUTH);
}

it('knows a user by name and password', async () => {
  expect(await sessions.caller('ann:right')).toMatchObject({ user: { name: 'ann' } });
  await add({ name: 'colon', passwordHash: hash('a:b') });
  expect((await sessions.caller('colon:a:b')).user.name).toBe('colon');
});

it.each([
  '',
  ':',
  'ann',
  'ann:',
  'ann:wrong',
  'ann:right ',
  ' ann:right',
  'Ann:right',
  ':right',
  'bob:right',
  'ann:right:',
])('"%s" is nobody', async (session) => {
  await refused(session);
  await sessions.caller('ann:right');
  await refused(session);
});

it('a disabled user is nobody, also when her password was right a moment ago', async () => {
  const { id } = (await sessions.caller('ann:right')).user;
  await store.users.update(id, (record) => void (record.enabled = false));
  await refused('ann:right');
});

it('forgets a password that was changed', async () => {
  const { id } = (await sessions.caller('ann:right')).user;
  await store.users.update(id, (record) => void (record.passwordHash = hash('new')));
  await refused('ann:right');
  expect((await sessions.caller('ann:new')).user.id).toBe(id);
});

it("one user's password is not another's", async () => {
  await sessions.caller('ann:right');
  await add({ name: 'bob', passwordHash: hash('other') });
  await refused('bob:right');
});

it('remembers what was right for a while, and never what was wrong', async () => {
  for (const [at, session, times] of [
    [0, 'ann:right', 1],
    [899_999, 'ann:right', 1],
    [900_000, 'ann:right', 2],
    [900_001, 'ann:right', 2],
    [900_002, 'ann:wrong', 3],
    [900_003, 'ann:wrong', 4],
  ] as Array<[number, string, number]>) {
    now = at;
    await sessions.caller(session).catch(() => undefined);
    expect([at, asked]).toEqual([at, times]);
  }
});

it('a name that nobody has, a public user and one without a password cost as much as a wrong password', async () => {
  await add({ name: 'guest', passwordHash: hash('right'), authDriver: 'public' });
  await add({ name: 'bare', passwordHash: '' });
  for (const session of ['nobody:right', 'guest:right', 'bare:', 'bare:right']) await refused(session);
  expect(asked).toBe(4);
});

it('looks once at a password that many calls bring at the same time', async () => {
  const callers = await Promise.all(Array.from({ length: 20 }, () => sessions.caller('ann:right')));
  expect([callers.length, asked]).toEqual([20, 1]);
});

describe('after some wrong passwords', () => {
  beforeEach(async () => {
    for (let n = 0; n < 8; n++) await refused(`ann:wrong${n}`);
  });

  it('each makes the next wait longer, for this name alone', async () => {
    expect(waited).toEqual([500, 1000]);
    await refused('bob:wrong');
    expect(waited).toEqual([500, 1000]);
  });

  it('the right one waits too, and then all is forgotten', async () => {
    expect((await sessions.caller('ann:right')).user.name).toBe('ann');
    await refused('ann:wrong');
    expect(waited).toEqual([500, 1000, 2000]);
  });

  it('whoever was in before, or has a token, does not wait', async () => {
    await sessions.caller('ann:right');
    for (let n = 0; n < 8; n++) await refused(`ann:wrong${n}`);
    const before = waited.length;
    const { user: ann } = await sessions.caller('ann:right');
    const token = 't'.repeat(40);
    await store.users.update(ann.id, (record) => {
      record.tokens = [{ hash: hashToken(token), expires: -1, egid: -1 }];
    });
    await sessions.caller(`ann:${token}`);
    expect(waited).toHaveLength(before);
  });

  it('only some may wait; the password is looked up after the wait', async () => {
    let release = (): void => undefined;
    held = new Promise<void>((resolve) => (release = resolve));
    const guesses = Array.from({ length: 30 }, (_, n) => sessions.caller(`ann:guess${n}`));
    const settled = Promise.allSettled([...guesses, sessions.caller('ann:right')]);
    await expect(guesses[29]).rejects.toMatchObject(AUTH);
    const before = asked;
    const [ann] = await store.users.list({ name: 'ann' });
    await store.users.update(ann?.id ?? -1, (record) => void (record.enabled = false));
    release();
    expect((await settled).every(({ status }) => status === 'rejected')).toBe(true);
    expect(asked - before).toBe(10);
  });
});

describe('a login token', () => {
  const token = 'f'.repeat(64);
  const withToken = (change: Partial<LoginToken>): Promise<User> =>
    add({
      name: 'bob',
      passwordHash: hash('x'),
      tokens: [{ hash: hashToken(token), expires: -1, egid: -1, ...change }],
    });

  it('stands for the password, without the slow comparison, until it expires', async () => {
    await withToken({ expires: 100 });
    now = 99_999;
    expect((await sessions.caller(`bob:${token}`)).user.name).toBe('bob');
    expect(asked).toBe(0);
    now = 100_000;
    await refused(`bob:${token}`);
    await refused(`ann:${token}`);
  });

  it('may be for one group alone, which must still be one of the user', async () => {
    const { id } = await withToken({ egid: 100 });
    expect((await sessions.caller(`bob:${token}`)).caller.gids).toEqual([100]);
    await store.users.update(id, (record) => void (record.groups = [1]));
    await refused(`bob:${token}`);
  });

  it('ends with its revocation, and does nothing for a disabled user', async () => {
    const { id } = await withToken({});
    await store.users.update(id, (record) => void (record.enabled = false));
    await refused(`bob:${token}`);
    await store.users.update(id, (record) => {
      record.enabled = true;
      record.tokens = [];
    });
    await refused(`bob:${token}`);
  });
});

it('a user who was deleted is nobody at once', async () => {
  const { user: ann } = await sessions.caller('ann:right');
  await store.users.remove(ann.id);
  await refused('ann:right');
});
