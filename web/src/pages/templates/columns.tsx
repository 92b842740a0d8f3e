// The columns of the table of templates.
import type { Template } from '../../api/documents.ts';
import { textOf, vectorsOf } from '../../api/template-text.ts';
import type { TableColumn } from '../../parts/data-table.tsx';
import { mibText } from '../../parts/format.ts';
import { ObjectLink } from '../../parts/object-link.tsx';
import { Moment } from '../../parts/values.tsx';
import { texts } from '../../texts/index.ts';

const { columns } = texts.templates;
const memory = ({ TEMPLATE }: Template): number => Number(textOf(TEMPLATE, 'MEMORY') ?? 0);

export const TEMPLATE_COLUMNS: ReadonlyArray<TableColumn<Template>> = [
  { id: 'id', label: texts.common.id, value: ({ ID }) => ID, width: 70, from: 500 },
  {
    id: 'name',
    label: texts.common.name,
    value: ({ NAME }) => NAME,
    cell: ({ ID, NAME }) => (
      <ObjectLink noun="template" id={ID} inTable>
        {NAME}
      </ObjectLink>
    ),
    width: '2fr',
  },
  { id: 'cpu', label: columns.cpu, value: ({ TEMPLATE }) => textOf(TEMPLATE, 'CPU') ?? '', width: 80, from: 700 },
  {
    id: 'memory',
    label: columns.memory,
    value: memory,
    cell: (one) => mibText(memory(one)),
    align: 'right',
    width: 110,
  },
  {
    id: 'disks',
    label: columns.disks,
    value: ({ TEMPLATE }) => vectorsOf(TEMPLATE, 'DISK').length,
    align: 'right',
    width: 80,
    from: 800,
  },
  {
    id: 'mode',
    label: columns.mode,
    value: ({ TEMPLATE }) => textOf(vectorsOf(TEMPLATE, 'BACKUP_CONFIG')[0] ?? {}, 'MODE') ?? '',
    from: 800,
  },
  {
    id: 'registered',
    label: columns.registered,
    value: ({ REGTIME }) => REGTIME,
    cell: ({ REGTIME }) => <Moment at={REGTIME} as="date" />,
    from: 900,
  },
  { id: 'owner', label: texts.common.owner, value: ({ UNAME }) => UNAME, from: 900 },
];
