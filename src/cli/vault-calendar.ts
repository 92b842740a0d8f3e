// `onevault calendar`: what ran in some days, and what is going to.
import type { XmlElement } from '../wire/xml-read.ts';
import { documentText, DOCUMENT_OPTIONS, type DocumentOptions } from './document.ts';
import { Family } from './family.ts';
import { numberOption } from './ids.ts';
import { processIo, type Io } from './io.ts';
import { sections, tableSection, textCell, withTitle } from './sections.ts';
import type { Column } from './table.ts';
import { minuteTime, number } from './units.ts';
import { timeOf } from './vault-runs.ts';

const NAME = 'calendar';
const DAYS = 7;
const DAY_SEC = 86_400;

interface Options extends DocumentOptions {
  from?: string;
  days?: string;
}

const OPTIONS = [
  ['--from <time>', `from then on, such as "11/27"; ${DAYS} days back by default`],
  ['--days <count>', `how many days; ${2 * DAYS} by default, at most 62`],
  ...DOCUMENT_OPTIONS,
] as const;

/** Runs with the arguments after `calendar`; the exit status. */
export function main(argv: readonly string[]): Promise<number> {
  return vaultCalendar(processIo()).main([NAME, ...argv]);
}

export function vaultCalendar(io: Io): Family {
  const family = new Family('onevault', 'What ran and what is going to', io);
  const description = 'What ran these days, and what is going to: backups, drills and backup jobs';
  family.add<Options>({ usage: NAME, description, options: OPTIONS }, async ({ client }, _args, given) => {
    const nowSec = Math.trunc(io.now() / 1000);
    const from = given.from === undefined ? nowSec - DAYS * DAY_SEC : timeOf('--from', given.from, io);
    const days = numberOption('--days', given.days, 2 * DAYS);
    const calendar = await client.document('system.calendar', from, from + days * DAY_SEC);
    io.write(documentText(calendar, given) ?? calendarText(calendar));
  });
  return family;
}

function calendarText(calendar: XmlElement): string {
  const more =
    calendar.textOf('MORE') === '1' ? ['The lists do not hold all; the days do, as far as they were reckoned.'] : [];
  return sections([
    tableSection('DAYS', dayColumns, calendar.children('DAY')),
    tableSection('RAN', runColumns, calendar.children('RUN')),
    tableSection('NEXT', nextColumns, calendar.children('NEXT')),
    withTitle('MORE', more),
  ]);
}

const at = (path: string) => (row: XmlElement) => minuteTime(number(row.textOf(path)));

const dayColumns: ReadonlyArray<Column<XmlElement>> = [
  { name: 'DAY', width: 5, left: true, cell: (day) => minuteTime(number(day.textOf('TIME'))).slice(0, 5) },
  { name: 'DONE', width: 6, cell: textCell('DONE') },
  { name: 'FAILED', width: 6, cell: textCell('FAILED') },
  { name: 'CANC', width: 6, cell: textCell('CANCELLED') },
  { name: 'GOES ON', width: 7, cell: textCell('RUNNING') },
  { name: 'NEXT', width: 6, cell: textCell('NEXT') },
];

const runColumns: ReadonlyArray<Column<XmlElement>> = [
  { name: 'START', width: 11, cell: at('START') },
  { name: 'VM', width: 4, adjust: true, cell: textCell('VM_ID') },
  { name: 'NAME', width: 20, left: true, cell: textCell('VM_NAME') },
  { name: 'KIND', width: 7, left: true, cell: textCell('KIND') },
  { name: 'RESULT', width: 9, left: true, cell: textCell('RESULT') },
  { name: 'END', width: 11, cell: at('END') },
];

const nextColumns: ReadonlyArray<Column<XmlElement>> = [
  { name: 'TIME', width: 11, cell: at('TIME') },
  { name: 'OF', width: 9, left: true, cell: textCell('TYPE') },
  { name: 'ID', width: 4, adjust: true, cell: textCell('ID') },
  { name: 'NAME', width: 20, left: true, cell: textCell('NAME') },
  { name: 'ACTION', width: 7, left: true, cell: textCell('ACTION') },
];
