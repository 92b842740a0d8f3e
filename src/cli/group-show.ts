// The columns of `onegroup list`, and `onegroup show`.
import type { XmlElement } from '../wire/xml-read.ts';
import { idColumn, nameColumn } from './columns.ts';
import type { Listing } from './list.ts';
import { NOUN } from './lookup.ts';
import { quotaColumns, quotaLines } from './quota-show.ts';
import { idsIn, labels, page, templateLines, title } from './show.ts';
import { table, type Column } from './table.ts';

export const groupListing: Listing = {
  noun: NOUN.group,
  shown: ['ID', 'NAME', 'USERS', 'VMS', 'MEMORY', 'CPU'],
  filterFlag: false,
  columns: (_nowSec, _clusters, pool) => [
    idColumn,
    nameColumn(15),
    {
      name: 'USERS',
      description: 'how many users it has',
      width: 5,
      cell: (group) => String(idsIn(group, 'USERS').length),
    },
    ...quotaColumns(pool, { VMS: 9, MEMORY: 17, CPU: 11 }),
  ],
};

const line = labels(15);

export function groupText(group: XmlElement): string {
  const admins = new Set(idsIn(group, 'ADMINS'));
  return page([
    title(`GROUP ${group.textOf('ID')} INFORMATION`),
    line('ID', group.textOf('ID')),
    line('NAME', group.textOf('NAME')),
    '',
    title('GROUP TEMPLATE'),
    ...templateLines(group.child('TEMPLATE')),
    '',
    title('USERS'),
    table(memberColumns(admins), idsIn(group, 'USERS')).trimEnd(),
    ...quotaLines(group, group.child('DEFAULT_GROUP_QUOTAS')),
  ]);
}

function memberColumns(admins: ReadonlySet<string>): Array<Column<string>> {
  return [
    { name: 'USER ID', width: 7, cell: (id) => id },
    { name: 'ADMIN', width: 5, cell: (id) => (admins.has(id) ? '*' : '') },
  ];
}
