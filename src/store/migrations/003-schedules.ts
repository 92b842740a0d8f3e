// Scheduled actions: a pool of their own, and when an object of a pool wants to be looked at. Runs are found by their kind and by the
// backup job that asked for them; backup jobs note what was cancelled, and which VMs are in a job is noted as a link.
import { sql, type Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';
import { createPool } from './001-initial.ts';
import { rewrite } from './002-layers.ts';

export const schedules: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await createPool(db, 'action_pool');
    await db.schema
      .createTable('due')
      .addColumn('pool', 'varchar(32)', (column) => column.notNull())
      .addColumn('oid', 'integer', (column) => column.notNull())
      .addColumn('at', 'bigint', (column) => column.notNull())
      .addPrimaryKeyConstraint('due_key', ['pool', 'oid'])
      .execute();
    await db.schema.createIndex('due_at').on('due').columns(['pool', 'at']).execute();
    await db.schema
      .alterTable('operation')
      .addColumn('kind', 'varchar(16)', (column) => column.notNull().defaultTo('backup'))
      .execute();
    await db.schema
      .alterTable('operation')
      .addColumn('job_id', 'integer', (column) => column.notNull().defaultTo(-1))
      .execute();
    await db.schema.createIndex('operation_job').on('operation').columns(['job_id', 'started_at']).execute();
    await db.schema.createIndex('operation_started').on('operation').column('started_at').execute();
    await noteKinds(db);
    await rewrite(db, 'backupjob_pool', (job) => {
      delete job['schedActionIds'];
      job['cancelledVms'] = [];
      return true;
    });
    await noteJobs(db);
  },
};

/** A few rows at a time: there may be years of them. */
async function noteKinds(db: Kysely<unknown>): Promise<void> {
  for (let last = ''; ;) {
    const { rows } = await sql<{ id: string; body: string }>`
      SELECT id, body FROM operation WHERE id > ${last} ORDER BY id LIMIT 200`.execute(db);
    for (const { id, body } of rows) {
      const { kind } = JSON.parse(body) as { kind: string };
      await sql`UPDATE operation SET kind = ${kind} WHERE id = ${id}`.execute(db);
    }
    const end = rows.at(-1)?.id;
    if (end === undefined) return;
    last = end;
  }
}

const DONE = 6;

/** What VMs that have not ended say of their jobs. */
async function noteJobs(db: Kysely<unknown>): Promise<void> {
  const found: Array<[vm: number, job: number]> = [];
  await rewrite(db, 'vm_pool', ({ id, state, backups }) => {
    const { backupJobId } = (backups as { config: { backupJobId?: number } }).config;
    if (state !== DONE && backupJobId !== undefined) found.push([id as number, backupJobId]);
    return false;
  });
  for (const [vm, job] of found) {
    await sql`INSERT INTO link (kind, oid, target) VALUES ('vm-job', ${vm}, ${job})`.execute(db);
  }
}
