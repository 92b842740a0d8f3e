// `onevault runs`: what backups, restores and all other work did, found by what they are of and how they ended.
import { formatTemplate } from '../wire/template-text.ts';
import type { Attributes } from '../model/attributes.ts';
import { documentText, DOCUMENT_OPTIONS } from './document.ts';
import { Family, type Session } from './family.ts';
import { Failure } from './failure.ts';
import { numberOption } from './ids.ts';
import { processIo, type Io } from './io.ts';
import { describedColumns } from './layout.ts';
import { rowsText, TABLE_OPTIONS, type ListOptions } from './list.ts';
import { idOf, NOUN } from './lookup.ts';
import { runColumns, RUNS_SHOWN } from './run-list.ts';
import { epochOf } from './when.ts';

const NAME = 'runs';
const MOST = 100;

interface Options extends ListOptions {
  vm?: string;
  job?: string;
  datastore?: string;
  kind?: string;
  result?: string;
  from?: string;
  to?: string;
  offset?: string;
  limit?: string;
}

const OPTIONS = [
  ['--vm <vm>', 'those of a VM, by id or name'],
  ['--job <backupjob>', 'those that a backup job asked for'],
  ['-d, --datastore <datastore>', 'those that read or write a datastore'],
  ['--kind <kinds>', 'backup,restore,flatten,verify,drill,prune,check,rescan'],
  ['--result <results>', 'running,done,failed,cancelled'],
  ['--from <time>', 'asked for from then on, such as "11/27 22:00"'],
  ['--to <time>', 'asked for before then'],
  ['--offset <count>', 'leave out so many, the newest'],
  ['--limit <count>', `how many; ${MOST} by default`],
  ...TABLE_OPTIONS,
  ...DOCUMENT_OPTIONS,
] as const;

/** Runs with the arguments after `runs`; the exit status. */
export function main(argv: readonly string[]): Promise<number> {
  return vaultRuns(processIo()).main([NAME, ...argv]);
}

export function vaultRuns(io: Io): Family {
  const family = new Family('onevault', 'What ran', io);
  const description = 'List past runs and those under way, of all VMs that you may use';
  family.add<Options>({ usage: NAME, description, options: OPTIONS }, async (session, _args, given) => {
    const columns = runColumns(Math.trunc(io.now() / 1000));
    if (given.describe) {
      io.write(describedColumns(columns));
      return;
    }
    const [offset, limit] = [numberOption('--offset', given.offset, 0), numberOption('--limit', given.limit, MOST)];
    const pool = await session.client.document('system.runs', await filterText(session, given), offset, limit);
    const text = documentText(pool, given) ?? rowsText(pool.children('RUN'), columns, RUNS_SHOWN, given, io.columns);
    io.write(text);
  });
  return family;
}

async function filterText({ client, io }: Session, given: Options): Promise<string> {
  const attributes: Attributes = [];
  if (given.vm !== undefined) attributes.push(['VM_ID', String(await idOf(client, NOUN.vm, given.vm))]);
  if (given.job !== undefined) attributes.push(['JOB_ID', String(await idOf(client, NOUN.backupJob, given.job))]);
  if (given.datastore !== undefined)
    attributes.push(['DATASTORE_ID', String(await idOf(client, NOUN.datastore, given.datastore))]);
  if (given.kind !== undefined) attributes.push(['KIND', given.kind]);
  if (given.result !== undefined) attributes.push(['RESULT', given.result]);
  if (given.from !== undefined) attributes.push(['FROM', String(timeOf('--from', given.from, io))]);
  if (given.to !== undefined) attributes.push(['TO', String(timeOf('--to', given.to, io))]);
  return formatTemplate(attributes);
}

/** Epoch seconds of a time as users type it. Throws Failure, naming the option, when it is none. */
export function timeOf(option: string, given: string, io: Pick<Io, 'now'>): number {
  const epoch = epochOf(given, io.now());
  if (epoch === undefined) throw new Failure(`${option} ${given} is no time, such as "11/27 22:00".`);
  return Math.trunc(epoch);
}
