// Front door of the daemon: `onevault serve`, and `npm run dev`.
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { startApp, type App } from './app.ts';
import { authFile } from './bootstrap.ts';
import { CONFIG_FILE, makeConfig, readConfigFile, type Config } from './config.ts';
import { DATABASE_VARIABLE } from './config/database.ts';
import { devHints, missingForBackups, prepareDev } from './dev.ts';
import { killAllPrograms } from './exec/exec.ts';
import { reasonOf } from './model/errors.ts';

const DEV_STATE = 'var/dev';
/** EX_TEMPFAIL: it may be started again at once. */
const EXIT_FENCED = 75;
const HELP = `onevault serve [--config FILE] [--state DIRECTORY] [--port N] [--dev]

  --config FILE      configuration file (default ${CONFIG_FILE}, if it exists and --dev is not given)
  --state DIRECTORY  where database, credentials and datastores are (default /var/lib/onevault)
  --port N           port of the API on the configured address (default 2633; 0 takes a free one)
  --dev              a fake host and a fake backup datastore are made: no hypervisor and no backup program are needed;
                     the state is kept in ./${DEV_STATE}, unless --state says otherwise
`;

/** Runs the daemon until SIGTERM or SIGINT. Returns the exit code. */
export async function main(argv: string[]): Promise<number> {
  let config: Config;
  try {
    const { values } = parseArgs({
      args: argv,
      options: {
        config: { type: 'string' },
        state: { type: 'string' },
        port: { type: 'string' },
        dev: { type: 'boolean' },
        help: { type: 'boolean' },
      },
    });
    if (values.help) {
      process.stdout.write(HELP);
      return 0;
    }
    const { config: file, help: _help, state: given = values.dev ? DEV_STATE : undefined, ...options } = values;
    const state = given === undefined ? {} : { state: resolve(given) };
    const attributes = values.dev && file === undefined ? [] : await readConfigFile(file);
    config = makeConfig(attributes, { ...options, ...state });
    Reflect.deleteProperty(process.env, DATABASE_VARIABLE); // no program that is started learns the password
  } catch (error) {
    process.stderr.write(`${reasonOf(error)}\n${HELP}`);
    return 1;
  }
  try {
    const app = await startApp(config, undefined, endFenced);
    process.stdout.write(`OneVault answers at ${app.endpoint}\n`);
    if (app.pin !== undefined) process.stdout.write(`Its key has the fingerprint ${app.pin}\n`);
    if (config.dev) await beginDev(app, config);
    await stopRequested();
    await app.close();
    return 0;
  } catch (error) {
    process.stderr.write(`The daemon could not start: ${reasonOf(error)}\n`);
    return 1;
  }
}

/**
 * Other nodes go on without this one, with what its programs are at. Nothing is cleaned up: that is theirs to do. Whoever watches over the daemon
 * starts it again, as another node.
 */
function endFenced(why: unknown): never {
  killAllPrograms();
  process.stderr.write(`${reasonOf(why)}\n`);
  process.exit(EXIT_FENCED);
}

async function beginDev(app: App, config: Config): Promise<void> {
  await prepareDev(app.services);
  process.stdout.write(devHints(app.endpoint, authFile(config), missingForBackups()));
}

function stopRequested(): Promise<void> {
  return new Promise((resolve) => {
    process.once('SIGTERM', () => resolve());
    process.once('SIGINT', () => resolve());
  });
}

if (import.meta.main) process.exitCode = await main(process.argv.slice(2));
