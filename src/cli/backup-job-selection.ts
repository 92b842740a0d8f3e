// `onebackupjob selection`: which VMs a job backs up now, or would with another choice.
import type { XmlElement } from '../wire/xml-read.ts';
import { documentText, type DocumentOptions } from './document.ts';
import { sections, tableSection, textCell, withTitle } from './sections.ts';
import { idsIn, title } from './show.ts';
import type { Column } from './table.ts';
import { number, size } from './units.ts';

/** `selection` is a JOB_SELECTION. */
export function selectionText(selection: XmlElement, given: DocumentOptions): string {
  const text = documentText(selection, given);
  if (text !== undefined) return text;
  const total = number(selection.textOf('TOTAL'));
  const vms = selection.children('VM');
  const more = total > vms.length ? [`and ${total - vms.length} more`] : [];
  return sections([
    [title(`${total} VMS, ${size(number(selection.textOf('SIZE_MB')), 'M')} OF DISKS`)],
    [...tableSection('BACKED UP', vmColumns, vms), ...more],
    withTitle('THERE NO MORE', idsIn(selection, 'GONE')),
    tableSection('IN ANOTHER JOB', elsewhereColumns, selection.children('ELSEWHERE')),
    tableSection('MAY NOT BE BACKED UP', refusedColumns, selection.children('REFUSED')),
  ]);
}

const named: ReadonlyArray<Column<XmlElement>> = [
  { name: 'ID', width: 4, adjust: true, cell: textCell('ID') },
  { name: 'NAME', width: 20, left: true, cell: textCell('NAME') },
];

const vmColumns: ReadonlyArray<Column<XmlElement>> = [
  ...named,
  { name: 'USER', width: 10, left: true, cell: textCell('UNAME') },
  { name: 'GROUP', width: 10, left: true, cell: textCell('GNAME') },
  { name: 'CHOSEN', width: 8, left: true, cell: textCell('HOW') },
  { name: 'SIZE', width: 8, cell: (vm) => size(number(vm.textOf('SIZE')), 'M') },
];

const elsewhereColumns: ReadonlyArray<Column<XmlElement>> = [
  ...named,
  { name: 'JOB', width: 4, adjust: true, cell: textCell('JOB_ID') },
];

const refusedColumns: ReadonlyArray<Column<XmlElement>> = [
  ...named,
  { name: 'WHY', width: 40, left: true, adjust: true, cell: textCell('REASON') },
];
