// The parts of `onevm show` that list disks and snapshots.
import type { XmlElement } from '../wire/xml-read.ts';
import type { Column } from './table.ts';
import { minuteTime, number, size, time } from './units.ts';

/** DISKs and, as the original has it, CONTEXT as one more. */
export function disks(vm: XmlElement): XmlElement[] {
  return [...vm.children('TEMPLATE/DISK'), ...vm.children('TEMPLATE/CONTEXT')];
}

export function diskColumns(vm: XmlElement): Array<Column<XmlElement>> {
  const measured = new Map(vm.children('MONITORING/DISK_SIZE').map((disk) => [disk.textOf('ID'), disk.textOf('SIZE')]));
  const isContext = (disk: XmlElement): boolean => disk.name === 'CONTEXT';
  return [
    { name: 'ID', width: 3, cell: (disk) => disk.textOf('DISK_ID') },
    { name: 'DATASTORE', width: 10, left: true, cell: (disk) => disk.textOf('DATASTORE') || '-' },
    { name: 'TARGET', width: 6, left: true, cell: (disk) => disk.textOf('TARGET') || '-' },
    { name: 'IMAGE', width: 35, left: true, cell: (disk) => (isContext(disk) ? 'CONTEXT' : imageCell(disk)) },
    {
      name: 'SIZE',
      width: 9,
      left: true,
      cell: (disk) => `${sizeOrDash(measured.get(disk.textOf('DISK_ID')))}/${sizeOrDash(disk.textOf('SIZE'))}`,
    },
    { name: 'TYPE', width: 4, left: true, cell: (disk) => disk.textOf('TYPE').toLowerCase() || '-' },
    { name: 'SAVE', width: 4, cell: (disk) => (isContext(disk) ? '-' : disk.textOf('SAVE') || 'NO') },
  ];
}

function sizeOrDash(sizeMb: string | undefined): string {
  return sizeMb === undefined || sizeMb === '' ? '-' : size(number(sizeMb), 'M');
}

/** An image's name; a volatile disk has none and shows its format and size. */
function imageCell(disk: XmlElement): string {
  const image = disk.textOf('IMAGE');
  if (image !== '') return image;
  const shown = sizeOrDash(disk.textOf('SIZE'));
  return disk.textOf('TYPE').toUpperCase() === 'FS' ? `${disk.textOf('FORMAT')} - ${shown}` : shown;
}

export const diskSnapshotColumns: Array<Column<XmlElement>> = [
  { name: 'AC', width: 2, left: true, cell: (snapshot) => (snapshot.textOf('ACTIVE') === 'YES' ? '=>' : '') },
  { name: 'ID', width: 3, cell: (snapshot) => snapshot.textOf('ID') },
  { name: 'DISK', width: 4, cell: (snapshot) => snapshot.textOf('DISK_ID') },
  { name: 'PARENT', width: 6, cell: (snapshot) => snapshot.textOf('PARENT') },
  { name: 'DATE', width: 15, cell: (snapshot) => time(number(snapshot.textOf('DATE'))) },
  { name: 'SIZE', width: 12, left: true, cell: (snapshot) => `-/${sizeOrDash(snapshot.textOf('SIZE'))}` },
  { name: 'NAME', width: 32, left: true, cell: (snapshot) => snapshot.textOf('NAME') },
];

/** Snapshots of all disks; each is told the disk it belongs to. */
export function diskSnapshots(vm: XmlElement): XmlElement[] {
  return vm.children('SNAPSHOTS').flatMap((disk) => {
    const id = disk.child('DISK_ID');
    return disk.children('SNAPSHOT').map((snapshot) => {
      if (id && !snapshot.child('DISK_ID')) snapshot.elements.push(id);
      return snapshot;
    });
  });
}

export const snapshotColumns: Array<Column<XmlElement>> = [
  { name: 'ID', width: 4, cell: (snapshot) => snapshot.textOf('SNAPSHOT_ID') },
  { name: 'TIME', width: 12, cell: (snapshot) => minuteTime(number(snapshot.textOf('TIME'))) },
  { name: 'NAME', width: 46, left: true, cell: (snapshot) => snapshot.textOf('NAME') },
  { name: 'HYPERVISOR_ID', width: 15, left: true, cell: (snapshot) => snapshot.textOf('HYPERVISOR_ID') },
];
