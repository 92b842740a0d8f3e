// Opens the store with the duties of this node on it: all of them on SQLite, those that it can lease on PostgreSQL.
import { randomBytes } from 'node:crypto';
import { performance } from 'node:perf_hooks';
import type { Logger } from 'pino';
import { connectionName, holdLease } from '../store/nodes.ts';
import { openNodes, openPostgres } from '../store/postgres.ts';
import type { StorePlace } from '../store/open.ts';
import { openSqlite } from '../store/sqlite.ts';
import type { SqlStore } from '../store/sql-store.ts';
import type { AboutNode, Duties } from './duties.ts';
import { leaseOver, LeasedDuties } from './leased.ts';
import { SoleDuties } from './sole.ts';

/** After so long the server has noticed that the machine of another daemon is gone. */
const GONE_MS = 30_000;

/** `fenced` is called when the node may touch nothing any more. */
export async function openNode(
  { database, postgres }: StorePlace,
  { about, log, fenced }: { about: () => AboutNode; log: Logger; fenced: (why: unknown) => void },
): Promise<{ store: SqlStore; duties: Duties }> {
  if (!postgres) {
    const store = await openSqlite(database);
    return { store, duties: new SoleDuties(store, about) };
  }
  const nodeId = randomBytes(8).toString('hex');
  const place = { ...postgres, name: connectionName(nodeId) };
  const warn = (reason: string): void => log.warn(reason);
  const store = await openPostgres(place, { presence: 'together', waitMs: GONE_MS, warn });
  const steadyMs = (): number => performance.now();
  const duties = new LeasedDuties({ nodeId, table: openNodes(place), store, about, steadyMs, log });
  duties.lost.addEventListener('abort', () => fenced(duties.lost.reason), { once: true });
  try {
    await duties.join();
  } catch (error) {
    await duties.end();
    await store.close();
    throw error;
  }
  store.guardWith(async (db) => {
    if (await holdLease(db, nodeId)) return;
    duties.lose('the other nodes go on without this one');
    throw leaseOver(nodeId, 'nothing was written');
  });
  return { store, duties };
}
