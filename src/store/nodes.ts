// The control nodes on one PostgreSQL database, their leases and their duties. All times are of the database's clock, so that nobody
// has to believe another machine's. A duty changes hands only when its last owner can write nothing any more.
import { sql, type Kysely, type Transaction } from 'kysely';
import type { Schema } from './schema.ts';

export interface NodeRecord {
  id: string;
  name: string;
  url: string;
  version: string;
  /** Fingerprint of its key over TLS, '' for none. */
  pin: string;
}

export interface KnownNode extends NodeRecord {
  leaseUntilMs: number;
  startedAtMs: number;
  leaseLeftMs: number;
  isAlive: boolean;
}

/** What the tables say at one moment. */
export interface Standing {
  nodes: KnownNode[];
  /** Duty -> id of its node. */
  claims: Map<string, string>;
}

export interface NodeTable {
  /** Makes the node known, with a lease. */
  join(node: NodeRecord, leaseMs: number): Promise<void>;
  /** False when the lease is over: it cannot be had again. */
  renew(id: string, url: string, leaseMs: number): Promise<boolean>;
  standing(): Promise<Standing>;
  /** Takes those of the duties that nobody has; returns them. */
  take(id: string, duties: readonly string[]): Promise<string[]>;
  giveBack(id: string, duties: readonly string[]): Promise<void>;
  /** Frees the duties of a node whose lease is over, once it can write nothing any more. */
  bury(id: string): Promise<void>;
  /** The node ends by itself, and has nothing under way. */
  leave(id: string): Promise<void>;
  close(): Promise<void>;
}

type Tables = Kysely<Schema>;
type Step = Transaction<Schema>;

/** How long it is waited for the transactions of a dead node, which are being ended. */
const BURY_LOCK_MS = 5000;
const NOW = sql<number>`(extract(epoch from clock_timestamp()) * 1000)::bigint`;

/** What the connections of a node are called by the server. */
export function connectionName(nodeId: string): string {
  return `onevault ${nodeId}`;
}

/** Whether the node's lease goes on; then it is not taken from it before the transaction has ended. */
export async function holdLease(db: Step, id: string): Promise<boolean> {
  const held = await db
    .selectFrom('node')
    .select('id')
    .where('id', '=', id)
    .where('lease_until', '>', NOW)
    .forKeyShare() // the node itself may go on renewing it
    .executeTakeFirst();
  return held !== undefined;
}

export class SqlNodes implements NodeTable {
  readonly #db: Tables;

  /** Has connections of its own: a lease must not wait for the work that it is of. */
  constructor(db: Tables) {
    this.#db = db;
  }

  async join(node: NodeRecord, leaseMs: number): Promise<void> {
    await this.#db
      .insertInto('node')
      .values({ ...node, started_at: NOW, lease_until: sql`${NOW} + ${sql.lit(leaseMs)}` })
      .execute();
  }

  async renew(id: string, url: string, leaseMs: number): Promise<boolean> {
    const { numUpdatedRows } = await this.#db
      .updateTable('node')
      .set({ url, lease_until: sql`${NOW} + ${sql.lit(leaseMs)}` })
      .where('id', '=', id)
      .where('lease_until', '>', NOW)
      .executeTakeFirst();
    return numUpdatedRows > 0n;
  }

  async standing(): Promise<Standing> {
    const rows = await this.#db
      .selectFrom('node')
      .selectAll()
      .select(sql<number>`lease_until - ${NOW}`.as('left'))
      .orderBy('id')
      .execute();
    const claims = await this.#db.selectFrom('claim').select(['duty', 'node']).execute();
    return {
      nodes: rows.map(({ id, name, url, version, pin, lease_until, started_at, left }) => ({
        ...{ id, name, url, version, pin },
        ...{ leaseUntilMs: lease_until, startedAtMs: started_at, leaseLeftMs: left, isAlive: left > 0 },
      })),
      claims: new Map(claims.map(({ duty, node }) => [duty, node])),
    };
  }

  async take(id: string, duties: readonly string[]): Promise<string[]> {
    if (duties.length === 0) return [];
    return this.#db.transaction().execute(async (tx) => {
      if (!(await holdLease(tx, id))) return [];
      const taken = await tx
        .insertInto('claim')
        .values(duties.toSorted().map((duty) => ({ duty, node: id, since: NOW })))
        .onConflict((conflict) => conflict.column('duty').doNothing())
        .returning('duty')
        .execute();
      return taken.map(({ duty }) => duty);
    });
  }

  async giveBack(id: string, duties: readonly string[]): Promise<void> {
    if (duties.length === 0) return;
    await this.#db
      .deleteFrom('claim')
      .where('node', '=', id)
      .where('duty', 'in', [...duties])
      .execute();
  }

  async bury(id: string): Promise<void> {
    await this.#db.transaction().execute(async (tx) => {
      const over = tx.selectFrom('node').select('id').where('id', '=', id).where('lease_until', '<=', NOW);
      if (!(await over.executeTakeFirst())) return;
      // a node that stands still may hold locks, which the server would keep for it
      await sql`select pg_terminate_backend(pid) from pg_stat_activity
        where application_name = ${connectionName(id)} and pid <> pg_backend_pid()`.execute(tx);
      await sql`set local lock_timeout = ${sql.lit(BURY_LOCK_MS)}`.execute(tx);
      const { numDeletedRows } = await tx
        .deleteFrom('node')
        .where('id', '=', id)
        .where('lease_until', '<=', NOW)
        .executeTakeFirst();
      if (numDeletedRows > 0n) await tx.deleteFrom('claim').where('node', '=', id).execute();
    });
  }

  async leave(id: string): Promise<void> {
    await this.#db.transaction().execute(async (tx) => {
      await tx.deleteFrom('claim').where('node', '=', id).execute();
      await tx.deleteFrom('node').where('id', '=', id).execute();
    });
  }

  async close(): Promise<void> {
    await this.#db.destroy();
  }
}
