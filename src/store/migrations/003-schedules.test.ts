import { Kysely, SqliteDialect, sql } from 'kysely';
import { Migrator } from 'kysely/migration';
import { DatabaseSync } from 'node:sqlite';
import { expect, it } from 'vitest';
import { adapt } from '../sqlite.ts';
import { MIGRATIONS } from './all.ts';

it('keeps what an earlier database holds, and makes what is kept beside it', async () => {
  const db = new Kysely<unknown>({
    dialect: new SqliteDialect({ database: adapt(new DatabaseSync(':memory:')) }),
  });
  const migrator = new Migrator({ db, provider: { getMigrations: () => Promise.resolve(MIGRATIONS) } });
  expect((await migrator.migrateTo('002-layers')).error).toBeUndefined();
  const vm = (id: number, state: number, job?: number): string =>
    JSON.stringify({ id, state, backups: { config: { backupJobId: job } } });
  for (const [oid, state, job] of [
    [0, 3, 5],
    [1, 3, undefined],
    [2, 6, 5],
  ] as const) {
    await sql`INSERT INTO vm_pool VALUES (${oid}, 'vm', 0, 0, 0, ${state}, ${vm(oid, state, job)})`.execute(db);
  }
  await sql`INSERT INTO backupjob_pool VALUES (5, 'night', 0, 0, 0, 0, '{"id":5,"schedActionIds":[]}')`.execute(db);
  await sql`INSERT INTO operation VALUES ('ab', 0, 'done', 7, '{"id":"ab","kind":"restore"}')`.execute(db);

  expect((await migrator.migrateToLatest()).error).toBeUndefined();
  const rows = async (query: ReturnType<typeof sql>): Promise<unknown> => (await query.execute(db)).rows;
  expect(await rows(sql`SELECT kind, oid, target FROM link`)).toEqual([{ kind: 'vm-job', oid: 0, target: 5 }]);
  expect(await rows(sql`SELECT body FROM backupjob_pool`)).toEqual([{ body: '{"id":5,"cancelledVms":[]}' }]);
  expect(await rows(sql`SELECT kind, job_id, started_at FROM operation`)).toEqual([
    { kind: 'restore', job_id: -1, started_at: 7 },
  ]);
  expect(await rows(sql`SELECT * FROM due`)).toEqual([]);
  await db.destroy();
});
