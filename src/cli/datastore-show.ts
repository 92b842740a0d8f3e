// The columns of `onedatastore list`, and `onedatastore show`.
import type { XmlElement } from '../wire/xml-read.ts';
import type { Listing } from './list.ts';
import { NOUN } from './lookup.ts';
import { datastoreType, diskType, shortDatastoreType } from './names.ts';
import { idsIn, labels, page, permissionLines, templateLines, title } from './show.ts';
import { number, size } from './units.ts';

export const datastoreListing: Listing = {
  noun: NOUN.datastore,
  shown: ['ID', 'NAME', 'SIZE', 'AVAIL', 'CLUSTERS', 'IMAGES', 'TYPE', 'DS', 'TM', 'STAT'],
  filterFlag: false,
  columns: () => [
    { name: 'ID', width: 4, adjust: true, cell: (datastore) => datastore.textOf('ID') },
    { name: 'USER', width: 8, left: true, cell: (datastore) => datastore.textOf('UNAME') },
    { name: 'GROUP', width: 8, left: true, cell: (datastore) => datastore.textOf('GNAME') },
    { name: 'NAME', width: 10, left: true, expand: true, cell: (datastore) => datastore.textOf('NAME') },
    { name: 'SIZE', width: 6, cell: sizeCell },
    { name: 'AVAIL', width: 3, left: true, cell: availableCell },
    { name: 'CLUSTERS', width: 8, left: true, cell: (datastore) => idsIn(datastore, 'CLUSTERS').join(',') || '-' },
    { name: 'IMAGES', width: 6, cell: (datastore) => String(idsIn(datastore, 'IMAGES').length) },
    { name: 'TYPE', width: 4, left: true, cell: (datastore) => shortDatastoreType(datastore.textOf('TYPE')) },
    { name: 'DS', width: 7, left: true, cell: (datastore) => datastore.textOf('DS_MAD') },
    { name: 'TM', width: 7, left: true, cell: (datastore) => datastore.textOf('TM_MAD') },
    { name: 'STAT', width: 4, left: true, cell: (datastore) => (datastore.textOf('STATE') === '1' ? 'off' : 'on') },
  ],
};

/** A system datastore that is not shared has a size on each host, not one of its own. */
function sizeCell(datastore: XmlElement): string {
  if (datastore.textOf('TEMPLATE/SHARED').toUpperCase() === 'NO') return '-';
  return size(number(datastore.textOf('TOTAL_MB')), 'M');
}

function availableCell(datastore: XmlElement): string {
  const total = number(datastore.textOf('TOTAL_MB'));
  if (total === 0 || datastore.textOf('TEMPLATE/SHARED').toUpperCase() === 'NO') return '-';
  return `${Math.round((100 * number(datastore.textOf('FREE_MB'))) / total)}%`;
}

const line = labels(15);

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
