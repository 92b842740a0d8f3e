// The columns of `oneimage list`.
import type { XmlElement } from '../wire/xml-read.ts';
import type { Listing } from './list.ts';
import { NOUN } from './lookup.ts';
import { imageState, shortImageType } from './names.ts';
import type { Column } from './table.ts';
import { minuteTime, number, size, yesNo } from './units.ts';

export const imageListing: Listing = {
  noun: NOUN.image,
  shown: ['ID', 'USER', 'GROUP', 'NAME', 'DATASTORE', 'SIZE', 'TYPE', 'PERSISTENT', 'STAT', 'RVMS'],
  filterFlag: true,
  columns: () => columns,
};

const columns: Array<Column<XmlElement>> = [
  { name: 'ID', width: 4, adjust: true, cell: (image) => image.textOf('ID') },
  { name: 'USER', width: 8, left: true, cell: (image) => image.textOf('UNAME') },
  { name: 'GROUP', width: 8, left: true, cell: (image) => image.textOf('GNAME') },
  { name: 'NAME', width: 15, left: true, expand: true, cell: (image) => image.textOf('NAME') },
  { name: 'DATASTORE', width: 10, left: true, cell: (image) => image.textOf('DATASTORE') },
  { name: 'SIZE', width: 7, cell: (image) => size(number(image.textOf('SIZE')), 'M') },
  { name: 'TYPE', width: 4, left: true, cell: (image) => shortImageType(image.textOf('TYPE')) },
  { name: 'PERSISTENT', width: 3, cell: (image) => yesNo(image.textOf('PERSISTENT')) },
  { name: 'STAT', width: 4, left: true, cell: (image) => imageState(image.textOf('STATE')) },
  { name: 'RVMS', width: 4, cell: (image) => image.textOf('RUNNING_VMS') },
  { name: 'REGTIME', width: 15, cell: (image) => minuteTime(number(image.textOf('REGTIME'))) },
];
