// Which OneVault this is: a random id, so that several on one hypervisor know their own domains.
import { randomBytes } from 'node:crypto';
import { sql, type Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';

export const installation: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await db.schema
      .createTable('installation')
      .addColumn('id', 'varchar(32)', (column) => column.primaryKey())
      .execute();
    await sql`INSERT INTO installation (id) VALUES (${randomBytes(8).toString('hex')})`.execute(db);
  },
};
