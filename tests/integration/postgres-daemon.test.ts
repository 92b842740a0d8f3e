// The whole daemon on a real PostgreSQL server: suites that are written for any database, as they are.
import { afterAll, describe, it } from 'vitest';
import { FakeCloud } from '../unit/fake-cloud.ts';
import { postgresPrograms, PostgresServer } from './postgres-server.ts';

const programs = await postgresPrograms();
const server = programs === undefined ? undefined : await PostgresServer.open(programs);
FakeCloud.databases = server && ((): Promise<string> => server.database());
afterAll(() => server?.close());

/** Of those that ask a whole daemon. */
const SUITES: Record<string, () => Promise<unknown>> = {
  requests: () => import('../unit/api.test.ts'),
  'runs and what a daemon that ended left': () => import('../unit/api-life.test.ts'),
  'the life of machines': () => import('../unit/vm-life.test.ts'),
  'backup jobs': () => import('../unit/api-jobs.test.ts'),
};

if (!server) it.skip('PostgreSQL is not installed');
else for (const [name, load] of Object.entries(SUITES)) describe(name, () => load().then(() => undefined));
