// The audit log in the database. Whoever appends holds the row that says where the log stands, so that several processes make one chain.
import type { SelectQueryBuilder } from 'kysely';
import { auditHash, CHECKPOINT, columnsOf, FIRST, NO_RECORDS } from '../model/audit.ts';
import type { AuditEntry, AuditEvent, AuditFilter, AuditHead, AuditRecord, KeptRecord } from '../model/audit.ts';
import type { Schema } from './schema.ts';
import type { Db, Steps } from './steps.ts';
import type { AuditLog } from './store.ts';

const HEAD = 1;
const BATCH = 500;
/** So many rows are removed in one step, which others wait for. */
const REMOVED_AT_ONCE = 2000;
const KEPT = ['seq', 'at', 'uid', 'method', 'object', 'ends', 'event', 'previous', 'hash'] as const;

export class SqlAudit implements AuditLog {
  readonly #steps: Steps;

  constructor(steps: Steps) {
    this.#steps = steps;
  }

  async append(event: AuditEvent): Promise<AuditRecord> {
    const [record] = await this.appendAll([event]);
    if (!record) throw new Error('One record was appended.');
    return record;
  }

  appendAll(events: readonly AuditEvent[]): Promise<AuditRecord[]> {
    return this.#steps.run('one', 'audit', ({ db }) => append(db, events));
  }

  async drop(beforeMs: number, made: Pick<AuditEvent, 'at' | 'node'>): Promise<number> {
    await this.#steps.run('one', 'audit', async ({ db }) => {
      await lockHead(db);
      const last = await lastBefore(db, beforeMs);
      if (!last) return;
      const said = { uid: -1, user: '', attributes: [], code: 0, result: -1, from: '' };
      await append(db, [{ ...made, ...said, method: CHECKPOINT, on: { id: last.seq }, by: last.hash }]);
      const dropped = { dropped_seq: last.seq, dropped_hash: last.hash };
      await db.updateTable('audit_head').set(dropped).where('id', '=', HEAD).execute();
    });
    return this.#removeDropped();
  }

  head(): Promise<AuditHead> {
    return headOf(this.#steps.db);
  }

  kept(after: number): AsyncIterable<KeptRecord> {
    return keptRecords(this.#steps.db, after);
  }

  async find(seq: number): Promise<AuditRecord | undefined> {
    const row = await this.#steps.db.selectFrom('audit').select(KEPT).where('seq', '=', seq).executeTakeFirst();
    return row && recordOf(row);
  }

  async list(filter: AuditFilter): Promise<AuditEntry[]> {
    const { db } = this.#steps;
    const { droppedSeq } = await headOf(db);
    const rows = await found(db, filter).where('seq', '>', droppedSeq).select(KEPT).execute();
    const ends = await endsOf(
      db,
      rows.map(({ seq }) => seq),
    );
    return rows.map((row) => {
      const end = ends.get(row.seq);
      return { ...recordOf(row), ...(end && { end }) };
    });
  }

  /** What is left of them when this is cut short goes with the next. */
  async #removeDropped(): Promise<number> {
    for (let removed = 0; ;) {
      const count = await this.#steps.run('one', 'audit', async ({ db }) => {
        const { droppedSeq } = await headOf(db);
        const old = db.selectFrom('audit').select('seq').where('seq', '<=', droppedSeq).orderBy('seq');
        const result = await db
          .deleteFrom('audit')
          .where('seq', 'in', old.limit(REMOVED_AT_ONCE))
          .executeTakeFirstOrThrow();
        return Number(result.numDeletedRows);
      });
      removed += count;
      if (count < REMOVED_AT_ONCE) return removed;
    }
  }
}

/** Where the log of a database stands. */
export async function headOf(db: Db): Promise<AuditHead> {
  const row = await db.selectFrom('audit_head').selectAll().where('id', '=', HEAD).executeTakeFirst();
  if (!row) return NO_RECORDS;
  return { seq: row.seq, hash: row.hash, droppedSeq: row.dropped_seq, droppedHash: row.dropped_hash };
}

/** The records in their order, a few at a time. */
export async function* keptRecords(db: Db, from: number): AsyncGenerator<KeptRecord, void, undefined> {
  for (let after = from; ;) {
    const rows = await db
      .selectFrom('audit')
      .select(KEPT)
      .where('seq', '>', after)
      .orderBy('seq')
      .limit(BATCH)
      .execute();
    yield* rows;
    if (rows.length < BATCH) return;
    after = rows.at(-1)?.seq ?? after;
  }
}

type Found = SelectQueryBuilder<Schema, 'audit', object>;

/** The records that were written first of their calls. */
function found(db: Db, { uid, method, object, sinceMs, untilMs, before, limit }: AuditFilter): Found {
  let query: Found = db.selectFrom('audit').where('ends', '=', 0).orderBy('seq', 'desc').limit(limit);
  if (uid !== undefined) query = query.where('uid', '=', uid);
  if (method !== undefined) query = query.where('method', '=', method);
  // numbers go with the time, nearly; they are what the page is found by
  if (sinceMs !== undefined) {
    const first = db
      .selectFrom('audit')
      .select((of) => of.fn.min('seq').as('seq'))
      .where('at', '>=', sinceMs);
    query = query.where('at', '>=', sinceMs).where('seq', '>=', first);
  }
  if (untilMs !== undefined) {
    const last = db
      .selectFrom('audit')
      .select((of) => of.fn.max('seq').as('seq'))
      .where('at', '<', untilMs);
    query = query.where('at', '<', untilMs).where('seq', '<=', last);
  }
  if (before !== undefined) query = query.where('seq', '<', before);
  if (object === undefined) return query;
  const itself = db.selectFrom('audit').select('seq').where('object', '=', object).where('ends', '=', 0);
  const made = db.selectFrom('audit').select('ends as seq').where('object', '=', object).where('ends', '>', 0);
  return query.where('seq', 'in', itself.union(made));
}

/** By the numbers of the records that they end. */
async function endsOf(db: Db, seqs: readonly number[]): Promise<Map<number, NonNullable<AuditEntry['end']>>> {
  const ends = new Map<number, NonNullable<AuditEntry['end']>>();
  for (let at = 0; at < seqs.length; at += BATCH) {
    const page = seqs.slice(at, at + BATCH);
    const rows = db.selectFrom('audit').select(KEPT).where('ends', 'in', page).where('ends', '>', 0);
    for (const row of await rows.execute()) {
      const { seq, event } = recordOf(row);
      const { code, result, object } = event;
      ends.set(row.ends, { seq, at: event.at, code, result, ...(object !== undefined && { object }) });
    }
  }
  return ends;
}

function recordOf({ seq, event, previous, hash }: KeptRecord): AuditRecord {
  return { seq, previous, hash, event: JSON.parse(event) as AuditEvent };
}

async function append(db: Db, events: readonly AuditEvent[]): Promise<AuditRecord[]> {
  await lockHead(db);
  let { seq, hash } = await headOf(db);
  const records: AuditRecord[] = [];
  const rows: KeptRecord[] = [];
  for (const event of events) {
    const text = JSON.stringify(event);
    const previous = hash;
    hash = auditHash(++seq, previous, text);
    rows.push({ seq, ...columnsOf(event), event: text, previous, hash });
    records.push({ seq, event, previous, hash });
  }
  for (let at = 0; at < rows.length; at += BATCH) {
    await db
      .insertInto('audit')
      .values(rows.slice(at, at + BATCH))
      .execute();
  }
  await db.updateTable('audit_head').set({ seq, hash }).where('id', '=', HEAD).execute();
  return records;
}

/** The newest of the records that are all older; the newest of all stays. */
async function lastBefore(db: Db, beforeMs: number): Promise<{ seq: number; hash: string } | undefined> {
  const head = await headOf(db);
  const young = await db
    .selectFrom('audit')
    .select('seq')
    .where('at', '>=', beforeMs)
    .where('seq', '>', head.droppedSeq)
    .orderBy('seq')
    .executeTakeFirst();
  const last = await db
    .selectFrom('audit')
    .select(['seq', 'hash'])
    .where('seq', '<', young?.seq ?? head.seq)
    .where('seq', '>', head.droppedSeq)
    .orderBy('seq', 'desc')
    .limit(1)
    .executeTakeFirst();
  return last;
}

/** Holds the row until the step ends; makes it where there is none. */
async function lockHead(db: Db): Promise<void> {
  const lock = () => db.selectFrom('audit_head').select('id').where('id', '=', HEAD).forUpdate().executeTakeFirst();
  if (await lock()) return;
  const none = { id: HEAD, seq: 0, hash: FIRST, dropped_seq: 0, dropped_hash: FIRST };
  await db
    .insertInto('audit_head')
    .values(none)
    .onConflict((conflict) => conflict.column('id').doNothing())
    .execute();
  await lock();
}
