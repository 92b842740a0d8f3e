// The audit log in the database. Whoever appends holds the row that says where the log stands, so that several processes make one chain.
import { auditHash, CHECKPOINT, FIRST, NO_RECORDS } from '../model/audit.ts';
import type { AuditEvent, AuditHead, AuditRecord, KeptRecord } from '../model/audit.ts';
import type { Db, Steps } from './steps.ts';
import type { AuditFilter, AuditLog } from './store.ts';

const HEAD = 1;
const BATCH = 500;

export class SqlAudit implements AuditLog {
  readonly #steps: Steps;

  constructor(steps: Steps) {
    this.#steps = steps;
  }

  append(event: AuditEvent): Promise<AuditRecord> {
    return this.#steps.run('one', 'audit', ({ db }) => append(db, event));
  }

  drop(beforeMs: number, made: Pick<AuditEvent, 'at' | 'node'>): Promise<number> {
    return this.#steps.run('one', 'audit', async ({ db }) => {
      await lockHead(db);
      const last = await lastBefore(db, beforeMs);
      if (!last) return 0;
      const said = { uid: -1, user: '', attributes: [], code: 0, result: -1, from: '' };
      await append(db, { ...made, ...said, method: CHECKPOINT, on: { id: last.seq }, by: last.hash });
      const dropped = { dropped_seq: last.seq, dropped_hash: last.hash };
      await db.updateTable('audit_head').set(dropped).where('id', '=', HEAD).execute();
      const { numDeletedRows } = await db.deleteFrom('audit').where('seq', '<=', last.seq).executeTakeFirstOrThrow();
      return Number(numDeletedRows);
    });
  }

  async head(): Promise<AuditHead> {
    return headOf(this.#steps.db);
  }

  kept(): AsyncIterable<KeptRecord> {
    return keptRecords(this.#steps.db);
  }

  async list({ uid, method, sinceMs, limit }: AuditFilter): Promise<AuditRecord[]> {
    let query = this.#steps.db.selectFrom('audit').selectAll().orderBy('seq', 'desc').limit(limit);
    if (uid !== undefined) query = query.where('uid', '=', uid);
    if (method !== undefined) query = query.where('method', '=', method);
    if (sinceMs !== undefined) query = query.where('at', '>=', sinceMs);
    const rows = await query.execute();
    return rows.map(({ seq, event, previous, hash }) => ({
      ...{ seq, previous, hash },
      event: JSON.parse(event) as AuditEvent,
    }));
  }
}

/** Where the log of a database stands. */
export async function headOf(db: Db): Promise<AuditHead> {
  const row = await db.selectFrom('audit_head').selectAll().where('id', '=', HEAD).executeTakeFirst();
  if (!row) return NO_RECORDS;
  return { seq: row.seq, hash: row.hash, droppedSeq: row.dropped_seq, droppedHash: row.dropped_hash };
}

/** The records in their order, a few at a time. */
export async function* keptRecords(db: Db): AsyncGenerator<KeptRecord, void, undefined> {
  for (let after = -1; ;) {
    const rows = await db
      .selectFrom('audit')
      .select(['seq', 'event', 'previous', 'hash'])
      .where('seq', '>', after)
      .orderBy('seq')
      .limit(BATCH)
      .execute();
    yield* rows;
    if (rows.length < BATCH) return;
    after = rows.at(-1)?.seq ?? after;
  }
}

async function append(db: Db, event: AuditEvent): Promise<AuditRecord> {
  await lockHead(db);
  const { seq: last, hash: previous } = await headOf(db);
  const seq = last + 1;
  const text = JSON.stringify(event);
  const hash = auditHash(seq, previous, text);
  const { at, uid, method } = event;
  await db.insertInto('audit').values({ seq, at, uid, method, event: text, previous, hash }).execute();
  await db.updateTable('audit_head').set({ seq, hash }).where('id', '=', HEAD).execute();
  return { seq, event, previous, hash };
}

/** The newest of the records that are all older; the newest of all stays. */
async function lastBefore(db: Db, beforeMs: number): Promise<{ seq: number; hash: string } | undefined> {
  const young = await db
    .selectFrom('audit')
    .select('seq')
    .where('at', '>=', beforeMs)
    .orderBy('seq')
    .executeTakeFirst();
  const bound = young?.seq ?? (await headOf(db)).seq;
  return db
    .selectFrom('audit')
    .select(['seq', 'hash'])
    .where('seq', '<', bound)
    .orderBy('seq', 'desc')
    .limit(1)
    .executeTakeFirst();
}

/** Makes the row where there is none, and holds it until the step ends. */
async function lockHead(db: Db): Promise<void> {
  const none = { id: HEAD, seq: 0, hash: FIRST, dropped_seq: 0, dropped_hash: FIRST };
  await db
    .insertInto('audit_head')
    .values(none)
    .onConflict((conflict) => conflict.column('id').doNothing())
    .execute();
  await db.selectFrom('audit_head').select('id').where('id', '=', HEAD).forUpdate().execute();
}
