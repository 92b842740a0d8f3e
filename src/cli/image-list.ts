// The columns of `oneimage list`.
import type { XmlElement } from '../wire/xml-read.ts';
import { groupColumn, idColumn, nameColumn, sizeCell, userColumn } from './columns.ts';
import type { Listing } from './list.ts';
import { NOUN } from './lookup.ts';
import { imageState, shortImageType } from './names.ts';
import type { Column } from './table.ts';
import { minuteTime, number, yesNo } from './units.ts';

export const imageListing: Listing = {
  noun: NOUN.image,
  shown: ['ID', 'USER', 'GROUP', 'NAME', 'DATASTORE', 'SIZE', 'TYPE', 'PERSISTENT', 'STAT', 'RVMS'],
  filterFlag: true,
  columns: () => columns,
};

const columns: Array<Column<XmlElement>> = [
  idColumn,
  userColumn,
  groupColumn,
  nameColumn(15),
  {
    name: 'DATASTORE',
    description: 'datastore it is in',
    width: 10,
    left: true,
    cell: (image) => image.textOf('DATASTORE'),
  },
  { name: 'SIZE', description: 'its size', width: 7, cell: sizeCell('SIZE', 'M') },
  {
    name: 'TYPE',
    description: 'what it is: OS CD DB KL RD CX, BK for a backup',
    width: 4,
    left: true,
    cell: (image) => shortImageType(image.textOf('TYPE')),
  },
  {
    name: 'PERSISTENT',
    description: 'whether a VM changes it',
    width: 3,
    cell: (image) => yesNo(image.textOf('PERSISTENT')),
  },
  { name: 'STAT', description: 'its state', width: 4, left: true, cell: (image) => imageState(image.textOf('STATE')) },
  { name: 'RVMS', description: 'VMs that use it', width: 4, cell: (image) => image.textOf('RUNNING_VMS') },
  {
    name: 'REGTIME',
    description: 'when it was made',
    width: 15,
    cell: (image) => minuteTime(number(image.textOf('REGTIME'))),
  },
];
