// The audit log: the object of a call, the record whose call a record ends, and indexes by which they are found among many.
import type { Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';

export const auditWhole: Migration = {
  async up(db: Kysely<{ audit: { ends: number } }>): Promise<void> {
    await db.schema
      .alterTable('audit')
      .addColumn('object', 'varchar(64)', (column) => column.notNull().defaultTo(''))
      .execute();
    await db.schema
      .alterTable('audit')
      .addColumn('ends', 'bigint', (column) => column.notNull().defaultTo(0))
      .execute();
    for (const column of ['uid', 'method', 'object']) {
      await db.schema.createIndex(`audit_${column}`).on('audit').columns([column, 'seq']).execute();
    }
    // most have none: an index of those would be taken in the place of a better one
    await db.schema.createIndex('audit_ends').on('audit').column('ends').where('ends', '>', 0).execute();
  },
};
