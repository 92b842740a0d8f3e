// `onevault summary`: machines, protection, runs and datastores for backups in numbers.
import type { XmlElement } from '../wire/xml-read.ts';
import { documentText, DOCUMENT_OPTIONS, type DocumentOptions } from './document.ts';
import { Family } from './family.ts';
import { processIo, type Io } from './io.ts';
import { sections, tableSection, textCell, withTitle } from './sections.ts';
import { labels } from './show.ts';
import type { Column } from './table.ts';
import { bytes, number, size, time } from './units.ts';

const NAME = 'summary';
const line = labels(20);

/** Runs with the arguments after `summary`; the exit status. */
export function main(argv: readonly string[]): Promise<number> {
  return vaultSummary(processIo()).main([NAME, ...argv]);
}

export function vaultSummary(io: Io): Family {
  const family = new Family('onevault', 'Backups in numbers', io);
  const description = 'Machines, protection, runs and datastores in numbers';
  family.add<DocumentOptions>(
    { usage: NAME, description, options: DOCUMENT_OPTIONS },
    async (session, _args, given) => {
      const summary = await session.client.document('system.summary');
      session.io.write(documentText(summary, given) ?? summaryText(summary));
    },
  );
  return family;
}

function summaryText(summary: XmlElement): string {
  const counts = (of: string, ...names: string[]): string[] =>
    names.map((name) => line(name.replaceAll('_', ' '), summary.textOf(`${of}/${name}`)));
  const moved = (name: string): string =>
    line(name.replaceAll('_', ' '), bytes(number(summary.textOf(`LAST_DAY/${name}`))));
  return sections([
    withTitle('VIRTUAL MACHINES', counts('VMS', 'TOTAL', 'RUNNING', 'OFF', 'OTHER')),
    withTitle('PROTECTION', [
      ...counts('PROTECTION', 'PROTECTED', 'OVERDUE', 'UNPROTECTED', 'PROVEN'),
      line('NEXT BACKUP', time(number(summary.textOf('NEXT_BACKUP')))),
    ]),
    withTitle('RUNS', counts('RUNS', 'RUNNING', 'WAITING')),
    withTitle('BACKUPS OF THE LAST DAY', [
      ...counts('LAST_DAY', 'DONE', 'FAILED', 'CANCELLED'),
      ...['BYTES_READ', 'BYTES_SENT', 'BYTES_STORED'].map(moved),
    ]),
    tableSection('DATASTORES FOR BACKUPS', datastoreColumns, summary.children('DATASTORE')),
  ]);
}

const mb = (path: string) => (row: XmlElement) => size(number(row.textOf(path)), 'M');

const datastoreColumns: ReadonlyArray<Column<XmlElement>> = [
  { name: 'ID', width: 4, cell: textCell('ID') },
  { name: 'NAME', width: 20, left: true, cell: textCell('NAME') },
  { name: 'USED', width: 8, cell: mb('USED_MB') },
  { name: 'FREE', width: 8, cell: mb('FREE_MB') },
  { name: 'TOTAL', width: 8, cell: mb('TOTAL_MB') },
  { name: 'IMAGES', width: 6, cell: textCell('IMAGES') },
  { name: 'PER DAY', width: 8, cell: perDay },
  { name: 'FULL', width: 14, cell: fullOn },
];

export function perDay(row: XmlElement): string {
  const grown = number(row.textOf('MB_PER_DAY'));
  return `${grown < 0 ? '-' : '+'}${size(Math.abs(grown), 'M')}`;
}

/** When it is full if that goes on. */
export function fullOn(row: XmlElement): string {
  const at = number(row.textOf('FULL_ON'));
  return at < 0 ? '-' : time(at);
}
