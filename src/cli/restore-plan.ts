// `oneimage restore --dry-run` and `onevm restore --dry-run`: what a restore would make if it began now, as text.
import type { XmlElement } from '../wire/xml-read.ts';
import { sections, tableSection, textCell, withTitle } from './sections.ts';
import { labels, title } from './show.ts';
import type { Column } from './table.ts';
import { bytes, number, size, time } from './units.ts';

const line = labels(10);
const UNLIMITED = -2;

/** `plan` is a RESTORE_PLAN. */
export function restorePlanText(plan: XmlElement): string {
  const inPlace = plan.textOf('IN_PLACE') === '1';
  const free = number(plan.textOf('FREE_MB'));
  return sections([
    [
      title(`RESTORE PLAN OF IMAGE ${plan.textOf('IMAGE_ID')}`),
      line('INCREMENT', plan.textOf('INCREMENT_ID')),
      line('TAKEN', time(number(plan.textOf('DATE')))),
      line('TO', inPlace ? 'the disks of the VM itself' : `datastore ${plan.textOf('DATASTORE_ID')}`),
      line('NAME', plan.textOf('NAME')),
      line('TEMPLATE', plan.textOf('TEMPLATE') === '1' ? 'one is made' : 'none'),
      line('NEEDS', `${size(number(plan.textOf('NEEDS_MB')), 'M')}${free < 0 ? '' : ` of ${size(free, 'M')} free`}`),
    ],
    tableSection('DISKS', diskColumns, plan.children('DISK')),
    tableSection('NETWORK INTERFACES', nicColumns, plan.children('NIC')),
    tableSection('LEFT OUT OF THE TEMPLATE', strippedColumns, plan.children('STRIPPED')),
    tableSection('QUOTA', quotaColumns, plan.children('QUOTA')),
    withTitle(
      'WARNINGS',
      plan.children('WARNING').map(({ text }) => text),
    ),
  ]);
}

const diskColumns: ReadonlyArray<Column<XmlElement>> = [
  { name: 'ID', width: 3, cell: textCell('DISK_ID') },
  { name: 'SIZE', width: 8, cell: (disk) => size(number(disk.textOf('SIZE')), 'M') },
  { name: 'READS', width: 8, cell: (disk) => bytes(number(disk.textOf('BYTES'))) },
  { name: 'FORMAT', width: 6, left: true, cell: textCell('FORMAT') },
  { name: 'NAME', width: 40, left: true, adjust: true, cell: textCell('NAME') },
];

const nicColumns: ReadonlyArray<Column<XmlElement>> = [
  { name: 'NETWORK', width: 20, left: true, cell: textCell('NETWORK') },
  { name: 'IP', width: 20, left: true, cell: textCell('IP') },
];

const strippedColumns: ReadonlyArray<Column<XmlElement>> = [
  { name: 'ATTRIBUTE', width: 24, left: true, adjust: true, cell: textCell('NAME') },
  { name: 'VALUE', width: 20, left: true, cell: textCell('VALUE') },
  { name: 'WHY', width: 30, left: true, adjust: true, cell: textCell('REASON') },
];

const quotaColumns: ReadonlyArray<Column<XmlElement>> = [
  { name: 'OF', width: 20, left: true, adjust: true, cell: textCell('WHOSE') },
  { name: 'METRIC', width: 6, left: true, cell: textCell('METRIC') },
  { name: 'USED', width: 8, cell: amount('USED') },
  { name: 'ADDS', width: 8, cell: amount('ADDS') },
  { name: 'LIMIT', width: 8, cell: amount('LIMIT') },
];

function amount(which: 'USED' | 'ADDS' | 'LIMIT') {
  return (quota: XmlElement): string => {
    const value = number(quota.textOf(which));
    if (which === 'LIMIT' && value === UNLIMITED) return '-';
    return quota.textOf('METRIC') === 'SIZE' ? size(value, 'M') : String(value);
  };
}
