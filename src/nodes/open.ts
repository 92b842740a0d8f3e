// Opens the store with the duties of this node on it: all of them when it has its database alone, else those that it can lease.
import { randomBytes } from 'node:crypto';
import { performance } from 'node:perf_hooks';
import type { Logger } from 'pino';
import { CODE, OneError } from '../model/errors.ts';
import { connectionName, holdLease, type NodeTable } from '../store/nodes.ts';
import { openNodes, openPostgres } from '../store/postgres.ts';
import { openStore, type StorePlace } from '../store/open.ts';
import type { SqlStore } from '../store/sql-store.ts';
import type { AboutNode, Duties } from './duties.ts';
import { leaseOver, LeasedDuties } from './leased.ts';
import { SoleDuties } from './sole.ts';
import { refusesBeside } from './versions.ts';

/** What a run that ends has to note waits so long for a database server that begins anew; among several nodes no longer than the lease. */
const PATIENCE_MS = 60_000;
/** After so long the server has noticed that the machine of another daemon is gone. */
const GONE_MS = 30_000;

const WITH_CARE = 'Bring the nodes up to date one version after the other, or stop the old ones first.';

/** `fenced` is called when the node may touch nothing any more. */
export async function openNode(
  { database, postgres, shared = false }: StorePlace & { shared?: boolean | undefined },
  { about, log, fenced }: { about: () => AboutNode; log: Logger; fenced: (why: unknown) => void },
): Promise<{ store: SqlStore; duties: Duties }> {
  const warn = (reason: string): void => log.warn(reason);
  if (!postgres || !shared) {
    const store = await openStore({ database, postgres }, { waitMs: GONE_MS, patienceMs: PATIENCE_MS, warn });
    return { store, duties: new SoleDuties(store, about) };
  }
  const nodeId = randomBytes(8).toString('hex');
  const place = { ...postgres, name: connectionName(nodeId) };
  const before = async (nodes: NodeTable): Promise<void> => {
    const alive = (await nodes.standing()).nodes.filter(({ isAlive }) => isAlive);
    const why = refusesBeside(
      about().version,
      alive.map(({ version }) => version),
    );
    if (why !== undefined) throw new OneError(CODE.INTERNAL, `This node cannot begin: ${why}.`, { hint: WITH_CARE });
  };
  const store = await openPostgres(place, { presence: 'together', waitMs: GONE_MS, before, warn });
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
