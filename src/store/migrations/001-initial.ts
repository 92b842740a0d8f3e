// The first schema: a table per pool, the records of runs, and the last ids given out.
import type { Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';

const POOL_TABLES = [
  'vm_pool',
  'image_pool',
  'template_pool',
  'datastore_pool',
  'host_pool',
  'user_pool',
  'group_pool',
] as const;

export const initial: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    for (const table of POOL_TABLES) {
      await db.schema
        .createTable(table)
        .addColumn('oid', 'integer', (column) => column.primaryKey())
        .addColumn('name', 'varchar(128)', (column) => column.notNull())
        .addColumn('uid', 'integer', (column) => column.notNull())
        .addColumn('gid', 'integer', (column) => column.notNull())
        .addColumn('state', 'integer', (column) => column.notNull())
        .addColumn('body', 'text', (column) => column.notNull())
        .execute();
      await db.schema.createIndex(`${table}_name`).on(table).columns(['name', 'uid']).execute();
      await db.schema.createIndex(`${table}_state`).on(table).column('state').execute();
    }
    await db.schema
      .createTable('operation')
      .addColumn('id', 'varchar(32)', (column) => column.primaryKey())
      .addColumn('vm_id', 'integer', (column) => column.notNull())
      .addColumn('result', 'varchar(16)', (column) => column.notNull())
      .addColumn('started_at', 'bigint', (column) => column.notNull())
      .addColumn('body', 'text', (column) => column.notNull())
      .execute();
    await db.schema.createIndex('operation_vm').on('operation').columns(['vm_id', 'started_at']).execute();
    await db.schema.createIndex('operation_result').on('operation').column('result').execute();
    await db.schema
      .createTable('pool_control')
      .addColumn('pool', 'varchar(32)', (column) => column.primaryKey())
      .addColumn('last_oid', 'integer', (column) => column.notNull())
      .execute();
  },
};
