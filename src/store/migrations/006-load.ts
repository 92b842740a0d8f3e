// Backups under way are counted by host and datastore without being read: the limits of several control nodes are kept by that.
import { sql, type Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';

export const load: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await db.schema
      .alterTable('operation')
      .addColumn('busy_host', 'integer', (column) => column.notNull().defaultTo(-1))
      .execute();
    await db.schema.createIndex('operation_busy').on('operation').columns(['busy_host', 'datastore_id']).execute();
    const { rows } = await sql<{ id: string; body: string }>`
      SELECT id, body FROM operation WHERE result = 'running' AND kind = 'backup'`.execute(db);
    for (const { id, body } of rows) {
      const { type, hostId = -1 } = JSON.parse(body) as { type?: string; hostId?: number };
      if (type !== undefined) await sql`UPDATE operation SET busy_host = ${hostId} WHERE id = ${id}`.execute(db);
    }
  },
};
