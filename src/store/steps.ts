// How changes are made: in steps that are kept as a whole or not at all, and told of when they are kept. What a database does in its own
// way is behind `Backend`.
import type { Kysely, Transaction } from 'kysely';
import { type Told } from './changes.ts';
import type { StoreChange, ChangeFeed } from './changes.ts';
import type { StepKind } from './gate.ts';
import type { Schema } from './schema.ts';

export type Db = Kysely<Schema> | Transaction<Schema>;

export interface Backend {
  readonly db: Kysely<Schema>;
  /**
   * Runs `work` in a transaction. Steps of kind `one` lock the rows that they change; while a step of kind `many` is under way
   * nothing else changes. Those of one `key` are done in the order in which they were asked for.
   */
  step<R>(kind: StepKind, key: string | undefined, work: (db: Transaction<Schema>) => Promise<R>): Promise<R>;
  /** Reads of one moment. */
  snapshot<R>(work: (db: Transaction<Schema>) => Promise<R>): Promise<R>;
  /** Tells other processes on the same database, when the transaction is kept. */
  announce(db: Db, told: Told): Promise<void>;
  close(): Promise<void>;
}

/** Awaited first in each step that writes: what it throws is what the step fails with. */
export type Guard = (db: Transaction<Schema>) => Promise<void>;

/** What all steps of a store share. */
export interface Shared {
  readonly backend: Backend;
  readonly feed: ChangeFeed;
  guard?: Guard | undefined;
}

interface Notes {
  changes: StoreChange[];
  topics: string[];
}

/** Where changes begin; inside of one, those that belong to it. */
export class Steps {
  readonly db: Db;
  readonly #shared: Shared;
  /** Of the step that is open. */
  readonly #notes: Notes | undefined;

  constructor(shared: Shared, open?: { db: Transaction<Schema>; notes: Notes }) {
    this.#shared = shared;
    this.db = open?.db ?? shared.backend.db;
    this.#notes = open?.notes;
  }

  get isOpen(): boolean {
    return this.#notes !== undefined;
  }

  /** Runs `work` as a step, or in the one that is open. It may be run again when a database asks for that. */
  async run<R>(kind: StepKind, key: string | undefined, work: (step: Steps) => Promise<R>): Promise<R> {
    if (this.isOpen) return work(this);
    const { backend, feed, guard } = this.#shared;
    let notes: Notes = { changes: [], topics: [] };
    const result = await backend.step(kind, key, async (db) => {
      notes = { changes: [], topics: [] };
      await guard?.(db);
      const answer = await work(new Steps(this.#shared, { db, notes }));
      if (notes.changes.length + notes.topics.length > 0) await backend.announce(db, notes);
      return answer;
    });
    feed.tell(notes);
    return result;
  }

  /** Notes a change, which is told of when the open step is kept. */
  note(change: StoreChange): void {
    this.#notes?.changes.push(change);
  }

  /** Tells topics to whoever listens, in all processes: at the end of the open step, or now. */
  async wake(topic: string): Promise<void> {
    if (this.#notes) {
      if (!this.#notes.topics.includes(topic)) this.#notes.topics.push(topic);
      return;
    }
    const told = { changes: [], topics: [topic] };
    await this.#shared.backend.announce(this.db, told);
    this.#shared.feed.tell(told);
  }
}
