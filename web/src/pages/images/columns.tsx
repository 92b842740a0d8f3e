// The columns of the table of disk images.
import type { Image } from '../../api/documents.ts';
import { textOf } from '../../api/template-text.ts';
import type { TableColumn } from '../../parts/data-table.tsx';
import { mibText } from '../../parts/format.ts';
import { ObjectLink } from '../../parts/object-link.tsx';
import { StateBadge } from '../../parts/state-badge.tsx';
import { texts } from '../../texts/index.ts';
import { imageState } from './state.ts';

const { columns, states, types } = texts.images;

export function ImageStateBadge({ image }: { image: Image }) {
  const { word, tone } = imageState(image);
  return (
    <StateBadge tone={tone} reason={textOf(image.TEMPLATE, 'ERROR')}>
      {states[word]}
    </StateBadge>
  );
}

export const IMAGE_COLUMNS: ReadonlyArray<TableColumn<Image>> = [
  { id: 'id', label: texts.common.id, value: ({ ID }) => ID, width: 70, from: 500 },
  {
    id: 'name',
    label: texts.common.name,
    value: ({ NAME }) => NAME,
    cell: ({ ID, NAME }) => (
      <ObjectLink noun="disk" id={ID} inTable>
        {NAME}
      </ObjectLink>
    ),
    width: '2fr',
  },
  { id: 'type', label: columns.type, value: ({ TYPE }) => types[TYPE] ?? String(TYPE), width: 90, from: 700 },
  {
    id: 'state',
    label: texts.common.state,
    value: (image) => states[imageState(image).word],
    cell: (image) => <ImageStateBadge image={image} />,
    width: 140,
  },
  {
    id: 'datastore',
    label: columns.datastore,
    value: ({ DATASTORE }) => DATASTORE,
    cell: ({ DATASTORE, DATASTORE_ID }) => (
      <ObjectLink noun="datastore" id={DATASTORE_ID} inTable>
        {DATASTORE}
      </ObjectLink>
    ),
    from: 800,
  },
  {
    id: 'size',
    label: columns.size,
    value: ({ SIZE }) => SIZE,
    cell: ({ SIZE }) => mibText(SIZE),
    align: 'right',
    width: 100,
    from: 500,
  },
  {
    id: 'persistent',
    label: columns.persistent,
    value: ({ PERSISTENT }) => (PERSISTENT === 1 ? texts.common.yes : texts.common.no),
    width: 110,
    from: 900,
  },
  { id: 'vms', label: columns.vms, value: ({ VMS }) => VMS.ID.length, align: 'right', width: 70, from: 600 },
  { id: 'owner', label: texts.common.owner, value: ({ UNAME }) => UNAME, width: 120, from: 900 },
];
