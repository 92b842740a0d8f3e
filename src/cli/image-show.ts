// `oneimage show`: section by section as OpenNebula prints an image. A backup tells its VM and, for a chain, its increments; then what OneVault adds.
import type { XmlElement } from '../wire/xml-read.ts';
import { pointLines } from './image-show-points.ts';
import { imageState, imageType, lockOf } from './names.ts';
import { idsIn, labels, page, permissionLines, templateLines, title } from './show.ts';
import { table, type Column } from './table.ts';
import { number, size, time, yesNo } from './units.ts';

const line = labels(15);

/** Everything about an image; `vms` is the list of the VMs that use it, '' when it is not to be shown. */
export function imageText(image: XmlElement, vms: string): string {
  const template = templateLines(image.child('TEMPLATE'));
  return page([
    ...information(image),
    '',
    ...permissionLines(image, line),
    ...snapshots(image),
    '',
    title('IMAGE TEMPLATE'),
    // The original prints an empty template as an empty line, and nothing between a template and what follows.
    ...(template.length === 0 ? [''] : template),
    ...(isBackup(image) ? backup(image) : vms === '' ? [] : ['', title('VIRTUAL MACHINES'), '', vms.trimEnd()]),
  ]);
}

function isBackup(image: XmlElement): boolean {
  return imageType(image.textOf('TYPE')) === 'BACKUP';
}

function information(image: XmlElement): string[] {
  const given = (label: string): string[] => (image.textOf(label) === '' ? [] : [line(label, image.textOf(label))]);
  return [
    title(`IMAGE ${image.textOf('ID')} INFORMATION`),
    line('ID', image.textOf('ID')),
    line('NAME', image.textOf('NAME')),
    line('USER', image.textOf('UNAME')),
    line('GROUP', image.textOf('GNAME')),
    line('LOCK', lockOf(image)),
    line('DATASTORE', image.textOf('DATASTORE')),
    line('TYPE', imageType(image.textOf('TYPE'))),
    line('REGISTER TIME', time(number(image.textOf('REGTIME')))),
    line('PERSISTENT', yesNo(image.textOf('PERSISTENT'))),
    line('SOURCE', image.textOf('SOURCE')),
    ...given('PATH'),
    ...given('FORMAT'),
    line('SIZE', size(number(image.textOf('SIZE')), 'M')),
    line('STATE', imageState(image.textOf('STATE'))),
    line('RUNNING_VMS', image.textOf('RUNNING_VMS')),
  ];
}

function snapshots(image: XmlElement): string[] {
  const rows = image.children('SNAPSHOTS/SNAPSHOT');
  return rows.length === 0 ? [] : ['', title('IMAGE SNAPSHOTS'), table(snapshotColumns, rows).trimEnd()];
}

const snapshotColumns: Array<Column<XmlElement>> = [
  { name: 'AC', width: 2, left: true, cell: (snapshot) => (snapshot.textOf('ACTIVE') === 'YES' ? '=>' : '') },
  { name: 'ID', width: 3, cell: (snapshot) => snapshot.textOf('ID') },
  { name: 'PARENT', width: 6, cell: (snapshot) => snapshot.textOf('PARENT') },
  { name: 'DATE', width: 15, cell: (snapshot) => time(number(snapshot.textOf('DATE'))) },
  { name: 'SIZE', width: 8, left: true, cell: (snapshot) => size(number(snapshot.textOf('SIZE')), 'M') },
  { name: 'NAME', width: 37, left: true, cell: (snapshot) => snapshot.textOf('NAME') },
];

function backup(image: XmlElement): string[] {
  const [vm] = idsIn(image, 'VMS');
  if (vm === undefined) return [];
  const increments = image.children('BACKUP_INCREMENTS/INCREMENT');
  return [
    title('BACKUP INFORMATION'),
    line('VM', vm),
    line('TYPE', increments.length === 0 ? 'FULL' : 'INCREMENTAL'),
    ...(increments.length === 0 ? [] : ['', 'BACKUP INCREMENTS', table(incrementColumns, increments).trimEnd()]),
    ...pointLines(image),
  ];
}

const incrementColumns: Array<Column<XmlElement>> = [
  { name: 'ID', width: 3, cell: (increment) => increment.textOf('ID') },
  { name: 'PID', width: 3, cell: (increment) => increment.textOf('PARENT_ID') },
  { name: 'T', width: 1, cell: (increment) => increment.textOf('TYPE').slice(0, 1) },
  { name: 'SIZE', width: 8, left: true, cell: (increment) => size(number(increment.textOf('SIZE')), 'M') },
  { name: 'DATE', width: 15, cell: (increment) => time(number(increment.textOf('DATE'))) },
  { name: 'SOURCE', width: 37, left: true, adjust: true, cell: (increment) => increment.textOf('SOURCE') },
];
