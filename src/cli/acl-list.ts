// The columns of `oneacl list`, all cut out of the rule's text.
import type { XmlElement } from '../wire/xml-read.ts';
import { RESOURCE_LETTERS, ruleCells } from './acl-text.ts';
import type { Listing } from './list.ts';
import { NOUN } from './lookup.ts';

const RESOURCES = `RES_${RESOURCE_LETTERS}`;

export const aclListing: Listing = {
  noun: NOUN.acl,
  shown: ['ID', 'USER', RESOURCES, 'RID', 'OPE_UMAC', 'ZONE'],
  filterFlag: false,
  columns: () => [
    { name: 'ID', width: 4, adjust: true, cell: (rule) => rule.textOf('ID') },
    { name: 'USER', width: 8, cell: (rule) => cells(rule).user },
    { name: RESOURCES, width: 23, cell: (rule) => cells(rule).resources },
    { name: 'RID', width: 5, cell: (rule) => cells(rule).objects },
    { name: 'OPE_UMAC', width: 8, cell: (rule) => cells(rule).rights },
    { name: 'ZONE', width: 5, cell: (rule) => cells(rule).zone },
    { name: 'STRING', width: 60, left: true, cell: (rule) => rule.textOf('STRING') },
  ],
};

function cells(rule: XmlElement): ReturnType<typeof ruleCells> {
  return ruleCells(rule.textOf('STRING'));
}
