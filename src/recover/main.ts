// `onevault recover-self`: brings the database back from a copy that backup-self has stored. It needs no daemon, and no secret is ever on
// its command line.
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { text as textOf } from 'node:stream/consumers';
import { parseArgs } from 'node:util';
import { shownDatabase } from '../config/database.ts';
import { makeConfig, readConfigFile } from '../config.ts';
import { openBackupStore } from '../datastore/all.ts';
import type { StoredSelf } from '../datastore/self-record.ts';
import { CODE, OneError, reasonOf } from '../model/errors.ts';
import { parseTemplate } from '../wire/template-text.ts';
import { choose, copiesIn, recover, requireEmpty, type Target } from './recover.ts';
import { sourceOf } from './source.ts';

const VARIABLE = 'ONEVAULT_RECOVER_ATTRIBUTES';
const HELP = `onevault recover-self [--driver DRIVER] --attributes FILE [--state DIRECTORY] [--config FILE] [--list | --snapshot ID]

  --driver DRIVER    restic or rsync, when the attributes have no DS_MAD
  --attributes FILE  attributes of the datastore that has the copies, as onedatastore create takes them; - reads them from
                     standard input. Without it they are taken from the environment, ${VARIABLE}
  --state DIRECTORY  state directory of the daemon to be, which must be empty (default /var/lib/onevault)
  --config FILE      configuration file of the daemon to be
  --list             only list the copies that there are
  --snapshot ID      a copy that is not the newest
`;

/** Returns 0 when the database is there. */
export async function main(argv: string[]): Promise<number> {
  const abort = new AbortController();
  const stop = (): void => abort.abort(new OneError(CODE.ACTION, 'The recovery was stopped; nothing is left of it.'));
  process.once('SIGINT', stop).once('SIGTERM', stop);
  try {
    const values = optionsOf(argv);
    if (values.help) {
      process.stdout.write(HELP);
      return 0;
    }
    const options = values.state === undefined ? {} : { state: resolve(values.state) };
    const target = makeConfig(await readConfigFile(values.config), options);
    process.stdout.write(await work(values, target, abort.signal));
    return 0;
  } catch (error) {
    process.stderr.write(`${reasonOf(error)}\n`);
    return 1;
  } finally {
    process.off('SIGINT', stop).off('SIGTERM', stop);
  }
}

interface Asked {
  driver?: string;
  attributes?: string;
  snapshot?: string;
  list?: boolean;
}

/** What is said at the end. */
async function work(asked: Asked, target: Target, signal: AbortSignal): Promise<string> {
  if (!asked.list) await requireEmpty(target); // before a password is asked for on standard input
  const attributes = parseTemplate(await attributesOf(asked.attributes));
  const store = openBackupStore(sourceOf(attributes, asked.driver));
  const { copies, lines } = await copiesIn(store, signal);
  if (asked.list) return [...copies.map(lineOf), ...lines].map((line) => `${line}\n`).join('');
  const copy = choose(copies, asked.snapshot);
  const { vms, runs } = await recover(store, copy, target, Date.now(), signal);
  return report(copy, target, vms, runs);
}

function report({ source, record }: StoredSelf, target: Target, vms: number, runs: number): string {
  const key = `${target.stateDirectory}/.one/onevault_key`;
  return [
    `The database of ${dateOf(record.date)} is in ${shownDatabase(target)} again (snapshot ${source}).`,
    `${vms} machines begin new chains with their next backup; of ${runs} runs it is not known how they ended.`,
    record.withSecrets
      ? 'The key and the credentials of oneadmin are with it.'
      : `The key was not stored with it: put your copy of it at ${key} (mode 0600) before the daemon starts.`,
    'Start the daemon, and run onedatastore rescan on each backup datastore: it lists what was backed up since.',
    '',
  ].join('\n');
}

function lineOf({ source, record }: StoredSelf): string {
  const secrets = record.withSecrets ? 'with its key' : 'without its key';
  return `${source}  ${dateOf(record.date)}  ${Math.ceil(record.databaseBytes / 1024)} KiB  ${secrets}  OneVault ${record.installation}`;
}

function dateOf(sec: number): string {
  return new Date(sec * 1000).toISOString().replace('.000Z', 'Z');
}

async function attributesOf(file: string | undefined): Promise<string> {
  if (file === '-') return textOf(process.stdin);
  if (file !== undefined) return readFile(file, 'utf8');
  const given = process.env[VARIABLE];
  if (given) return given;
  throw new OneError(CODE.ACTION, 'The attributes of the datastore that has the copies were not given.', {
    hint: `Give --attributes FILE, --attributes - for standard input, or ${VARIABLE}.`,
  });
}

function optionsOf(argv: string[]): Asked & { state?: string; config?: string; help?: boolean } {
  const { values } = parseArgs({
    args: argv,
    options: {
      driver: { type: 'string' },
      attributes: { type: 'string' },
      state: { type: 'string' },
      config: { type: 'string' },
      list: { type: 'boolean' },
      snapshot: { type: 'string' },
      help: { type: 'boolean', short: 'h' },
    },
  });
  return values;
}
