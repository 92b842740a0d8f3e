// `onevm backup --dry-run`: what a backup would be if it began now, as text.
import type { XmlElement } from '../wire/xml-read.ts';
import { labels, page, title } from './show.ts';
import { table, type Column } from './table.ts';
import { number, size } from './units.ts';

const line = labels(10);
const UNLIMITED = -2;

/** `plan` is a BACKUP_PLAN. */
export function backupPlanText(vmId: number, plan: XmlElement): string {
  const sections = [
    [
      title(`BACKUP PLAN OF VIRTUAL MACHINE ${vmId}`),
      line('TYPE', plan.textOf('TYPE')),
      line('REASON', plan.textOf('REASON')),
      line('MACHINE', plan.textOf('LIVE') === '1' ? 'running' : 'powered off'),
      line('DATASTORE', plan.textOf('DATASTORE_ID')),
    ],
    listed('DISKS', diskColumns, plan.children('DISK')),
    withTitle(
      'LEFT OUT',
      plan.children('LEFT_OUT').map(({ text }) => text),
    ),
    listed('DROPPED AFTERWARDS', dropColumns, plan.children('DROP')),
    [...listed('QUOTA', quotaColumns, plan.children('QUOTA')), ...plan.children('QUOTA').flatMap(refusal)],
  ].filter((lines) => lines.length > 0);
  return page(sections.flatMap((lines, index) => (index === 0 ? lines : ['', ...lines])));
}

function withTitle(name: string, lines: string[]): string[] {
  return lines.length === 0 ? [] : [title(name), ...lines];
}

function listed(name: string, columns: ReadonlyArray<Column<XmlElement>>, rows: readonly XmlElement[]): string[] {
  return rows.length === 0 ? [] : [title(name), table(columns, rows).trimEnd()];
}

const diskColumns: ReadonlyArray<Column<XmlElement>> = [
  { name: 'ID', width: 3, cell: (disk) => disk.textOf('DISK_ID') },
  { name: 'TARGET', width: 6, left: true, cell: (disk) => disk.textOf('TARGET') || '-' },
  { name: 'SIZE', width: 8, cell: (disk) => size(number(disk.textOf('SIZE')), 'M') },
  { name: 'DIRTY', width: 8, cell: dirty },
  { name: 'PATH', width: 40, left: true, adjust: true, cell: (disk) => disk.textOf('PATH') },
];

/** `-` for a disk that is taken whole. */
function dirty(disk: XmlElement): string {
  const mb = disk.child('DIRTY_MB')?.text;
  return mb === undefined ? '-' : size(number(mb), 'M');
}

const dropColumns: ReadonlyArray<Column<XmlElement>> = [
  { name: 'IMAGE', width: 5, cell: (drop) => drop.textOf('IMAGE_ID') },
  { name: 'POINTS', width: 10, left: true, adjust: true, cell: (drop) => drop.textOf('POINTS') },
  { name: 'REASON', width: 40, left: true, adjust: true, cell: (drop) => drop.textOf('REASON') },
];

const quotaColumns: ReadonlyArray<Column<XmlElement>> = [
  { name: 'OF', width: 20, left: true, adjust: true, cell: (quota) => quota.textOf('WHOSE') },
  { name: 'METRIC', width: 6, left: true, cell: (quota) => quota.textOf('METRIC') },
  { name: 'USED', width: 8, cell: (quota) => amount(quota, 'USED') },
  { name: 'UP TO', width: 8, cell: (quota) => `+${amount(quota, 'ADDS')}` },
  { name: 'LIMIT', width: 8, cell: (quota) => amount(quota, 'LIMIT') },
];

function amount(quota: XmlElement, which: 'USED' | 'ADDS' | 'LIMIT'): string {
  const value = number(quota.textOf(which));
  if (which === 'LIMIT' && value === UNLIMITED) return '-';
  return quota.textOf('METRIC') === 'SIZE' ? size(value, 'M') : String(value);
}

function refusal(quota: XmlElement): string[] {
  const [used, adds, limit] = ['USED', 'ADDS', 'LIMIT'].map((which) => number(quota.textOf(which)));
  if (limit === undefined || limit === UNLIMITED || (used ?? 0) + (adds ?? 0) <= limit) return [];
  const of = `${quota.textOf('METRIC')} of ${quota.textOf('WHOSE')}`;
  return [`The backup would be refused: the limit of ${of} is ${amount(quota, 'LIMIT')}.`];
}
