// The columns of `onedatastore list`, and `onedatastore show`.
import type { XmlElement } from '../wire/xml-read.ts';
import { groupColumn, idColumn, nameColumn, sizeCell, userColumn } from './columns.ts';
import type { Listing } from './list.ts';
import { NOUN } from './lookup.ts';
import { datastoreType, diskType, shortDatastoreType } from './names.ts';
import { idsIn, labels, page, permissionLines, templateLines, title } from './show.ts';
import type { CellShape } from './table.ts';
import { number, size, time } from './units.ts';

export const datastoreListing: Listing = {
  noun: NOUN.datastore,
  shown: ['ID', 'NAME', 'SIZE', 'AVAIL', 'CLUSTERS', 'IMAGES', 'TYPE', 'DS', 'TM', 'STAT'],
  filterFlag: false,
  columns: () => [
    idColumn,
    userColumn,
    groupColumn,
    nameColumn(10),
    { name: 'SIZE', description: 'its whole size', width: 6, cell: sizeOf },
    { name: 'AVAIL', description: 'how much of it is free', width: 3, left: true, cell: availableCell },
    {
      name: 'CLUSTERS',
      description: 'clusters it belongs to',
      width: 8,
      left: true,
      cell: (datastore) => idsIn(datastore, 'CLUSTERS').join(',') || '-',
    },
    {
      name: 'IMAGES',
      description: 'images in it',
      width: 6,
      cell: (datastore) => String(idsIn(datastore, 'IMAGES').length),
    },
    {
      name: 'TYPE',
      description: 'for images (img), running disks (sys), files (fil) or backups (bck)',
      width: 4,
      left: true,
      cell: (datastore) => shortDatastoreType(datastore.textOf('TYPE')),
    },
    {
      name: 'DS',
      description: 'driver that keeps it',
      width: 7,
      left: true,
      cell: (datastore) => datastore.textOf('DS_MAD'),
    },
    {
      name: 'TM',
      description: 'driver that moves disks',
      width: 7,
      left: true,
      cell: (datastore) => datastore.textOf('TM_MAD'),
    },
    {
      name: 'STAT',
      description: 'its state',
      width: 4,
      left: true,
      cell: (datastore) => (datastore.textOf('STATE') === '1' ? 'off' : 'on'),
    },
  ],
};

/** A system datastore that is not shared has a size on each host, not one of its own. */
function sizeOf(datastore: XmlElement, shape: CellShape): string {
  if (datastore.textOf('TEMPLATE/SHARED').toUpperCase() === 'NO') return '-';
  return sizeCell('TOTAL_MB', 'M')(datastore, shape);
}

function availableCell(datastore: XmlElement): string {
  const total = number(datastore.textOf('TOTAL_MB'));
  if (total === 0 || datastore.textOf('TEMPLATE/SHARED').toUpperCase() === 'NO') return '-';
  return `${Math.round((100 * number(datastore.textOf('FREE_MB'))) / total)}%`;
}

const line = labels(15);

/** When that was, and why not since. */
function readingLines(datastore: XmlElement): string[] {
  const at = number(datastore.textOf('TEMPLATE/LAST_MON_TIME'));
  const error = datastore.textOf('TEMPLATE/MONITOR_ERROR');
  return [...(at === 0 ? [] : [line('READ AT:', time(at))]), ...(error === '' ? [] : [line('NOT SINCE:', error)])];
}

export function datastoreText(datastore: XmlElement): string {
  const capacity = (name: string): string => size(number(datastore.textOf(name)), 'M');
  const limit = datastore.textOf('TEMPLATE/LIMIT_MB');
  return page([
    title(`DATASTORE ${datastore.textOf('ID')} INFORMATION`),
    line('ID', datastore.textOf('ID')),
    line('NAME', datastore.textOf('NAME')),
    line('USER', datastore.textOf('UNAME')),
    line('GROUP', datastore.textOf('GNAME')),
    line('CLUSTERS', idsIn(datastore, 'CLUSTERS').join(',') || '-'),
    line('TYPE', datastoreType(datastore.textOf('TYPE'))),
    line('DS_MAD', datastore.textOf('DS_MAD')),
    line('TM_MAD', datastore.textOf('TM_MAD')),
    line('BASE PATH', datastore.textOf('BASE_PATH')),
    line('DISK_TYPE', diskType(datastore.textOf('DISK_TYPE'))),
    line('STATE', datastore.textOf('STATE') === '1' ? 'DISABLED' : 'READY'),
    '',
    title('DATASTORE CAPACITY'),
    line('TOTAL:', capacity('TOTAL_MB')),
    line('FREE:', capacity('FREE_MB')),
    line('USED: ', capacity('USED_MB')),
    ...readingLines(datastore),
    line('LIMIT:', limit === '' ? '-' : size(number(limit), 'M')),
    '',
    ...permissionLines(datastore, line),
    '',
    title('DATASTORE TEMPLATE'),
    ...templateLines(datastore.child('TEMPLATE')),
    '',
    title('IMAGES'),
    ...idsIn(datastore, 'IMAGES'),
  ]);
}
