// Two nodes that share a database: what each has in memory is not enough, the transaction that begins a backup is.
import { afterEach, beforeEach, expect, it } from 'vitest';
import { NotYet } from '../backup/not-yet.ts';
import { DEFAULT_LIMITS } from '../model/limits.ts';
import type { Operation } from '../model/operation.ts';
import { openSqlite } from '../store/sqlite.ts';
import type { Store } from '../store/store.ts';
import { countedElsewhere } from './elsewhere.ts';
import { NO_PLACES, type Rules } from './places.ts';

let store: Store;
beforeEach(async () => void (store = await openSqlite(':memory:')));
afterEach(() => store.close());

const weight = 10;
const rules: Rules = {
  limits: { ...DEFAULT_LIMITS, maxBackups: 0, maxBackupsHost: 0 },
  ...NO_PLACES,
  datastores: new Map([[100, { maxBackups: 2, weight, bytesPerSec: undefined }]]),
};
const backup = (id: string, hostId: number): Operation => ({
  ...{ id, kind: 'backup', type: 'FULL', vmId: hostId, hostId, datastoreId: 100, imageIds: [], plan: null, phase: 'x' },
  ...{ startedAt: 1, endedAt: 0, result: 'running', reason: '', disks: [], figures: null, cleaned: true },
});
/** Each node has the hosts of its parity. */
const node = (parity: number, any = true) =>
  countedElsewhere(store, { ownsHost: (id) => id % 2 === parity, any: () => any });

async function begin(of: ReturnType<typeof node>, operation: Operation): Promise<void> {
  await store.transaction(async (tx) => {
    await tx.operations.add(operation);
    await of.requireRoom(tx, operation, rules);
  });
}

it('no limit is passed by two nodes, and what may not begin leaves nothing', async () => {
  await begin(node(0), backup('a', 2));
  await begin(node(1), backup('b', 3));
  await expect(begin(node(0), backup('c', 4))).rejects.toThrow(NotYet);
  await expect(begin(node(1), backup('c', 5))).rejects.toThrow(
    'It cannot begin just now: 2 backups run to datastore 100, and its MAX_BACKUPS is 2.',
  );
  expect(await store.operations.find('c')).toBeUndefined();
  await store.operations.save({ ...backup('a', 2), result: 'done' });
  await begin(node(1), backup('c', 5));
});

it('tells of backups on hosts of others, and of none where there are no others', async () => {
  await begin(node(0), backup('a', 2));
  await begin(node(1), backup('b', 3));
  expect(await node(0).taken()).toEqual([{ hostId: 3, datastoreId: 100, count: 1 }]);
  expect(await node(0, false).taken()).toEqual([]);
});
