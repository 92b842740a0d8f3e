// The columns of `oneacl list`, all cut out of the rule's text.
import type { XmlElement } from '../wire/xml-read.ts';
import { idColumn } from './columns.ts';
import { RESOURCE_LETTERS, ruleCells } from './acl-text.ts';
import type { Listing } from './list.ts';
import { NOUN } from './lookup.ts';

const RESOURCES = `RES_${RESOURCE_LETTERS}`;

export const aclListing: Listing = {
  noun: NOUN.acl,
  shown: ['ID', 'USER', RESOURCES, 'RID', 'OPE_UMAC', 'ZONE'],
  filterFlag: false,
  columns: () => [
    idColumn,
    { name: 'USER', description: 'whom it is for: #user, @group or all', width: 8, cell: (rule) => cells(rule).user },
    {
      name: RESOURCES,
      description: 'kinds of objects, a letter each',
      width: 23,
      cell: (rule) => cells(rule).resources,
    },
    {
      name: 'RID',
      description: 'which of them: #object, @group, %cluster or all',
      width: 5,
      cell: (rule) => cells(rule).objects,
    },
    {
      name: 'OPE_UMAC',
      description: 'what may be done: use, manage, admin, create',
      width: 8,
      cell: (rule) => cells(rule).rights,
    },
    { name: 'ZONE', description: 'where it holds', width: 5, cell: (rule) => cells(rule).zone },
    {
      name: 'STRING',
      description: 'the whole rule as text',
      width: 6,
      left: true,
      adjust: true,
      cell: (rule) => rule.textOf('STRING'),
    },
  ],
};

function cells(rule: XmlElement): ReturnType<typeof ruleCells> {
  return ruleCells(rule.textOf('STRING'));
}
