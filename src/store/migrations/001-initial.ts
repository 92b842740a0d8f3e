// The first schema: a table per pool, what objects say of each other and cost their owners, leases of addresses, the records of
// runs, the last ids given out, and which OneVault this is: a random id, so that several on one hypervisor know their own.
import { randomBytes } from 'node:crypto';
import { sql, type Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';

const POOL_TABLES = [
  'vm_pool',
  'image_pool',
  'template_pool',
  'datastore_pool',
  'host_pool',
  'user_pool',
  'group_pool',
  'cluster_pool',
  'vnet_pool',
  'backupjob_pool',
  'acl_pool',
] as const;

export const initial: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    for (const table of POOL_TABLES) await createPool(db, table);
    await createLinks(db);
    await createCharges(db);
    await createLeases(db);
    await createOperations(db);
    await db.schema
      .createTable('pool_control')
      .addColumn('pool', 'varchar(32)', (column) => column.primaryKey())
      .addColumn('last_oid', 'integer', (column) => column.notNull())
      .execute();
    await db.schema
      .createTable('setting')
      .addColumn('name', 'varchar(64)', (column) => column.primaryKey())
      .addColumn('body', 'text', (column) => column.notNull())
      .execute();
    await db.schema
      .createTable('installation')
      .addColumn('id', 'varchar(32)', (column) => column.primaryKey())
      .execute();
    await sql`INSERT INTO installation (id) VALUES (${randomBytes(8).toString('hex')})`.execute(db);
  },
};

export async function createPool(db: Kysely<unknown>, table: string): Promise<void> {
  await db.schema
    .createTable(table)
    .addColumn('oid', 'integer', (column) => column.primaryKey())
    .addColumn('name', 'varchar(512)', (column) => column.notNull())
    .addColumn('uid', 'integer', (column) => column.notNull())
    .addColumn('gid', 'integer', (column) => column.notNull())
    .addColumn('perms', 'integer', (column) => column.notNull())
    .addColumn('state', 'integer', (column) => column.notNull())
    .addColumn('body', 'text', (column) => column.notNull())
    .execute();
  await db.schema.createIndex(`${table}_name`).on(table).columns(['name', 'uid']).execute();
  await db.schema.createIndex(`${table}_state`).on(table).column('state').execute();
  await db.schema.createIndex(`${table}_uid`).on(table).column('uid').execute();
}

async function createLinks(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('link')
    .addColumn('kind', 'varchar(32)', (column) => column.notNull())
    .addColumn('oid', 'integer', (column) => column.notNull())
    .addColumn('target', 'integer', (column) => column.notNull())
    .addPrimaryKeyConstraint('link_key', ['kind', 'target', 'oid'])
    .execute();
  await db.schema.createIndex('link_oid').on('link').columns(['kind', 'oid']).execute();
}

async function createCharges(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('charge')
    .addColumn('pool', 'varchar(32)', (column) => column.notNull())
    .addColumn('oid', 'varchar(32)', (column) => column.notNull())
    .addColumn('uid', 'integer', (column) => column.notNull())
    .addColumn('gid', 'integer', (column) => column.notNull())
    .addColumn('kind', 'varchar(16)', (column) => column.notNull())
    .addColumn('target', 'integer', (column) => column.notNull())
    .addColumn('metric', 'varchar(32)', (column) => column.notNull())
    .addColumn('amount', 'bigint', (column) => column.notNull())
    .addPrimaryKeyConstraint('charge_key', ['pool', 'oid', 'kind', 'target', 'metric'])
    .execute();
  for (const owner of ['uid', 'gid']) {
    await db.schema
      .createIndex(`charge_${owner}`)
      .on('charge')
      .columns([owner, 'kind', 'target', 'metric', 'amount'])
      .execute();
  }
}

async function createLeases(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('lease')
    .addColumn('vnet_id', 'integer', (column) => column.notNull())
    .addColumn('ar_id', 'integer', (column) => column.notNull())
    .addColumn('position', 'integer', (column) => column.notNull())
    .addColumn('vm_id', 'integer', (column) => column.notNull())
    .addColumn('nic_id', 'integer', (column) => column.notNull())
    .addPrimaryKeyConstraint('lease_key', ['vnet_id', 'ar_id', 'position'])
    .execute();
  await db.schema.createIndex('lease_vm').on('lease').columns(['vm_id', 'nic_id']).execute();
}

async function createOperations(db: Kysely<unknown>): Promise<void> {
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
}
