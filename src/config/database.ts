// Settings of the database: a file of SQLite, or a PostgreSQL server by the vector DB or by DATABASE_URL. Pure.
import { isPostgresUrl, shownUrl } from '../model/database-url.ts';
import { field, type Vector } from '../model/attributes.ts';
import { absolute, bad, count } from './value.ts';

export interface DatabaseSettings {
  /** File of the SQLite database, where there is no PostgreSQL. */
  database: string;
  /** The database on a PostgreSQL server; undefined for a file. */
  postgres?: { url: string; connections: number } | undefined;
}

export const DATABASE_VECTOR = ['BACKEND', 'PATH', 'URL', 'CONNECTIONS'];
/** Environment variable whose URL wins over the configuration file. */
export const DATABASE_VARIABLE = 'DATABASE_URL';
const BACKENDS = ['sqlite', 'postgresql'];
const CONNECTIONS = 10;
const FEWEST_CONNECTIONS = 2;

/** `given` is what DATABASE_URL holds, if it is there. No error shows a password. */
export function readDatabase(
  db: Vector | undefined,
  given: string | undefined,
  stateDirectory: string,
): DatabaseSettings {
  const backend = field(db, 'BACKEND') ?? 'sqlite';
  if (!BACKENDS.includes(backend)) bad('DB/BACKEND', backend, `it must be one of ${BACKENDS.join(', ')}`);
  const url = field(db, 'URL');
  if (url !== undefined && backend !== 'postgresql') bad('DB/URL', undefined, 'it needs BACKEND="postgresql"');
  if (field(db, 'PATH') !== undefined && backend !== 'sqlite') bad('DB/PATH', undefined, 'it needs BACKEND="sqlite"');
  const file = absolute('DB/PATH', field(db, 'PATH') ?? `${stateDirectory}/one.db`);
  const right = `a number of connections, ${FEWEST_CONNECTIONS} or more`;
  const connections = count('DB/CONNECTIONS', field(db, 'CONNECTIONS'), CONNECTIONS, right);
  if (connections < FEWEST_CONNECTIONS) bad('DB/CONNECTIONS', String(connections), `it must be ${right}`);
  if (given !== undefined && given !== '') {
    return { database: file, postgres: { url: urlOf(DATABASE_VARIABLE, given), connections } };
  }
  if (backend === 'sqlite') return { database: file };
  if (url === undefined) bad('DB/URL', undefined, 'it is missing: postgres://USER@HOST/NAME, or set DATABASE_URL');
  return { database: file, postgres: { url: urlOf('DB/URL', url), connections } };
}

function urlOf(name: string, url: string): string {
  if (!isPostgresUrl(url)) bad(name, undefined, 'it must be a URL such as postgres://USER:PASSWORD@HOST:5432/NAME');
  return url;
}

/** How messages name the database. */
export function shownDatabase({ database, postgres }: DatabaseSettings): string {
  return postgres ? shownUrl(postgres.url) : database;
}
