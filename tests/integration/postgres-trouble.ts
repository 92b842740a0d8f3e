// What goes wrong with a database server: connections that are lost, a server that begins anew, databases that are newer or in use.
import { expect, it } from 'vitest';
import { readPostgres, openPostgres } from '../../src/store/postgres.ts';
import { ANY_ID, ANY_TOPIC } from '../../src/store/changes.ts';
import type { Group } from '../../src/model/user.ts';
import type { PostgresServer } from './postgres-server.ts';
import type { Open } from './postgres-together.ts';

const group =
  (name: string) =>
  (id: number): Group => ({ id, name, admins: [], template: [] });

/** Waits for what comes by itself. */
async function until(what: string, isSo: () => Promise<boolean>): Promise<void> {
  for (const end = Date.now() + 60_000; Date.now() < end;) {
    if (await isSo()) return;
    await new Promise((soon) => setTimeout(soon, 20));
  }
  throw new Error(`It did not happen within 60 s that ${what}.`);
}

export function troubleContract(server: PostgresServer, open: Open): void {
  const cut = (url: string): Promise<unknown> =>
    server.sql(
      `select pg_terminate_backend(pid) from pg_stat_activity where datname = '${new URL(url).pathname.slice(1)}'`,
    );

  it('a lost connection fails the transaction that used it, and the next call connects anew', async () => {
    const url = await server.database();
    const store = await open(url);
    const failing = store.transaction(async (tx) => {
      await tx.groups.allocate(group('a'));
      await cut(url);
      await tx.groups.allocate(group('b'));
    });
    await expect(failing).rejects.toThrow(
      /^The connection to PostgreSQL \(postgres:\/\/onevault:\*\*\*@.*\) was lost: /,
    );
    await until('it connects anew', () =>
      store.groups.count().then(
        (count) => count === 0,
        () => false,
      ),
    );
    expect((await store.groups.allocate(group('a'))).id).toBe(100);
  });

  it('who listens is told that anything may have changed when the connection was lost', async () => {
    const url = await server.database();
    const store = await open(url);
    const any = new Set<string>();
    store.onChange((changes) => changes.forEach(({ noun, id }) => id === ANY_ID && any.add(noun)));
    store.onWake((topic) => any.add(topic));
    await cut(url);
    await until('it is told', () => Promise.resolve(any.has(ANY_TOPIC)));
    expect([...any].toSorted()).toEqual([
      '*',
      'acl',
      'backupjob',
      'cluster',
      'datastore',
      'group',
      'host',
      'image',
      'template',
      'user',
      'vm',
      'vnet',
    ]);
    const other = await open(url, { presence: 'none' });
    const heard: string[] = [];
    store.onWake((topic) => heard.push(topic));
    await other.wake('again');
    await until('it hears again', () => Promise.resolve(heard.includes('again')));
  });

  it('a server that begins anew ends what was under way, and all goes on', async () => {
    const store = await open(await server.database());
    await store.groups.allocate(group('a'));
    await server.stop();
    await expect(store.groups.allocate(group('b'))).rejects.toThrow('was lost: ');
    await expect(store.groups.count()).rejects.toMatchObject({ retry: true });
    await server.start();
    await until('it answers', () =>
      store.groups.count().then(
        (count) => count === 1,
        () => false,
      ),
    );
    expect((await store.groups.allocate(group('b'))).id).toBe(101);
  });

  it('who is patient waits with what is to be written, never with what is read', async () => {
    const store = await open(await server.database(), { patienceMs: 120_000 });
    await store.groups.allocate(group('a'));
    await server.stop();
    const waiting = [
      store.groups.allocate(group('b')),
      store.transaction((tx) => tx.groups.update(100, (object) => void object.admins.push(1))),
    ];
    await expect(store.groups.count()).rejects.toThrow('was lost: ');
    await server.start();
    expect((await Promise.all(waiting)).map(({ id }) => id)).toEqual([101, 100]);
    expect((await store.groups.get(100)).admins).toEqual([1]);
  });

  it('only one process works on a database, unless all say that others may', async () => {
    const url = await server.database();
    const alone = await open(url);
    await expect(openPostgres({ url, connections: 2 })).rejects.toThrow(
      /^Another process works on the database postgres:/,
    );
    await expect(openPostgres({ url, connections: 2 }, { presence: 'together' })).rejects.toThrow(
      'Another process works',
    );
    await alone.close();
    const first = await open(url, { presence: 'together' });
    const second = await open(url, { presence: 'together' });
    await expect(openPostgres({ url, connections: 2 })).rejects.toThrow('Another process works');
    await first.close();
    const third = openPostgres({ url, connections: 2 }, { waitMs: 60_000 }); // as after the death of a machine
    await second.close();
    await (await third).close();
  });

  it('a database of a newer version is refused, and one of an older is brought up to date, but not by looking', async () => {
    const url = await server.database();
    const name = new URL(url).pathname.slice(1);
    await expect(readPostgres({ url, connections: 2 })).rejects.toThrow('is of an older version');
    await (await open(url)).close();
    await (await readPostgres({ url, connections: 2 })).close();
    await server.sql(`insert into kysely_migration values ('999-next', '2100-01-01')`, name);
    for (const opening of [openPostgres, readPostgres]) {
      const refused = opening({ url, connections: 2 });
      await expect(refused).rejects.toThrow(/is of a newer version of OneVault: it has 999-next\.$/);
    }
  });

  it('says what is wrong without the password: nobody there, no such database, a wrong password', async () => {
    const failing = async (url: string): Promise<string> => {
      const error: unknown = await openPostgres({ url, connections: 2 }).catch((reason: unknown) => reason);
      return error instanceof Error ? `${error.message}${JSON.stringify(error)}` : 'it opened';
    };
    const nobody = await failing(`postgres://ann:${server.password}@127.0.0.1:1/one`);
    const none = await failing(server.url('none'));
    const wrong = await failing(server.url('postgres').replace(server.password, `${server.password}x`));
    expect(nobody).toMatch(
      /^The connection to PostgreSQL \(postgres:\/\/ann:\*\*\*@127\.0\.0\.1:1\/one\) was lost: .*ECONNREFUSED/,
    );
    expect(none).toContain('has no such database: database "none" does not exist');
    expect(wrong).toContain('lets nobody in: password authentication failed for user "onevault"');
    for (const text of [nobody, none, wrong]) expect(text).not.toContain(server.password);
  });
}
