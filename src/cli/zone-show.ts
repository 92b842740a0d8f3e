// The columns of `onezone list`, and `onezone show`.
import type { XmlElement } from '../wire/xml-read.ts';
import { idColumn, nameColumn } from './columns.ts';
import type { Listing } from './list.ts';
import { NOUN } from './lookup.ts';
import { labels, page, templateLines, title } from './show.ts';

export const zoneListing: Listing = {
  noun: NOUN.zone,
  shown: ['ID', 'NAME', 'ENDPOINT', 'STAT'],
  filterFlag: false,
  columns: () => [
    idColumn,
    nameColumn(25),
    {
      name: 'ENDPOINT',
      description: 'where its API answers',
      width: 45,
      left: true,
      cell: (zone) => zone.textOf('TEMPLATE/ENDPOINT'),
    },
    {
      name: 'STAT',
      description: 'whether it is enabled',
      width: 6,
      left: true,
      cell: (zone) => (disabled(zone) ? 'off' : 'on'),
    },
  ],
};

function disabled(zone: XmlElement): boolean {
  return zone.textOf('STATE') === '1';
}

const line = labels(18);

export function zoneText(zone: XmlElement): string {
  return page([
    title(`ZONE ${zone.textOf('ID')} INFORMATION`),
    line('ID', zone.textOf('ID')),
    line('NAME', zone.textOf('NAME')),
    line('STATE', disabled(zone) ? 'DISABLED' : 'ENABLED'),
    '',
    title('ZONE TEMPLATE'),
    ...templateLines(zone.child('TEMPLATE')),
  ]);
}
