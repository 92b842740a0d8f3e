// `onevm protection` and `onevm eligibility`: who has the backups that were asked for, and whether the next one can be an increment.
import type { XmlElement } from '../wire/xml-read.ts';
import { documentText, DOCUMENT_OPTIONS, type DocumentOptions } from './document.ts';
import { argument, type Family } from './family.ts';
import { describedColumns } from './layout.ts';
import { rowsText, TABLE_OPTIONS, type ListOptions } from './list.ts';
import { filterFlag, idOf, NOUN } from './lookup.ts';
import { sections, tableSection, textCell, withTitle } from './sections.ts';
import { labels, title } from './show.ts';
import type { Column } from './table.ts';
import { number, period, size, time } from './units.ts';

const SHOWN = ['ID', 'NAME', 'PROTECTION', 'LAST BACKUP', 'MAX AGE', 'NEXT BACKUP', 'PROVEN', 'WHY'];
const line = labels(14);
const ALL = -1;

interface ProtectionOptions extends ListOptions {
  kind?: string;
}

export function addProtection(family: Family): void {
  const options = [
    ['--kind <kind>', 'those that are protected, overdue or unprotected'],
    ...TABLE_OPTIONS,
    ...DOCUMENT_OPTIONS,
  ] as const;
  family.add<ProtectionOptions>(
    { usage: 'protection [filterflag]', description: 'List who has the backups that were asked for', options },
    async ({ client, io }, [flag], given) => {
      if (given.describe) {
        io.write(describedColumns(columns));
        return;
      }
      const pool = await client.document(
        'vmpool.protection',
        await filterFlag(client, flag),
        ALL,
        ALL,
        given.kind ?? '',
      );
      io.write(documentText(pool, given) ?? rowsText(pool.children('VM'), columns, SHOWN, given, io.columns));
    },
  );
}

const columns: Array<Column<XmlElement>> = [
  { name: 'ID', description: 'id of the VM', width: 4, adjust: true, cell: textCell('ID') },
  { name: 'USER', description: 'owner', width: 8, left: true, cell: textCell('UNAME') },
  { name: 'GROUP', description: 'group', width: 8, left: true, cell: textCell('GNAME') },
  { name: 'NAME', description: 'name of the VM', width: 15, left: true, cell: textCell('NAME') },
  {
    name: 'PROTECTION',
    description: 'protected, overdue or unprotected',
    width: 11,
    left: true,
    cell: textCell('KIND'),
  },
  {
    name: 'LAST BACKUP',
    description: 'when its newest good backup was taken',
    width: 14,
    cell: (vm) => time(number(vm.textOf('LAST_BACKUP'))),
  },
  {
    name: 'MAX AGE',
    description: 'how old that may be by its schedules',
    width: 10,
    cell: (vm) => (vm.textOf('MAX_AGE') === '0' ? '-' : period(number(vm.textOf('MAX_AGE'))).trim()),
  },
  {
    name: 'NEXT BACKUP',
    description: 'when the next one is scheduled',
    width: 14,
    cell: (vm) => time(number(vm.textOf('NEXT_BACKUP'))),
  },
  {
    name: 'PROVEN',
    description: 'when a drill booted a backup of it',
    width: 14,
    cell: (vm) => time(number(vm.textOf('PROVEN_POINT/PROVEN'))),
  },
  {
    name: 'JOB',
    description: 'backup job that backs it up',
    width: 4,
    adjust: true,
    cell: (vm) => (vm.textOf('JOB_ID') === '-1' ? '-' : vm.textOf('JOB_ID')),
  },
  {
    name: 'WHY',
    description: 'why it lacks backups, or what is worth knowing',
    width: 40,
    left: true,
    adjust: true,
    cell: textCell('REASON'),
  },
];

export function addEligibility(family: Family): void {
  family.add<DocumentOptions>(
    {
      usage: 'eligibility <vm>',
      description: 'Say whether the next backup can be an increment, and what is in the way',
      options: DOCUMENT_OPTIONS,
    },
    async ({ client, io }, args, given) => {
      const id = await idOf(client, NOUN.vm, argument(args, 0));
      const told = await client.document('vm.eligibility', id);
      io.write(documentText(told, given) ?? eligibilityText(id, told));
    },
  );
}

function eligibilityText(id: number, told: XmlElement): string {
  return sections([
    [
      title(`NEXT BACKUP OF VIRTUAL MACHINE ${id}`),
      line('NEXT', told.textOf('NEXT')),
      line('REASON', told.textOf('REASON')),
      line('MODE', told.textOf('MODE')),
      line('INCREMENT MODE', told.textOf('INCREMENT_MODE')),
      line('INCREMENTS', told.textOf('POSSIBLE') === '1' ? 'possible' : 'not possible'),
    ],
    withTitle(
      'IN THE WAY',
      told.children('OBSTACLE').map(({ text }) => text),
    ),
    tableSection('DISKS', diskColumns, told.children('DISK')),
  ]);
}

const diskColumns: ReadonlyArray<Column<XmlElement>> = [
  { name: 'ID', width: 3, cell: textCell('DISK_ID') },
  { name: 'TARGET', width: 6, left: true, cell: textCell('TARGET') },
  { name: 'FORMAT', width: 6, left: true, cell: textCell('FORMAT') },
  { name: 'SIZE', width: 8, cell: (disk) => size(number(disk.textOf('SIZE')), 'M') },
  { name: 'BACKED UP', width: 9, left: true, cell: how },
  { name: 'WHY NOT', width: 40, left: true, adjust: true, cell: textCell('REASON') },
];

function how(disk: XmlElement): string {
  if (disk.textOf('TAKES_PART') !== '1') return 'not';
  return disk.textOf('INCREMENT') === '1' ? 'changes' : 'whole';
}
