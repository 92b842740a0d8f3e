// `onevault status`: whether backups are well, asked of the server like any client does. Its status is 1 when something failed or is
// overdue, so that it can be watched.
import type { XmlElement } from '../wire/xml-read.ts';
import { documentText, DOCUMENT_OPTIONS, type DocumentOptions } from './document.ts';
import { Told } from './failure.ts';
import { Family, type Session } from './family.ts';
import { processIo, type Io } from './io.ts';
import { runColumns } from './run-list.ts';
import { page, title } from './show.ts';
import { table, type Column } from './table.ts';
import { number, period, time } from './units.ts';

const NAME = 'status';
const NOT_WELL = 1;

/** Runs with the arguments after `status`; the exit status. */
export function main(argv: readonly string[]): Promise<number> {
  return vaultStatus(processIo()).main([NAME, ...argv]);
}

export function vaultStatus(io: Io): Family {
  const family = new Family('onevault', 'Whether backups are well', io);
  const description = 'What runs, waits and failed, and which VMs lack backups; 1 when something failed or is overdue';
  family.add<DocumentOptions>({ usage: NAME, description, options: DOCUMENT_OPTIONS }, showStatus);
  return family;
}

async function showStatus({ client, io }: Session, _args: string[], given: DocumentOptions): Promise<void> {
  const status = await client.document('system.backupstatus');
  io.write(documentText(status, given) ?? statusText(status));
  if (status.children('FAILED/RUN').length + status.children('OVERDUE/VM').length > 0) throw new Told(NOT_WELL);
}

function statusText(status: XmlElement): string {
  const nowSec = number(status.textOf('TIME'));
  const runs = runColumns(nowSec);
  const sections = [
    section('RUNNING', status.children('RUNNING/RUN'), pick(runs, 'VM', 'NAME', 'KIND', 'TYPE', 'START', 'REASON')),
    section('WAITING', status.child('WAITING')?.elements ?? [], waitingColumns),
    section('FAILED', status.children('FAILED/RUN'), pick(runs, 'VM', 'NAME', 'KIND', 'TYPE', 'START', 'REASON')),
    section('OVERDUE', status.children('OVERDUE/VM'), overdueColumns(nowSec)),
    section('UNPROTECTED', status.children('UNPROTECTED/VM'), vmColumns),
    section('PROVEN', status.children('PROVEN/VM'), provenColumns),
  ].filter((lines) => lines.length > 0);
  const bad = status.children('FAILED/RUN').length + status.children('OVERDUE/VM').length > 0;
  const last = bad ? [] : [['Nothing failed, and no backup is overdue.']];
  return page([...sections, ...last].flatMap((lines, index) => (index === 0 ? lines : ['', ...lines])));
}

function section(name: string, rows: readonly XmlElement[], columns: ReadonlyArray<Column<XmlElement>>): string[] {
  return rows.length === 0 ? [] : [title(`${name} (${rows.length})`), table(columns, rows).trimEnd()];
}

function pick(columns: ReadonlyArray<Column<XmlElement>>, ...names: string[]): Array<Column<XmlElement>> {
  return names.flatMap((name) => columns.filter((column) => column.name === name));
}

const grows = { width: 4, adjust: true };

/** Runs that wait, and backups that have no run yet. */
const waitingColumns: Array<Column<XmlElement>> = [
  { name: 'VM', ...grows, cell: (one) => one.textOf('VM_ID') },
  { name: 'NAME', width: 15, left: true, cell: (one) => one.textOf('VM_NAME') },
  { name: 'KIND', width: 7, left: true, cell: (one) => one.textOf('KIND') || 'backup' },
  { name: 'SINCE', width: 14, cell: (one) => time(number(one.textOf('SINCE') || one.textOf('START'))) },
  { name: 'WAITS FOR', width: 40, left: true, adjust: true, cell: (one) => one.textOf('WAITS') || '-' },
];

const vmColumns: Array<Column<XmlElement>> = [
  { name: 'VM', ...grows, cell: (vm) => vm.textOf('ID') },
  { name: 'NAME', width: 15, left: true, cell: (vm) => vm.textOf('NAME') },
];

/** The newest point of each VM that a drill has booted. */
const provenColumns: Array<Column<XmlElement>> = [
  ...vmColumns,
  { name: 'IMAGE', width: 5, adjust: true, cell: (vm) => vm.textOf('IMAGE_ID') },
  { name: 'INC', width: 3, adjust: true, cell: (vm) => vm.textOf('INCREMENT_ID') },
  { name: 'BACKUP OF', width: 14, cell: (vm) => time(number(vm.textOf('DATE'))) },
  { name: 'PROVEN', width: 14, cell: (vm) => time(number(vm.textOf('PROVEN'))) },
  { name: 'TOOK', width: 8, cell: (vm) => `${(number(vm.textOf('PROVEN_TIME')) / 1000).toFixed(1)}s` },
  { name: 'BY', width: 30, left: true, adjust: true, cell: (vm) => vm.textOf('PROVEN_BY') },
];

function overdueColumns(nowSec: number): Array<Column<XmlElement>> {
  const age = (vm: XmlElement): string => {
    const last = number(vm.textOf('LAST_BACKUP'));
    return last === 0 ? '-' : period(nowSec - last).trim();
  };
  return [
    ...vmColumns,
    { name: 'LAST BACKUP', width: 14, cell: (vm) => time(number(vm.textOf('LAST_BACKUP'))) },
    { name: 'AGE', width: 10, cell: age },
    { name: 'MAX AGE', width: 10, cell: (vm) => period(number(vm.textOf('MAX_AGE'))).trim() },
  ];
}
