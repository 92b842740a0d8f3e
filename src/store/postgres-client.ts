// Connections to PostgreSQL: a bounded pool with limits of time, whose failures are told in words. A connection that was lost fails the
// call that used it; the next one connects anew.
import pg from 'pg';
import type { PostgresPool, PostgresPoolClient, PostgresQueryResult } from 'kysely';
import { failureOf } from './postgres-failures.ts';
import { shownUrl } from '../model/database-url.ts';

/** Where the database is. */
export interface PostgresPlace {
  /** postgres://user:password@host:port/name; what is not in it is taken from libpq's environment variables. */
  url: string;
  /** Connections at most, beside the one that listens. */
  connections: number;
  /** What the server calls the connections, so that all of a control node can be ended. */
  name?: string | undefined;
}

const CONNECT_MS = 15_000;
const STATEMENT_MS = 30_000;
/** Of a server that does not answer at all. */
const SILENCE_MS = STATEMENT_MS + 15_000;
/** A transaction of a process that stands still, or can no longer be reached, holds up others no longer than this. */
const IDLE_IN_TRANSACTION_MS = 30_000;
const IDLE_MS = 60_000;
/** The server notices within half a minute that this machine is gone. */
const KEEPALIVE = '-c tcp_keepalives_idle=10 -c tcp_keepalives_interval=5 -c tcp_keepalives_count=3';

const INT8 = 20;
const NUMERIC = 1700;
type Parser = (text: string) => unknown;
/** Whole numbers of 64 bits and sums come as texts; none here is beyond what a number holds. */
const TYPES: pg.CustomTypesConfig = {
  getTypeParser: ((oid: number, format?: 'text' | 'binary'): Parser => {
    if (oid === INT8 || oid === NUMERIC) return Number;
    return (pg.types.getTypeParser as (oid: number, format?: 'text' | 'binary') => Parser)(oid, format);
  }) as pg.CustomTypesConfig['getTypeParser'],
};

/** Settings of a connection; statements of `unhurried` ones, which change schemas or copy tables, have no limit of time. */
export function clientConfig({ url, name }: Pick<PostgresPlace, 'url' | 'name'>, unhurried = false): pg.ClientConfig {
  return {
    connectionString: url,
    application_name: name ?? 'onevault',
    connectionTimeoutMillis: CONNECT_MS,
    keepAlive: true,
    keepAliveInitialDelayMillis: 10_000,
    options: KEEPALIVE,
    types: TYPES,
    ...(unhurried
      ? {}
      : {
          statement_timeout: STATEMENT_MS,
          query_timeout: SILENCE_MS,
          idle_in_transaction_session_timeout: IDLE_IN_TRANSACTION_MS,
        }),
  };
}

/** What kysely asks for. */
export class Connections implements PostgresPool {
  readonly #pool: pg.Pool;
  readonly #shown: string;
  readonly options: object = {};

  constructor(place: PostgresPlace, unhurried = false) {
    this.#shown = shownUrl(place.url);
    this.#pool = new pg.Pool({
      ...clientConfig(place, unhurried),
      max: place.connections,
      idleTimeoutMillis: IDLE_MS,
    });
    // whoever uses the connection next, or uses it now, learns of it by the failure of its own call
    this.#pool.on('error', () => undefined);
    this.#pool.on('connect', (client) => client.on('error', () => undefined));
  }

  async connect(): Promise<PostgresPoolClient> {
    try {
      return new Connection(await this.#pool.connect(), this.#shown);
    } catch (error) {
      throw failureOf(error, this.#shown, 'connect');
    }
  }

  async end(): Promise<void> {
    await this.#pool.end();
  }
}

class Connection implements PostgresPoolClient {
  readonly #client: pg.PoolClient;
  readonly #shown: string;
  #lost = false;
  /** Statements of one connection go one after the other. */
  #last: Promise<unknown> = Promise.resolve();

  constructor(client: pg.PoolClient, shown: string) {
    this.#client = client;
    this.#shown = shown;
  }

  query<R>(sql: string, parameters: readonly unknown[]): Promise<PostgresQueryResult<R>>;
  query<R>(cursor: R): R;
  query<R>(statement: unknown, parameters: readonly unknown[] = []): Promise<PostgresQueryResult<R>> {
    if (typeof statement !== 'string') throw new Error('Cursors are not used.');
    const answer = this.#last.then(() => this.#ask<R>(statement, parameters));
    this.#last = answer.catch(() => undefined); // whoever asked is told
    return answer;
  }

  async #ask<R>(statement: string, parameters: readonly unknown[]): Promise<PostgresQueryResult<R>> {
    try {
      const { command, rowCount, rows } = await this.#client.query<never>(statement, [...parameters]);
      return { command, rowCount: rowCount ?? 0, rows } as unknown as PostgresQueryResult<R>;
    } catch (error) {
      const failure = failureOf(error, this.#shown, statement);
      this.#lost ||= failure.lost;
      throw failure;
    }
  }

  release(destroy = false): void {
    this.#client.release(destroy || this.#lost);
  }
}
