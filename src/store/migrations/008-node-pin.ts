// Control nodes that make their own certificates know each other by the fingerprints of their keys.
import type { Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';

export const nodePin: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await db.schema
      .alterTable('node')
      .addColumn('pin', 'varchar(64)', (column) => column.notNull().defaultTo(''))
      .execute();
  },
};
