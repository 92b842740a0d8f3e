// Which rows a filter chooses; above all that the query shows exactly what the decision about one object would allow.
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { datastore } from '../../tests/golden/objects.ts';
import { visibleBy } from '../access/authorize.ts';
import { ownedTarget } from '../access/targets.ts';
import type { Datastore } from '../model/datastore.ts';
import { permissionsFromOctet } from '../model/permissions.ts';
import type { Store, Visibility } from './store.ts';

export function poolContract(open: () => Promise<Store>): void {
  let store: Store;
  let all: Datastore[];
  beforeAll(async () => {
    store = await open();
    const octets = [0o600, 0o640, 0o604, 0o040, 0o004, 0o200, 0o000];
    all = [];
    for (const [n, octet] of octets.flatMap((octet) => [0, 1, 2, 3].map((n) => [n, octet] as const))) {
      const change = {
        uid: n % 2,
        gid: 100 + (n >> 1),
        clusters: n === 3 ? [0, 7] : [],
        permissions: permissionsFromOctet(octet),
      };
      all.push(await store.datastores.allocate((id) => ({ ...datastore, ...change, name: `d${id}`, id })));
    }
  });
  afterAll(() => store.close());

  describe('lists', () => {
    it('show exactly what may be used', async () => {
      const some = <T>(...values: T[]): fc.Arbitrary<T[]> => fc.subarray(values);
      const visibility: fc.Arbitrary<Visibility> = fc.record({
        all: fc.constant(false),
        uid: fc.constantFrom(0, 1, 9),
        gids: some(100, 101, 102),
        ids: some(100, 105, 110, 999),
        ownerGids: some(100, 101),
        clusters: some(0, 7, 8),
      });
      await fc.assert(
        fc.asyncProperty(visibility, async (visible) => {
          const found = await store.datastores.list({ visible, clusterLink: 'datastore-cluster', ascending: true });
          const wanted = all.filter((one) => visibleBy(visible, ownedTarget('DATASTORE', one, one.clusters)));
          expect(found.map(({ id }) => id)).toEqual(wanted.map(({ id }) => id));
        }),
      );
    });

    it('show everything to whoever may see everything', async () => {
      const visible: Visibility = { all: true, uid: 9, gids: [], ids: [], ownerGids: [], clusters: [] };
      expect(await store.datastores.count({ visible })).toBe(all.length);
    });

    it('choose by owner, groups, ids and name', async () => {
      const ids = async (filter: Parameters<Store['datastores']['list']>[0]): Promise<number[]> =>
        (await store.datastores.list({ ...filter, ascending: true })).map(({ id }) => id);
      expect(await ids({ owner: { uid: 1, gids: [100] } })).toEqual(
        all.filter(({ uid, gid }) => uid === 1 || gid === 100).map(({ id }) => id),
      );
      expect(await ids({ ids: [101, 103, 999] })).toEqual([101, 103]);
      expect(await ids({ name: 'd104' })).toEqual([104]);
      expect(await store.datastores.names({ ids: [101] })).toEqual(new Map([[101, 'd101']]));
      const begins = (namePrefix: string): Promise<number> => store.datastores.count({ namePrefix });
      expect(await begins('d10')).toBe(all.filter(({ name }) => name.startsWith('d10')).length);
      expect([await begins('d101'), await begins('d101 '), await begins('D10'), await begins('c')]).toEqual([
        1, 0, 0, 0,
      ]);
    });

    it('come in batches that are the list', async () => {
      const big = await open();
      await big.transaction(async (tx) => {
        for (let n = 0; n < 1203; n++)
          await tx.groups.allocate((id) => ({ id, name: `g${id}`, admins: [], template: [] }));
      });
      for (const filter of [
        {},
        { ascending: true },
        { limit: 700 },
        { offset: 3, limit: 600 },
        { from: 200, to: 900 },
        { limit: 0 },
      ]) {
        const found: number[] = [];
        for await (const batch of big.groups.each(filter)) found.push(...batch.map(({ id }) => id));
        expect(found).toEqual((await big.groups.list(filter)).map(({ id }) => id));
      }
      await big.close();
    });
  });

  describe('ids and names', () => {
    it('may be told beforehand, and are not given out again', async () => {
      const other = await open();
      await other.clusters.allocate((id) => ({ id, name: 'default', template: [] }), 0);
      expect((await other.clusters.allocate((id) => ({ id, name: 'a', template: [] }))).id).toBe(100);
      await other.close();
    });

    it('a rule is there once, in whatever order it is written', async () => {
      const other = await open();
      const rule = { user: { kind: 'all' as const }, object: { kind: 'all' as const }, zone: { kind: 'all' as const } };
      await other.rules.allocate((id) => ({ id, ...rule, resources: ['VM', 'IMAGE'], rights: ['USE', 'MANAGE'] }));
      await expect(
        other.rules.allocate((id) => ({ id, ...rule, resources: ['IMAGE', 'VM'], rights: ['MANAGE', 'USE'] })),
      ).rejects.toMatchObject({ code: 0x4000, objectId: 0 });
      await other.close();
    });

    it('a name may belong to two owners, but not be given away to one who has it', async () => {
      const other = await open();
      const make = (uid: number) => (id: number) => ({ ...datastore, id, uid, name: 'same' });
      await other.datastores.allocate(make(2));
      const second = await other.datastores.allocate(make(3));
      await expect(other.datastores.update(second.id, (one) => void (one.uid = 2))).rejects.toMatchObject({
        code: 0x800,
      });
      await other.close();
    });
  });
}
