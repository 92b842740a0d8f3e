// Brings the schema of a database up to date, and refuses one that a newer program has made.
import type { Kysely } from 'kysely';
import { Migrator } from 'kysely/migration';
import { CODE, OneError } from '../model/errors.ts';
import { MIGRATIONS } from './migrations/all.ts';
import type { Schema } from './schema.ts';

/**
 * `shown` names the database in errors. Programs that do it at once wait for each other. `copy` is awaited before the first of the changes
 * that are named, and not called for a database that is new or up to date.
 */
export async function migrate(
  db: Kysely<Schema>,
  shown: string,
  copy: (changes: readonly string[]) => Promise<void> | void = () => undefined,
): Promise<void> {
  await refuseNewer(db, shown);
  const had = await migrationsOf(db);
  const waiting = Object.keys(MIGRATIONS).filter((name) => !had.includes(name));
  if (had.length > 0 && waiting.length > 0) await copy(waiting);
  const { error } = await migratorOf(db).migrateToLatest();
  if (error === undefined) return;
  await refuseNewer(db, shown); // it may have become newer meanwhile
  throw new OneError(CODE.INTERNAL, `The database ${shown} could not be brought up to date.`, { cause: error });
}

/** For looking alone: throws unless the schema is that of this program. */
export async function requireCurrent(db: Kysely<Schema>, shown: string): Promise<void> {
  await refuseNewer(db, shown);
  const waiting = (await migratorOf(db).getMigrations()).filter(({ executedAt }) => executedAt === undefined);
  if (waiting.length === 0) return;
  throw new OneError(CODE.INTERNAL, `The database ${shown} is of an older version.`, {
    hint: 'Start the daemon once, which brings it up to date.',
  });
}

/** Names of the changes that a database has had; none when it is empty. */
export async function migrationsOf(db: Kysely<Schema>): Promise<string[]> {
  const tables = await db.introspection.getTables({ withInternalKyselyTables: true });
  if (!tables.some(({ name }) => name === 'kysely_migration')) return [];
  const rows = await (db as unknown as Kysely<{ kysely_migration: { name: string } }>)
    .selectFrom('kysely_migration')
    .select('name')
    .orderBy('name')
    .execute();
  return rows.map(({ name }) => name);
}

async function refuseNewer(db: Kysely<Schema>, shown: string): Promise<void> {
  const unknown = (await migrationsOf(db)).filter((name) => !Object.hasOwn(MIGRATIONS, name));
  if (unknown.length === 0) return;
  throw new OneError(
    CODE.INTERNAL,
    `The database ${shown} is of a newer version of OneVault: it has ${unknown.join(', ')}.`,
    {
      hint: 'Start the version that it is of; a database does not go back.',
    },
  );
}

function migratorOf(db: Kysely<Schema>): Migrator {
  return new Migrator({ db, provider: { getMigrations: () => Promise.resolve(MIGRATIONS) } });
}
