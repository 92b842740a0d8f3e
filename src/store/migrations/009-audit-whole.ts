// The audit log: the object of a call, the record whose call a record ends, and indexes by which they are found among many.
import type { Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';

const NO_HASH = '0'.repeat(64);

export const auditWhole: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await db.schema
      .alterTable('audit')
      .addColumn('object', 'varchar(64)', (column) => column.notNull().defaultTo(''))
      .execute();
    await db.schema
      .alterTable('audit')
      .addColumn('ends', 'bigint', (column) => column.notNull().defaultTo(0))
      .execute();
    for (const column of ['uid', 'method', 'object', 'ends']) {
      await db.schema.createIndex(`audit_${column}`).on('audit').columns([column, 'seq']).execute();
    }
    const heads = db as Kysely<{
      audit_head: Record<'id' | 'seq' | 'dropped_seq', number> & Record<'hash' | 'dropped_hash', string>;
    }>;
    await heads
      .insertInto('audit_head')
      .values({ id: 1, seq: 0, hash: NO_HASH, dropped_seq: 0, dropped_hash: NO_HASH })
      .onConflict((conflict) => conflict.column('id').doNothing())
      .execute();
  },
};
