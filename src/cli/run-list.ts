// Runs as a table: when, how long, what was read, sent and stored, what came of it and why.
import type { XmlElement } from '../wire/xml-read.ts';
import { documentText, DOCUMENT_OPTIONS } from './document.ts';
import { argument, type Family, type Session } from './family.ts';
import { numberOption } from './ids.ts';
import { describedColumns } from './layout.ts';
import { rowsText, TABLE_OPTIONS, type ListOptions } from './list.ts';
import { idOf, wordOf, type Noun } from './lookup.ts';
import { amountText } from './progress.ts';
import type { Column } from './table.ts';
import { bytes, number, shortPeriod, time } from './units.ts';

const OF_VM = ['START', 'TIME', 'KIND', 'TYPE', 'READ', 'SENT', 'STORED', 'RESULT', 'REASON'];
export const RUNS_SHOWN = ['VM', 'NAME', ...OF_VM];

interface RunOptions extends ListOptions {
  limit?: string;
}

/** Adds a subcommand that lists the runs of one object. */
export function addRuns(family: Family, noun: Noun, name: string, method: string, most: number): void {
  const options = [
    ['--limit <count>', `how many runs, the newest; ${most} by default`],
    ...TABLE_OPTIONS,
    ...DOCUMENT_OPTIONS,
  ] as const;
  const description = 'List past runs and those under way: what each did, what came of it and why';
  family.add<RunOptions>({ usage: `${name} <${wordOf(noun)}>`, description, options }, async (session, args, given) => {
    session.io.write(await runsText(session, noun, method, argument(args, 0), most, given));
  });
}

async function runsText(
  { client, io }: Session,
  noun: Noun,
  method: string,
  object: string,
  most: number,
  given: RunOptions,
): Promise<string> {
  const columns = runColumns(Math.trunc(io.now() / 1000));
  if (given.describe) return describedColumns(columns);
  const limit = numberOption('--limit', given.limit, most);
  const pool = await client.document(method, await idOf(client, noun, object), limit);
  const shown = noun.rname === 'VM' ? OF_VM : RUNS_SHOWN;
  return documentText(pool, given) ?? rowsText(pool.children('RUN'), columns, shown, given, io.columns);
}

export function runColumns(nowSec: number): Array<Column<XmlElement>> {
  return [
    { name: 'ID', description: 'id of the run', width: 16, left: true, cell: textCell('ID') },
    { name: 'VM', description: 'id of the VM', width: 4, adjust: true, cell: textCell('VM_ID') },
    { name: 'NAME', description: 'name of the VM', width: 15, left: true, cell: textCell('VM_NAME') },
    {
      name: 'START',
      description: 'when it was asked for',
      width: 14,
      cell: (run) => time(number(run.textOf('START'))),
    },
    { name: 'TIME', description: 'how long it worked', width: 10, cell: (run) => tookCell(run, nowSec) },
    {
      name: 'KIND',
      description:
        'backup, restore, flatten, verify, drill, prune, check, rescan, copy or self (a copy of the database)',
      width: 7,
      left: true,
      cell: textCell('KIND'),
    },
    { name: 'TYPE', description: 'full backup or increment', width: 4, left: true, cell: typeCell },
    { name: 'READ', description: 'bytes read from the disks', width: 6, cell: bytesCell('BYTES_READ') },
    { name: 'SENT', description: 'bytes given to the backup system', width: 6, cell: bytesCell('BYTES_SENT') },
    { name: 'STORED', description: 'bytes by which the backup system grew', width: 6, cell: bytesCell('BYTES_STORED') },
    { name: 'RESULT', description: 'what came of it', width: 9, left: true, cell: textCell('RESULT') },
    { name: 'IMAGE', description: 'image of the backup', width: 5, adjust: true, cell: idCell('IMAGE_ID') },
    { name: 'INC', description: 'increment in the image', width: 3, adjust: true, cell: idCell('INCREMENT_ID') },
    { name: 'DS', description: 'datastore', width: 4, adjust: true, cell: textCell('DATASTORE_ID') },
    { name: 'HOST', description: 'host of the VM', width: 4, adjust: true, cell: idCell('HOST_ID') },
    { name: 'BY', description: 'who asked for it', width: 12, left: true, cell: askedCell },
    {
      name: 'WHY',
      description: 'why it is full or an increment',
      width: 40,
      left: true,
      adjust: true,
      cell: textCell('WHY'),
    },
    {
      name: 'REASON',
      description: 'why it is what it is, or how far it is',
      width: 40,
      left: true,
      adjust: true,
      cell: reasonCell,
    },
  ];
}

const textCell =
  (path: string) =>
  (run: XmlElement): string =>
    run.textOf(path);

const idCell =
  (path: string) =>
  (run: XmlElement): string =>
    run.textOf(path) === '-1' ? '-' : run.textOf(path);

/** Figures are known of what has ended well. */
const bytesCell =
  (path: string): Column<XmlElement>['cell'] =>
  (run, { kilobytes }) => {
    const value = number(run.textOf(path));
    if (kilobytes) return String(value);
    return run.textOf('RESULT') === 'done' || value > 0 ? bytes(value) : '-';
  };

function typeCell(run: XmlElement): string {
  return { FULL: 'full', INCREMENT: 'incr' }[run.textOf('TYPE')] ?? '-';
}

function tookCell(run: XmlElement, nowSec: number): string {
  const begin = number(run.textOf('BEGIN'));
  return begin === 0 ? '-' : shortPeriod((number(run.textOf('END')) || nowSec) - begin);
}

/** `schedule 3`, `job 1`, `user 2` */
function askedCell(run: XmlElement): string {
  const by = run.textOf('ASKED_BY');
  const id = by === 'user' ? run.textOf('UID') : run.textOf('ASKED_ID');
  return id === '-1' ? by || '-' : `${by} ${id}`;
}

function reasonCell(run: XmlElement): string {
  if (run.textOf('RESULT') === 'waiting') return run.textOf('WAITS');
  return run.textOf('RESULT') === 'running' ? progressText(run) : run.textOf('REASON');
}

/** `uploading: 5G of 10G, 50%, 120M/s, 43s left`, and what it may as its share of a bandwidth: `, at most 160M/s` */
function progressText(run: XmlElement): string {
  const [bytesDone, bytesTotal, bytesPerSec, leftSec] = ['BYTES_DONE', 'BYTES_TOTAL', 'RATE', 'TIME_LEFT'].map((path) =>
    number(run.textOf(path)),
  ) as [number, number, number, number];
  const phase = run.textOf('PHASE');
  const limit = number(run.textOf('RATE_LIMIT'));
  const most = limit === 0 ? '' : `, at most ${bytes(limit)}/s`;
  if (bytesTotal === 0) return phase + most;
  const pace = leftSec < 0 ? undefined : { bytesPerSec, leftSec };
  return `${phase}: ${amountText({ diskId: 0, bytesDone, bytesTotal }, pace)}${most}`;
}
