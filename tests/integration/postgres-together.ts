// Two stores on one PostgreSQL database, as two processes have them: nothing is given twice, and no change is lost.
import { expect, it } from 'vitest';
import type { AuditEvent } from '../../src/model/audit.ts';
import type { Group } from '../../src/model/user.ts';
import { lookAtAudit } from '../../src/store/audit-look.ts';
import type { StoreChange } from '../../src/store/changes.ts';
import type { PostgresOptions } from '../../src/store/postgres.ts';
import type { SqlStore } from '../../src/store/sql-store.ts';
import type { Store } from '../../src/store/store.ts';
import type { PostgresServer } from './postgres-server.ts';

export type Open = (url: string, options?: PostgresOptions) => Promise<SqlStore>;

const group =
  (name: string) =>
  (id: number): Group => ({ id, name, admins: [], template: [] });
const times = (n: number): number[] => [...Array(n).keys()];

/** Waits until it is so: notifications come when they come. */
async function until(what: string, isSo: () => boolean): Promise<void> {
  for (const end = Date.now() + 30_000; Date.now() < end;) {
    if (isSo()) return;
    await new Promise((soon) => setTimeout(soon, 10));
  }
  throw new Error(`It did not happen within 30 s that ${what}.`);
}

export function togetherContract(server: PostgresServer, open: Open): void {
  const two = async (): Promise<[SqlStore, SqlStore]> => {
    const url = await server.database();
    return Promise.all([open(url, { presence: 'together' }), open(url, { presence: 'together' })]);
  };

  it('the first id and all after it are given once', async () => {
    const stores = await two();
    const made = await Promise.all(
      times(60).map((n) => stores[n % 2]!.groups.allocate(group(`g${n}`)).then(({ id }) => id)),
    );
    expect(made.toSorted((a, b) => a - b)).toEqual(times(60).map((n) => 100 + n));
  });

  it('no change of an object is lost', async () => {
    const stores = await two();
    const { id } = await stores[0].groups.allocate(group('a'));
    const changes = times(100).map((n) => {
      const push = (object: Group): void => void object.admins.push(n);
      const store = stores[n % 2]!;
      return n % 7 === 0 ? store.transaction((tx) => tx.groups.update(id, push)) : store.groups.update(id, push);
    });
    await Promise.all(changes);
    expect((await stores[1].groups.get(id)).admins.toSorted((a, b) => a - b)).toEqual(times(100));
  });

  it('the audit log is one chain, from its first record on, also while old ones are dropped and it is looked at', async () => {
    const stores = await two();
    const event = (at: number): AuditEvent => ({
      ...{ at, uid: 2, user: 'ann', method: 'one.vm.delete', on: { id: 1 }, attributes: [], code: 0, result: 1 },
      ...{ from: '127.0.0.1', by: 'password', node: `n${at % 2}` },
    });
    const appended = await Promise.all(times(60).map((n) => stores[n % 2]!.audit.appendAll([event(n), event(n)])));
    expect(appended.map(([{ seq } = { seq: -1 }]) => seq).toSorted((a, b) => a - b)).toEqual(
      times(60).map((n) => 1 + 2 * n),
    );
    const more = Promise.all(times(20).map((n) => stores[n % 2]!.audit.append(event(1000 + n))));
    const dropped = stores[0].audit.drop(30, { at: 2000, node: 'n0' });
    expect((await lookAtAudit(stores[1].audit)).broken).toBeUndefined();
    await Promise.all([more, dropped]);
    const { head, broken } = await lookAtAudit(stores[1].audit);
    expect([head.seq, broken]).toEqual([141, undefined]);
  });

  it('a name is given to one of those who want it, at once or later', async () => {
    const stores = await two();
    const wanted = times(20).flatMap((n) => stores.map((store) => store.groups.allocate(group(`g${n}`))));
    const won = (await Promise.allSettled(wanted)).filter(({ status }) => status === 'fulfilled');
    expect(won).toHaveLength(20);
    const ids = (await stores[0].groups.list()).map(({ id }) => id);
    const renamed = ids.map((id, n) => stores[n % 2]!.groups.update(id, (object) => void (object.name = 'the one')));
    const ended = await Promise.allSettled(renamed);
    expect(ended.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    for (const one of ended) if (one.status === 'rejected') expect(one.reason).toMatchObject({ code: 0x800 });
    expect(await stores[1].groups.count({ name: 'the one' })).toBe(1);
  });

  it('an address is given to one of those who want it', async () => {
    const stores = await two();
    const take = (store: Store, vm: number): Promise<number> =>
      store.transaction(async (tx) => {
        const index = (await tx.leases.firstFree(1, 0, 40)) ?? -1;
        await tx.leases.take({ vnetId: 1, arId: 0, index, vm, nicId: 0 });
        return index;
      });
    const given = await Promise.all(times(40).map((vm) => take(stores[vm % 2]!, vm)));
    expect(given.toSorted((a, b) => a - b)).toEqual(times(40));
    const same = times(10).map((vm) => stores[vm % 2]!.leases.take({ vnetId: 2, arId: 0, index: 0, vm, nicId: 0 }));
    const ended = await Promise.allSettled(same);
    expect(ended.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    for (const one of ended) if (one.status === 'rejected') expect(one.reason).toMatchObject({ code: 0x800 });
  });

  it('what a transaction has read stays so until it is kept', async () => {
    const stores = await two();
    const [a, b] = await Promise.all([stores[0].groups.allocate(group('a')), stores[1].groups.allocate(group('b'))]);
    const move = (store: Store, n: number): Promise<void> =>
      store.transaction(async (tx) => {
        const [first, second] = [await tx.groups.get(a.id), await tx.groups.get(b.id)];
        expect(first.admins.length).toBe(second.admins.length);
        if (first.admins.length >= 15) return;
        for (const id of [a.id, b.id]) await tx.groups.update(id, (object) => void object.admins.push(n));
      });
    const rename = (store: Store, n: number): Promise<Group> =>
      store.groups.update(n % 3 === 0 ? a.id : b.id, (object) => void (object.name = `${object.id}-${n}`));
    await Promise.all(times(40).flatMap((n) => [move(stores[n % 2]!, n), rename(stores[(n + 1) % 2]!, n)]));
    const kept = await stores[0].groups.list({ ascending: true });
    expect(kept.map(({ admins }) => admins.length)).toEqual([15, 15]);
    expect(kept[0]?.admins).toEqual(kept[1]?.admins);
  });

  it('changes and topics are told in both, each once', async () => {
    const stores = await two();
    const told: StoreChange[][] = [[], []];
    const heard: string[][] = [[], []];
    for (const [n, store] of stores.entries()) {
      store.onChange((changes) => told[n]?.push(...changes));
      store.onWake((topic) => heard[n]?.push(topic));
    }
    await stores[0].transaction(async (tx) => {
      for (const n of times(700)) await tx.groups.allocate(group(`g${n}`));
      await tx.wake('many');
    });
    await stores[1].wake('end');
    await until('both have heard the end', () => heard.every((topics) => topics.includes('end')));
    await until('both have heard of the groups', () => heard.every((topics) => topics.includes('many')));
    for (const one of told) expect(one).toEqual(times(700).map((n) => ({ noun: 'group', id: 100 + n })));
    for (const one of heard) expect(one.toSorted()).toEqual(['end', 'many']);
  });

  it('a guard refuses what writes, and nothing of it is kept', async () => {
    const [store, other] = await two();
    const { id } = await store.groups.allocate(group('a'));
    store.guardWith(async (db) => {
      await db.selectFrom('setting').select('name').execute();
      throw new Error('this node is no longer trusted');
    });
    await expect(store.groups.allocate(group('b'))).rejects.toThrow('no longer trusted');
    await expect(store.transaction((tx) => tx.groups.remove(id))).rejects.toThrow('no longer trusted');
    await expect(store.settings.write('a', 1)).rejects.toThrow('no longer trusted');
    expect((await store.groups.list()).map(({ name }) => name)).toEqual(['a']);
    await other.groups.allocate(group('b'));
    store.guardWith(undefined);
    await store.groups.allocate(group('c'));
    expect(await other.groups.count()).toBe(3);
  });

  it('a new database may be opened by several at once', async () => {
    const url = await server.database();
    const stores = await Promise.all(times(3).map(() => open(url, { presence: 'together' })));
    expect(new Set(await Promise.all(stores.map((store) => store.installation()))).size).toBe(1);
  });
}
