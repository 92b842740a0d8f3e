// Changes and topics go from process to process as notifications of PostgreSQL. One connection listens; when it was lost, listeners are told
// that anything may have changed.
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { sql } from 'kysely';
import { CODE, OneError } from '../model/errors.ts';
import { shownUrl } from '../model/database-url.ts';
import { ANYTHING, type ChangeFeed, type StoreChange, type Told } from './changes.ts';
import { clientConfig, type PostgresPlace } from './postgres-client.ts';
import { failureOf } from './postgres-failures.ts';
import type { Presence } from './postgres-presence.ts';
import type { Db } from './steps.ts';

const CHANNEL = 'onevault';
/** A notification holds less than 8000 bytes: so many changes of at most 24, or topics of at most 200 characters, each of 6 at most. */
const MOST_CHANGES = 300;
const MOST_TOPICS = 6;
const MOST_TOPIC_CHARS = 200;
/** Between tries to connect again. */
const FIRST_DELAY_MS = 100;
const MOST_DELAY_MS = 5000;
/** How often the connection is tried, so that one that is dead without a word is noticed. */
const ALIVE_MS = 10_000;
const TRY_AGAIN_MS = 500;
const CLOSE_MS = 2000;

/** Who told it, changes as noun and id, topics. */
type Message = [from: string, changes: Array<[StoreChange['noun'], number]>, topics: string[]];

/** Tells others when the transaction is kept; without one, now. */
export async function announce(db: Db, self: string, { changes, topics }: Told): Promise<void> {
  for (const message of messagesOf(self, { changes, topics })) {
    await sql`select pg_notify(${CHANNEL}, ${message})`.execute(db);
  }
}

/** Texts short enough for a notification. Each change is told once. */
export function messagesOf(self: string, { changes, topics }: Told): string[] {
  const long = topics.find((topic) => topic.length > MOST_TOPIC_CHARS);
  if (long !== undefined)
    throw new OneError(CODE.INTERNAL, `The topic ${long} has more than ${MOST_TOPIC_CHARS} characters.`);
  const once = new Map(changes.map(({ noun, id }) => [`${noun} ${id}`, [noun, id] as [StoreChange['noun'], number]]));
  const ofChanges = pieces([...once.values()], MOST_CHANGES).map((piece): Message => [self, piece, []]);
  const ofTopics = pieces([...topics], MOST_TOPICS).map((piece): Message => [self, [], piece]);
  return [...ofChanges, ...ofTopics].map((message) => JSON.stringify(message));
}

function pieces<T>(all: T[], most: number): T[][] {
  return [...Array(Math.ceil(all.length / most)).keys()].map((n) => all.slice(n * most, (n + 1) * most));
}

/** What somebody else told; undefined for one's own. */
export function toldBy(text: string, self: string): Told | undefined {
  const [from, changes, topics] = JSON.parse(text) as Message;
  if (from === self) return undefined;
  return { changes: changes.map(([noun, id]) => ({ noun, id })), topics };
}

export class Hearing {
  readonly #place: PostgresPlace;
  readonly #self: string;
  readonly #feed: ChangeFeed;
  readonly #presence: Presence;
  readonly #warn: (reason: string) => void;
  readonly #ended = new AbortController();
  #client: pg.Client | undefined;
  #following: Promise<void> = Promise.resolve();

  constructor(
    place: PostgresPlace,
    self: string,
    feed: ChangeFeed,
    presence: Presence,
    warn: (reason: string) => void,
  ) {
    this.#place = place;
    this.#self = self;
    this.#feed = feed;
    this.#presence = presence;
    this.#warn = warn;
  }

  /** Connects and takes the presence, for which it waits; from then on it keeps listening. */
  async begin(waitMs: number): Promise<void> {
    const end = Date.now() + waitMs;
    for (;;) {
      const client = await this.#connect();
      if (await this.#isPresent(client)) {
        this.#following = this.#follow(client);
        return;
      }
      await close(client);
      if (Date.now() >= end) throw this.#presence.taken();
      await delay(TRY_AGAIN_MS);
    }
  }

  async #isPresent(client: pg.Client): Promise<boolean> {
    try {
      return await this.#presence.take(client);
    } catch (error) {
      await close(client);
      throw failureOf(error, shownUrl(this.#place.url), 'presence');
    }
  }

  async #connect(): Promise<pg.Client> {
    const client = new pg.Client(clientConfig(this.#place));
    client.on('error', () => undefined); // `end` follows, and whoever waits for it goes on
    client.on('notification', ({ payload }) => this.#hear(payload ?? ''));
    try {
      await client.connect();
      await client.query(`listen ${CHANNEL}`);
      return client;
    } catch (error) {
      await close(client);
      throw failureOf(error, shownUrl(this.#place.url), 'connect');
    }
  }

  #hear(payload: string): void {
    try {
      const told = toldBy(payload, this.#self);
      if (told) this.#feed.tell(told);
    } catch (error) {
      // another program, or another version, speaks on this channel: what it said is not known, so it may be anything
      this.#warn(`A notification of the database was not understood: ${String(error)}`);
      this.#feed.tell(ANYTHING);
    }
  }

  /** Until the end: waits for the loss of the connection, and makes a new one. */
  async #follow(first: pg.Client): Promise<void> {
    for (let client: pg.Client | undefined = first; client; client = await this.#again()) {
      this.#client = client;
      if (client !== first) this.#feed.tell(ANYTHING);
      await lossOf(client, this.#ended.signal);
      this.#client = undefined;
      await close(client);
    }
  }

  /** A connection like the one that was lost; undefined at the end. */
  async #again(): Promise<pg.Client | undefined> {
    const { signal } = this.#ended;
    let told = '';
    for (let waitMs = FIRST_DELAY_MS; !signal.aborted; waitMs = Math.min(waitMs * 2, MOST_DELAY_MS)) {
      try {
        const client = await this.#connect();
        const isPresent = await this.#isPresent(client);
        if (isPresent && !this.#isEnded()) return client;
        await close(client);
        if (!isPresent) throw this.#presence.taken();
      } catch (error) {
        const reason = error instanceof Error ? error.message : String(error);
        if (reason !== told) this.#warn(reason);
        told = reason;
      }
      await delay(waitMs, undefined, { signal }).catch(() => undefined); // the end is seen by the loop
    }
    return undefined;
  }

  /** It may have ended while something was waited for. */
  #isEnded(): boolean {
    return this.#ended.signal.aborted;
  }

  async end(): Promise<void> {
    this.#ended.abort();
    if (this.#client) await close(this.#client);
    await this.#following;
  }
}

/** Waits until the connection is of no more use, or the end. */
async function lossOf(client: pg.Client, signal: AbortSignal): Promise<void> {
  const gone = new AbortController();
  const end = (): void => gone.abort();
  client.once('end', end).once('error', end);
  signal.addEventListener('abort', end, { once: true });
  if (signal.aborted) end();
  while (!gone.signal.aborted) {
    await delay(ALIVE_MS, undefined, { signal: gone.signal, ref: false }).catch(() => undefined); // it is gone: the loop ends
    await client.query('select 1').catch(end);
  }
  signal.removeEventListener('abort', end);
}

/** Ends a connection, also one that does not work any more, or to a server that does not answer. */
async function close(client: pg.Client): Promise<undefined> {
  const done = new AbortController();
  const ended = client
    .end()
    .catch(() => undefined) // it is gone, which is what was wanted
    .finally(() => done.abort());
  await Promise.race([ended, delay(CLOSE_MS, undefined, { signal: done.signal }).catch(() => undefined)]);
}
