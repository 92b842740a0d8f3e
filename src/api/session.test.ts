import { scryptSync } from 'node:crypto';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { user } from '../../tests/golden/objects.ts';
import { passwordMatches } from '../access/password.ts';
import { CODE } from '../model/errors.ts';
import type { User } from '../model/user.ts';
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

beforeEach(async () => {
  store = await openSqlite(':memory:');
  now = 0;
  asked = 0;
  sessions = new Sessions(
    store,
    () => now,
    (...given) => {
      asked++;
      return passwordMatches(...given);
    },
  );
  await add({ name: 'ann', passwordHash: hash('right') });
});
afterEach(() => store.close());

const add = (change: Partial<User>): Promise<User> => store.users.allocate((id) => ({ ...user, id, ...change }));

async function refused(session: string): Promise<void> {
  await expect(sessions.user(session)).rejects.toMatchObject({ code: CODE.AUTHENTICATION });
}

it('knows a user by name and password', async () => {
  expect(await sessions.user('ann:right')).toMatchObject({ name: 'ann' });
  await add({ name: 'colon', passwordHash: hash('a:b') });
  expect((await sessions.user('colon:a:b')).name).toBe('colon');
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
  await sessions.user('ann:right');
  await refused(session);
});

it('a disabled user is nobody, also when her password was right a moment ago', async () => {
  const { id } = await sessions.user('ann:right');
  await store.users.update(id, (record) => void (record.enabled = false));
  await refused('ann:right');
});

it('forgets a password that was changed', async () => {
  const { id } = await sessions.user('ann:right');
  await store.users.update(id, (record) => void (record.passwordHash = hash('new')));
  await refused('ann:right');
  expect((await sessions.user('ann:new')).id).toBe(id);
});

it("one user's password is not another's", async () => {
  await sessions.user('ann:right');
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
    await sessions.user(session).catch(() => undefined);
    expect([at, asked]).toEqual([at, times]);
  }
});
