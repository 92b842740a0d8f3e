// Several control nodes work on one database: which of them are up, what each has to itself, and who works on a run.
import type { Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';

export const nodes: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await db.schema
      .createTable('node')
      .addColumn('id', 'varchar(32)', (column) => column.primaryKey())
      .addColumn('name', 'varchar(128)', (column) => column.notNull())
      .addColumn('url', 'text', (column) => column.notNull())
      .addColumn('version', 'varchar(32)', (column) => column.notNull())
      .addColumn('started_at', 'bigint', (column) => column.notNull())
      .addColumn('lease_until', 'bigint', (column) => column.notNull())
      .execute();
    await db.schema
      .createTable('claim')
      .addColumn('duty', 'varchar(64)', (column) => column.primaryKey())
      .addColumn('node', 'varchar(32)', (column) => column.notNull())
      .addColumn('since', 'bigint', (column) => column.notNull())
      .execute();
    await db.schema
      .alterTable('operation')
      .addColumn('node', 'varchar(32)', (column) => column.notNull().defaultTo(''))
      .execute();
  },
};
