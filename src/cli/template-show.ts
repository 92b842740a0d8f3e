// The columns of `onetemplate list`, and `onetemplate show`.
import type { XmlElement } from '../wire/xml-read.ts';
import { groupColumn, idColumn, nameColumn, userColumn } from './columns.ts';
import type { Listing } from './list.ts';
import { NOUN } from './lookup.ts';
import { lockOf } from './names.ts';
import { labels, page, permissionLines, templateLines, title } from './show.ts';
import { number, time } from './units.ts';

export const templateListing: Listing = {
  noun: NOUN.template,
  shown: ['ID', 'USER', 'GROUP', 'NAME', 'REGTIME'],
  filterFlag: true,
  columns: () => [
    idColumn,
    userColumn,
    groupColumn,
    nameColumn(15),
    {
      name: 'REGTIME',
      description: 'when it was made',
      width: 15,
      cell: (template) => time(number(template.textOf('REGTIME'))),
    },
  ],
};

const line = labels(15);

export function templateText(template: XmlElement): string {
  return page([
    title(`TEMPLATE ${template.textOf('ID')} INFORMATION`),
    line('ID', template.textOf('ID')),
    line('NAME', template.textOf('NAME')),
    line('USER', template.textOf('UNAME')),
    line('GROUP', template.textOf('GNAME')),
    line('LOCK', lockOf(template)),
    line('REGISTER TIME', time(number(template.textOf('REGTIME')))),
    '',
    ...permissionLines(template, line),
    '',
    title('TEMPLATE CONTENTS'),
    ...templateLines(template.child('TEMPLATE')),
  ]);
}
