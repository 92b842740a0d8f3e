// The columns of oneacct: what each stay of a VM on a host took.
import type { XmlElement } from '../wire/xml-read.ts';
import { sizeCell, sizeText } from './columns.ts';
import { historyAction } from './names.ts';
import type { CellShape, Column } from './table.ts';
import { number, time } from './units.ts';

export const ACCOUNTING_SHOWN = [
  'VID',
  'HOSTNAME',
  'ACTION',
  'START_TIME',
  'END_TIME',
  'MEMORY',
  'CPU',
  'NETRX',
  'NETTX',
  'DISK',
] as const;

/** The user that a record counts for: the owner of the VM. HISTORY/UID is who asked for the last action. */
export function ownerOf(record: XmlElement): string {
  return record.textOf('VM/UID');
}

const timeCell =
  (name: string) =>
  (record: XmlElement): string =>
    time(number(record.textOf(name)));

export const accountingColumns: Array<Column<XmlElement>> = [
  { name: 'UID', description: 'owner of the VM', width: 4, cell: ownerOf },
  { name: 'VID', description: 'the VM', width: 4, cell: (record) => record.textOf('OID') },
  {
    name: 'SEQ',
    description: 'number of the record, from 0 for each VM',
    width: 3,
    cell: (record) => record.textOf('SEQ'),
  },
  {
    name: 'HOSTNAME',
    description: 'host it was on',
    width: 15,
    left: true,
    cell: (record) => record.textOf('HOSTNAME'),
  },
  {
    name: 'ACTION',
    description: 'what ended the record',
    width: 16,
    left: true,
    cell: (record) => historyAction(record.textOf('ACTION')),
  },
  { name: 'START_TIME', description: 'when it began', width: 14, cell: timeCell('STIME') },
  { name: 'END_TIME', description: 'when it ended', width: 14, cell: timeCell('ETIME') },
  { name: 'MEMORY', description: 'memory of the VM', width: 6, cell: sizeCell('VM/TEMPLATE/MEMORY', 'M') },
  { name: 'CPU', description: 'CPU of the VM', width: 3, cell: (record) => record.textOf('VM/TEMPLATE/CPU') || '-' },
  { name: 'NETRX', description: 'received over the network', width: 6, cell: trafficCell('NETRX') },
  { name: 'NETTX', description: 'sent over the network', width: 6, cell: trafficCell('NETTX') },
  { name: 'DISK', description: 'disks and their snapshots', width: 6, cell: diskCell },
];

/** Bytes in the document. */
function trafficCell(name: string): Column<XmlElement>['cell'] {
  return (record, shape) => sizeText(number(record.textOf(`VM/MONITORING/${name}`)) / 1024, 'K', shape);
}

function diskCell(record: XmlElement, shape: CellShape): string {
  const sizes = [...record.children('VM/TEMPLATE/DISK/SIZE'), ...record.children('VM/SNAPSHOTS/SNAPSHOT/SIZE')];
  return sizeText(
    sizes.reduce((sum, size) => sum + number(size.text), 0),
    'M',
    shape,
  );
}
