// `onevault import-opennebula`: shows what of OpenNebula's backups can be taken over, and records it when told to. The repositories are only
// read, the daemon does not run meanwhile, and no secret is ever on the command line.
import { readdir, readFile, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { text as textOf } from 'node:stream/consumers';
import { parseArgs } from 'node:util';
import { makeConfig, readConfigFile } from '../config.ts';
import type { Attributes } from '../model/attributes.ts';
import { CODE, OneError, reasonOf } from '../model/errors.ts';
import { parseTemplate } from '../wire/template-text.ts';
import { readDocuments } from './documents.ts';
import { documentsOf } from './endpoint.ts';
import { runImport } from './import.ts';
import { pairsOf } from './names.ts';
import { planImport } from './plan.ts';

const VARIABLE = 'ONEVAULT_IMPORT_ATTRIBUTES';
const HELP = `onevault import-opennebula [DOCUMENTS...] [--endpoint URL --auth FILE] [--attributes FILE] [--datastore ID]...
                           [--user OLD=NEW]... [--group OLD=NEW]... [--config FILE] [--state DIRECTORY] [--import]

  DOCUMENTS          files of OpenNebula's XML (onedatastore show -x, oneimage list -x, oneimage show -x, onevm show -x),
                     directories of such files (*.xml), or - for standard input
  --endpoint URL     XML-RPC endpoint of a running OpenNebula that is asked instead, http://frontend:2633/RPC2
  --auth FILE        file with USER:PASSWORD for it, as ~/.one/one_auth is
  --attributes FILE  attributes to put over those of the datastores: RESTIC_PASSWORD, keys, RESTIC_BACKEND="LOCAL" ...;
                     without it they are taken from the environment, ${VARIABLE}
  --datastore ID     only this datastore of OpenNebula
  --user OLD=NEW     user here that gets what OLD has there; without it, the one of the same name, or else oneadmin
  --group OLD=NEW    the same for groups
  --config FILE      configuration file of the daemon
  --state DIRECTORY  state directory of the daemon
  --import           record it; the daemon must not run. Without it only the plan is shown
`;

const many = { type: 'string', multiple: true } as const;
const one = { type: 'string' } as const;
const OPTIONS = {
  ...{ endpoint: one, auth: one, attributes: one, datastore: many, user: many, group: many, config: one, state: one },
  import: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
} as const;

/** Returns 0 when nothing was refused. */
export async function main(argv: string[]): Promise<number> {
  const abort = new AbortController();
  const stop = (): void => abort.abort(new OneError(CODE.ACTION, 'The import was stopped; what it recorded stays.'));
  process.once('SIGINT', stop).once('SIGTERM', stop);
  try {
    const { values, positionals } = parseArgs({ args: argv, allowPositionals: true, options: OPTIONS });
    if (values.help) {
      process.stdout.write(HELP);
      return 0;
    }
    const state = values.state === undefined ? {} : { state: resolve(values.state) };
    const config = makeConfig(await readConfigFile(values.config), state);
    const documents = readDocuments(await textsOf(values, positionals, abort.signal));
    const options = {
      attributes: await attributesOf(values.attributes),
      only: (values.datastore ?? []).map(idOf),
    };
    const owners = { users: pairsOf('--user', values.user ?? []), groups: pairsOf('--group', values.group ?? []) };
    const plan = planImport(documents, options);
    const say = (line: string): void => void process.stdout.write(`${line}\n`);
    const refused = await runImport({ plan, config, owners, record: values.import ?? false, say }, abort.signal);
    return refused === 0 ? 0 : 1;
  } catch (error) {
    const hint = error instanceof OneError && error.hint !== '' ? ` ${error.hint}` : '';
    process.stderr.write(`${reasonOf(error)}${hint}\n`);
    return 1;
  } finally {
    process.off('SIGINT', stop).off('SIGTERM', stop);
  }
}

interface Sources {
  endpoint?: string | undefined;
  auth?: string | undefined;
}

async function textsOf(
  { endpoint, auth }: Sources,
  paths: readonly string[],
  signal: AbortSignal,
): Promise<Array<{ name: string; text: string }>> {
  const texts: Array<{ name: string; text: string }> = [];
  for (const path of paths) texts.push(...(await textsAt(path)));
  if (endpoint !== undefined) {
    if (auth === undefined) throw new OneError(CODE.ACTION, '--endpoint needs --auth, a file with USER:PASSWORD.');
    texts.push(...(await documentsOf(endpoint, (await readFile(auth, 'utf8')).trim(), signal)));
  }
  if (texts.length > 0) return texts;
  throw new OneError(CODE.ACTION, 'There are no documents to read.', {
    hint: 'Give files of XML, a directory of them, - for standard input, or --endpoint; see --help.',
  });
}

async function textsAt(path: string): Promise<Array<{ name: string; text: string }>> {
  if (path === '-') return [{ name: 'standard input', text: await textOf(process.stdin) }];
  if (!(await stat(path)).isDirectory()) return [{ name: path, text: await readFile(path, 'utf8') }];
  const files = (await readdir(path)).filter((name) => name.endsWith('.xml')).sort();
  return Promise.all(
    files.map(async (name) => ({ name: join(path, name), text: await readFile(join(path, name), 'utf8') })),
  );
}

async function attributesOf(file: string | undefined): Promise<Attributes> {
  return parseTemplate(file === undefined ? (process.env[VARIABLE] ?? '') : await readFile(file, 'utf8'));
}

function idOf(given: string): number {
  if (/^\d{1,9}$/.test(given)) return Number(given);
  throw new OneError(CODE.ACTION, `--datastore ${given} is not the id of a datastore of OpenNebula.`);
}
