import { Kysely, SqliteDialect, sql } from 'kysely';
import { Migrator } from 'kysely/migration';
import { DatabaseSync } from 'node:sqlite';
import { expect, it } from 'vitest';
import { adapt } from '../sqlite.ts';
import { MIGRATIONS } from './all.ts';

it('notes beside the runs of an earlier database what they took and moved', async () => {
  const db = new Kysely<unknown>({ dialect: new SqliteDialect({ database: adapt(new DatabaseSync(':memory:')) }) });
  const migrator = new Migrator({ db, provider: { getMigrations: () => Promise.resolve(MIGRATIONS) } });
  expect((await migrator.migrateTo('003-schedules')).error).toBeUndefined();
  const bodies = {
    aa: {
      datastoreId: 7,
      startedAt: 1000,
      begunAt: 1500,
      endedAt: 4000,
      figures: { processedBytes: 5, storedBytes: 3 },
    },
    bb: { datastoreId: 7, startedAt: 1000, endedAt: 2000, figures: null },
    cc: { datastoreId: 8, startedAt: 1000, endedAt: 0, figures: null },
  };
  for (const [id, body] of Object.entries(bodies)) {
    await sql`INSERT INTO operation (id, vm_id, kind, job_id, result, started_at, body)
      VALUES (${id}, 1, 'backup', -1, 'done', 1000, ${JSON.stringify(body)})`.execute(db);
  }
  expect((await migrator.migrateToLatest()).error).toBeUndefined();
  const { rows } = await sql`SELECT id, datastore_id, ended_at, took_ms, read_bytes, sent_bytes, stored_bytes
    FROM operation ORDER BY id`.execute(db);
  expect(rows.map((row) => Object.values(row as Record<string, unknown>))).toEqual([
    ['aa', 7, 4000, 2500, 0, 5, 3],
    ['bb', 7, 2000, 1000, 0, 0, 0],
    ['cc', 8, 0, 0, 0, 0, 0],
  ]);
  await db.destroy();
});
