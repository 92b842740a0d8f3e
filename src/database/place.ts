// How a database is named on the command line: never with its password, which everybody on the machine could read there.
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { CODE, OneError } from '../model/errors.ts';
import { isPostgresUrl, shownUrl, UNREADABLE } from '../model/database-url.ts';
import type { StorePlace } from '../store/open.ts';

const CONNECTIONS = 2;

/** A file of SQLite, `postgres://user@host/name`, `env:VARIABLE` or `file:PATH` that holds such a URL. */
export async function placeOf(
  name: string,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<StorePlace> {
  const [, kind, where = ''] = /^(env|file):(.*)$/s.exec(name) ?? [];
  if (kind === 'env') return urlPlace(environment[where] ?? '', `The environment variable ${where}`);
  if (kind === 'file') return urlPlace((await readFile(where, 'utf8')).trim(), `The file ${where}`);
  if (!isPostgresUrl(name)) return { database: resolve(name) };
  if (shownUrl(name).includes('***') || shownUrl(name) === UNREADABLE) {
    throw new OneError(
      CODE.ACTION,
      'A URL with a password on the command line is not taken: everybody could read it.',
      {
        hint: 'Leave the password to PGPASSFILE, or give env:DATABASE_URL or file:PATH instead of the URL.',
      },
    );
  }
  return urlPlace(name, 'The argument');
}

function urlPlace(url: string, what: string): StorePlace {
  if (!isPostgresUrl(url)) {
    throw new OneError(CODE.ACTION, `${what} holds no URL of a PostgreSQL database.`, {
      hint: 'It must be such as postgres://USER:PASSWORD@HOST:5432/NAME.',
    });
  }
  return { database: '', postgres: { url, connections: CONNECTIONS } };
}
