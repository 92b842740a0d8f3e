// The store on PostgreSQL, which several processes share. A change of one object locks its row; a transaction that reads several, decides
// and writes is alone in the whole database: docs/design/postgresql.md says why. What SQLite does in its own way is in sqlite.ts.
import { randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import {
  HandleEmptyInListsPlugin,
  Kysely,
  PostgresDialect,
  PostgresQueryCompiler,
  replaceWithNoncontingentExpression,
  type DataTypeNode,
  type QueryCompiler,
  type Transaction,
} from 'kysely';
import { shownUrl } from '../model/database-url.ts';
import { ChangeFeed } from './changes.ts';
import { Gate, type StepKind } from './gate.ts';
import { migrate, migrationsOf, requireCurrent } from './migrate.ts';
import { SqlNodes, type NodeTable } from './nodes.ts';
import { announce, Hearing } from './postgres-feed.ts';
import { DatabaseFailure } from './postgres-failures.ts';
import { Connections, type PostgresPlace } from './postgres-client.ts';
import { LOCK, lockOf, Presence, type PresenceKind } from './postgres-presence.ts';
import type { Schema } from './schema.ts';
import { SqlStore } from './sql-store.ts';
import type { Backend, Db } from './steps.ts';

/** The change of the schema that made the table of nodes. */
const NODES = '005-nodes';
/** A renewal must find one free also while another hangs. */
const NODE_CONNECTIONS = 3;
/** A step that met another one is tried so many times. */
const TRIES = 5;
/** Between tries to reach a server that is gone. */
const TRY_AGAIN_MS = 250;

export interface PostgresOptions {
  /**
   * `alone`: no other process may work on the database; `together`: others that say so may, as several control nodes do;
   * `none`: it is only looked at.
   */
  presence?: PresenceKind;
  /** How long to wait for one that may only seem to be there, because its machine has died. */
  waitMs?: number;
  /** Awaited before the schema is changed; what it throws keeps the database as it is. */
  before?: (nodes: NodeTable) => Promise<void>;
  /** How long a step that has not begun waits for a server that is gone; reading never waits. */
  patienceMs?: number;
  /** Told of troubles that end by themselves. */
  warn?: (reason: string) => void;
}

/** Opens the database, which has to be there, and brings its schema up to date. */
export async function openPostgres(place: PostgresPlace, options: PostgresOptions = {}): Promise<SqlStore> {
  const { presence: kind = 'alone', waitMs = 0, patienceMs = 0, warn = () => undefined } = options;
  const feed = new ChangeFeed();
  const self = randomBytes(6).toString('hex');
  const presence = new Presence(kind, shownUrl(place.url));
  const hearing = new Hearing(place, self, feed, presence, warn);
  const db = kyselyOn(place);
  try {
    await hearing.begin(waitMs);
    if (options.before && (await migrationsOf(db)).includes(NODES)) await options.before(new SqlNodes(db));
    await withUnhurried(place, (unhurried) => migrate(unhurried, shownUrl(place.url)));
  } catch (error) {
    await hearing.end();
    await db.destroy();
    throw error;
  }
  return new SqlStore({ backend: new PostgresBackend(db, place, { self, presence, hearing, patienceMs }), feed });
}

/** Opens a database that is there for looking at it alone, also beside daemons that work on it. */
export async function readPostgres(place: PostgresPlace): Promise<SqlStore> {
  const db = kyselyOn({ ...place, connections: 1 }, true);
  const presence = new Presence('none', shownUrl(place.url));
  try {
    await requireCurrent(db, shownUrl(place.url));
  } catch (error) {
    await db.destroy();
    throw error;
  }
  return new SqlStore({
    backend: new PostgresBackend(db, place, { self: '', presence, patienceMs: 0 }),
    feed: new ChangeFeed(),
  });
}

/** The table of control nodes, on connections of its own. */
export function openNodes(place: PostgresPlace): NodeTable {
  return new SqlNodes(kyselyOn({ ...place, connections: NODE_CONNECTIONS }));
}

/** Keeps everybody else from working on a database, or throws; the answer gives it back. */
export async function holdPostgres(place: PostgresPlace): Promise<() => Promise<void>> {
  const presence = new Presence('alone', shownUrl(place.url));
  const hearing = new Hearing(place, '', new ChangeFeed(), presence, () => undefined);
  await hearing.begin(0);
  return () => hearing.end();
}

/** One connection without limits of time. */
async function withUnhurried<R>(place: PostgresPlace, work: (db: Kysely<Schema>) => Promise<R>): Promise<R> {
  const db = kyselyOn({ ...place, connections: 1 }, true);
  try {
    return await work(db);
  } finally {
    await db.destroy();
  }
}

function kyselyOn(place: PostgresPlace, unhurried = false): Kysely<Schema> {
  return new Kysely<Schema>({
    dialect: new Dialect({ pool: () => Promise.resolve(new Connections(place, unhurried)) }),
    plugins: [new HandleEmptyInListsPlugin({ strategy: replaceWithNoncontingentExpression })],
  });
}

class Dialect extends PostgresDialect {
  override createQueryCompiler(): QueryCompiler {
    return new Compiler();
  }
}

/** Makes the same statements mean what they mean to SQLite. */
class Compiler extends PostgresQueryCompiler {
  /** A number may be compared with a column that could not hold it: then nothing is found. */
  protected override appendValue(parameter: unknown): void {
    super.appendValue(parameter);
    if (typeof parameter === 'number') this.append(Number.isInteger(parameter) ? '::bigint' : '::double precision');
  }

  /** Texts are compared by their bytes, in whatever language the database was made, and lengths are checked where texts come in. */
  protected override visitDataType(node: DataTypeNode): void {
    if (/^(varchar|text)/.test(node.dataType)) this.append('text collate "C"');
    else super.visitDataType(node);
  }
}

interface Own {
  /** By which this process knows its own notifications. */
  self: string;
  presence: Presence;
  hearing?: Hearing;
  patienceMs: number;
}

class PostgresBackend implements Backend {
  readonly db: Kysely<Schema>;
  readonly #own: Own;
  readonly #gate: Gate;

  constructor(db: Kysely<Schema>, place: PostgresPlace, own: Own) {
    this.db = db;
    this.#own = own;
    // some connections are always left to those who read
    this.#gate = new Gate(Math.max(1, Math.ceil(place.connections / 2)));
  }

  step<R>(kind: StepKind, key: string | undefined, work: (db: Transaction<Schema>) => Promise<R>): Promise<R> {
    return this.#gate.run(kind, key, async () => {
      const patient = Date.now() + this.#own.patienceMs;
      for (let attempt = 1; ; attempt++) {
        const state = { begun: false };
        try {
          this.#own.presence.require();
          return await this.#transaction((db) => {
            state.begun = true;
            return work(db);
          }, kind);
        } catch (error) {
          if (!(error instanceof DatabaseFailure)) throw error;
          const waits = error.lost && !state.begun && Date.now() < patient;
          // what a caller does in a transaction may reach outside of it; and alone in the database, nobody is in its way
          const repeats = error.again && (kind === 'one' || !state.begun) && attempt < TRIES;
          if (!waits && !repeats) throw error;
          if (waits) await delay(TRY_AGAIN_MS);
        }
      }
    });
  }

  #transaction<R>(work: (db: Transaction<Schema>) => Promise<R>, kind: StepKind): Promise<R> {
    return this.db
      .transaction()
      .setIsolationLevel('read committed') // what was kept before the lock was had is seen
      .execute(async (db) => {
        await (kind === 'many' ? lockOf(LOCK.STEPS) : lockOf(LOCK.STEPS, 'shared')).execute(db);
        return work(db);
      });
  }

  snapshot<R>(work: (db: Transaction<Schema>) => Promise<R>): Promise<R> {
    return this.db.transaction().setIsolationLevel('repeatable read').setAccessMode('read only').execute(work);
  }

  announce(db: Db, told: Parameters<Backend['announce']>[1]): Promise<void> {
    return announce(db, this.#own.self, told);
  }

  async close(): Promise<void> {
    await this.#own.hearing?.end();
    await this.db.destroy();
  }
}
