// `onevault figures`: what runs took and moved, by day and by VM.
import type { XmlElement } from '../wire/xml-read.ts';
import { documentText, DOCUMENT_OPTIONS, type DocumentOptions } from './document.ts';
import { Family } from './family.ts';
import { numberOption } from './ids.ts';
import { processIo, type Io } from './io.ts';
import { idOf, NOUN } from './lookup.ts';
import { sections, tableSection, textCell } from './sections.ts';
import type { Column } from './table.ts';
import { bytes, minuteTime, number, shortPeriod } from './units.ts';

const NAME = 'figures';
const DAYS = 30;
const MOST = 20;

interface Options extends DocumentOptions {
  days?: string;
  vm?: string;
  kind?: string;
  most?: string;
}

const OPTIONS = [
  ['--days <count>', `how many days, today included; ${DAYS} by default`],
  ['--vm <vm>', 'those of one VM, by id or name'],
  ['--kind <kind>', 'backup by default; restore, flatten, verify, drill, prune, check, rescan'],
  ['--most <count>', `how many VMs, those that stored most; ${MOST} by default`],
  ...DOCUMENT_OPTIONS,
] as const;

/** Runs with the arguments after `figures`; the exit status. */
export function main(argv: readonly string[]): Promise<number> {
  return vaultFigures(processIo()).main([NAME, ...argv]);
}

export function vaultFigures(io: Io): Family {
  const family = new Family('onevault', 'What runs took and moved', io);
  const description = 'What runs took and moved, by day and by VM; times and bytes of those that ended well';
  family.add<Options>({ usage: NAME, description, options: OPTIONS }, async ({ client }, _args, given) => {
    const vm = given.vm === undefined ? -1 : await idOf(client, NOUN.vm, given.vm);
    const [days, most] = [numberOption('--days', given.days, DAYS), numberOption('--most', given.most, MOST)];
    const figures = await client.document('system.runfigures', days, vm, given.kind ?? 'backup', most);
    io.write(documentText(figures, given) ?? figuresText(figures));
  });
  return family;
}

function figuresText(figures: XmlElement): string {
  const days = figures
    .children('DAY')
    .filter((day) => ['DONE', 'FAILED', 'CANCELLED'].some((of) => day.textOf(of) !== '0'));
  const vms = figures.children('VM');
  if (days.length + vms.length === 0) return 'Nothing ran.\n';
  return sections([tableSection('BY DAY', dayColumns, days), tableSection('BY VM', vmColumns, vms)]);
}

const amount = (path: string) => (row: XmlElement) => bytes(number(row.textOf(path)));
const took = (path: string) => (row: XmlElement) => shortPeriod(number(row.textOf(path))).trim();

const sums: ReadonlyArray<Column<XmlElement>> = [
  { name: 'DONE', width: 5, cell: textCell('DONE') },
  { name: 'FAILED', width: 6, cell: textCell('FAILED') },
  { name: 'CANC', width: 4, cell: textCell('CANCELLED') },
  { name: 'TIME', width: 10, cell: took('TOOK') },
  { name: 'LONGEST', width: 10, cell: took('LONGEST') },
  { name: 'READ', width: 7, cell: amount('BYTES_READ') },
  { name: 'SENT', width: 7, cell: amount('BYTES_SENT') },
  { name: 'STORED', width: 7, cell: amount('BYTES_STORED') },
  { name: 'RATE', width: 8, cell: rate },
];

/** What went to the backup system, by the time that it took. */
function rate(row: XmlElement): string {
  const sec = number(row.textOf('TOOK'));
  return sec === 0 ? '-' : `${bytes(number(row.textOf('BYTES_SENT')) / sec)}/s`;
}

const dayColumns: ReadonlyArray<Column<XmlElement>> = [
  { name: 'DAY', width: 5, left: true, cell: (day) => minuteTime(number(day.textOf('TIME'))).slice(0, 5) },
  ...sums,
];

const vmColumns: ReadonlyArray<Column<XmlElement>> = [
  { name: 'VM', width: 4, adjust: true, cell: textCell('ID') },
  { name: 'NAME', width: 15, left: true, cell: textCell('NAME') },
  ...sums,
  { name: 'LAST', width: 11, cell: (vm) => minuteTime(number(vm.textOf('LAST'))) },
];
