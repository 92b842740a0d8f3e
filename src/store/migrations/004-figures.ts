// What runs took and moved stands beside their records, so that sums over months are queries; and how full datastores were is kept.
import { sql, type Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';

const FIGURES = ['ended_at', 'took_ms', 'read_bytes', 'sent_bytes', 'stored_bytes'] as const;

export const figures: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await db.schema
      .alterTable('operation')
      .addColumn('datastore_id', 'integer', (column) => column.notNull().defaultTo(-1))
      .execute();
    for (const name of FIGURES) {
      await db.schema
        .alterTable('operation')
        .addColumn(name, 'bigint', (column) => column.notNull().defaultTo(0))
        .execute();
    }
    await db.schema.createIndex('operation_kind').on('operation').columns(['kind', 'started_at']).execute();
    await noteFigures(db);
    await db.schema
      .createTable('datastore_fill')
      .addColumn('datastore_id', 'integer', (column) => column.notNull())
      .addColumn('at', 'bigint', (column) => column.notNull())
      .addColumn('total_mb', 'bigint', (column) => column.notNull())
      .addColumn('free_mb', 'bigint', (column) => column.notNull())
      .addColumn('used_mb', 'bigint', (column) => column.notNull())
      .addPrimaryKeyConstraint('datastore_fill_key', ['datastore_id', 'at'])
      .execute();
  },
};

interface Kept {
  datastoreId?: number;
  startedAt?: number;
  begunAt?: number;
  endedAt?: number;
  figures?: { readBytes?: number; processedBytes?: number; storedBytes?: number } | null;
}

/** A few rows at a time: there may be years of them. */
async function noteFigures(db: Kysely<unknown>): Promise<void> {
  for (let last = ''; ;) {
    const { rows } = await sql<{ id: string; body: string }>`
      SELECT id, body FROM operation WHERE id > ${last} ORDER BY id LIMIT 200`.execute(db);
    for (const { id, body } of rows) {
      const { datastoreId = -1, startedAt = 0, begunAt, endedAt = 0, figures: moved } = JSON.parse(body) as Kept;
      const tookMs = endedAt === 0 ? 0 : Math.max(0, endedAt - (begunAt ?? startedAt));
      await sql`UPDATE operation SET datastore_id = ${datastoreId}, ended_at = ${endedAt}, took_ms = ${tookMs},
        read_bytes = ${moved?.readBytes ?? 0}, sent_bytes = ${moved?.processedBytes ?? 0},
        stored_bytes = ${moved?.storedBytes ?? 0} WHERE id = ${id}`.execute(db);
    }
    const end = rows.at(-1)?.id;
    if (end === undefined) return;
    last = end;
  }
}
