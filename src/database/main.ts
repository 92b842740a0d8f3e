// `onevault db`: says what database there is, and copies it between SQLite and PostgreSQL while no daemon works on it.
import { existsSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { shownDatabase } from '../config/database.ts';
import { makeConfig, readConfigFile } from '../config.ts';
import { CODE, OneError, reasonOf } from '../model/errors.ts';
import { copyStore } from '../store/copy.ts';
import { countRows } from '../store/copy-rows.ts';
import { migrationsOf } from '../store/migrate.ts';
import { readStore, type StorePlace } from '../store/open.ts';
import { holdPostgres } from '../store/postgres.ts';
import { lockState } from '../store/state-lock.ts';
import { placeOf } from './place.ts';

const HELP = `onevault db info [--config FILE] [--state DIRECTORY]
onevault db copy FROM TO [--config FILE] [--state DIRECTORY]

  info               which database the daemon has, its version, and how much is in it
  copy               copies all of a database into one that is empty, or a file that is not there, and compares; ids stay.
                     No daemon may work on either of them

  FROM, TO           a file of SQLite: /var/lib/onevault/one.db
                     a PostgreSQL database without its password: postgres://USER@HOST/NAME
                     env:VARIABLE or file:PATH, which hold a URL with its password
  --config FILE      configuration file of the daemon
  --state DIRECTORY  state directory of the daemon
`;

/** Returns 0 when it went well. */
export async function main(argv: string[]): Promise<number> {
  try {
    const { values, positionals } = parseArgs({
      args: argv,
      allowPositionals: true,
      options: {
        config: { type: 'string' },
        state: { type: 'string' },
        help: { type: 'boolean', short: 'h' },
      },
    });
    const [what, from, to, ...rest] = positionals;
    if (values.help) return say(HELP, 0);
    const config = makeConfig(
      await readConfigFile(values.config),
      values.state === undefined ? {} : { state: resolve(values.state) },
    );
    if (what === 'info' && from === undefined) return say(await info(config), 0);
    if (what !== 'copy' || from === undefined || to === undefined || rest.length > 0) return say(HELP, 1);
    return say(await copy(await placeOf(from, process.env), await placeOf(to, process.env), config), 0);
  } catch (error) {
    process.stderr.write(`${reasonOf(error)}\n`);
    return 1;
  }
}

function say(text: string, status: number): number {
  (status === 0 ? process.stdout : process.stderr).write(text);
  return status;
}

async function info(place: StorePlace): Promise<string> {
  const store = await readStore(place);
  try {
    const installation = await store.installation();
    return await store.snapshot(async (db) => {
      const counts = [...(await countRows(db))].map(([table, count]): [string, string] => [table, String(count)]);
      const rows: Array<[string, string]> = [
        ['database', shownDatabase(place)],
        ['backend', place.postgres ? 'PostgreSQL' : 'SQLite'],
        ['schema', (await migrationsOf(db)).at(-1) ?? 'none'],
        ['OneVault', installation],
        ...counts,
      ];
      return rows.map(([name, value]) => `${name.padEnd(16)}${value}\n`).join('');
    });
  } finally {
    await store.close();
  }
}

type Given = StorePlace & { stateDirectory: string };

async function copy(from: StorePlace, to: StorePlace, config: Given): Promise<string> {
  if (shownDatabase(from) === shownDatabase(to)) throw new OneError(CODE.ACTION, 'FROM and TO are the same database.');
  const giveBack = await hold(from, config);
  try {
    const counts = await copyStore(from, to);
    const rows = [...counts.values()].reduce((sum, count) => sum + count, 0);
    return `${rows} rows of ${counts.size} tables were copied from ${shownDatabase(from)} to ${shownDatabase(to)}.\n`;
  } finally {
    await giveBack();
  }
}

/** Keeps daemons from a database. A file is locked by the state directory: the one it lies in, or the one whose configuration names it. */
async function hold({ database, postgres }: StorePlace, config: Given): Promise<() => Promise<void>> {
  if (postgres) return holdPostgres(postgres);
  const named = !config.postgres && config.database === database ? [config.stateDirectory] : [];
  const directories = new Set([dirname(database), ...named]);
  const unlocks = [...directories].filter((directory) => existsSync(`${directory}/daemon.lock`)).map(lockState);
  return async () => {
    for (const unlock of unlocks) unlock();
  };
}
