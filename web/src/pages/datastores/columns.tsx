// The columns of the table of datastores.
import type { Datastore } from '../../api/documents.ts';
import { textOf } from '../../api/template-text.ts';
import type { TableColumn } from '../../parts/data-table.tsx';
import { mibText, percentText } from '../../parts/format.ts';
import { ObjectLink } from '../../parts/object-link.tsx';
import { StateBadge } from '../../parts/state-badge.tsx';
import { Mib } from '../../parts/values.tsx';
import { texts } from '../../texts/index.ts';
import { datastoreState, MONITOR_ERROR } from './state.ts';

const { columns, states, types } = texts.datastores;
const share = ({ USED_MB, TOTAL_MB }: Datastore): number => (TOTAL_MB === 0 ? 0 : USED_MB / TOTAL_MB);

export function DatastoreState({ store }: { store: Datastore }) {
  const { state, tone } = datastoreState(store);
  return (
    <StateBadge tone={tone} reason={textOf(store.TEMPLATE, MONITOR_ERROR)}>
      {states[state]}
    </StateBadge>
  );
}

export const DATASTORE_COLUMNS: ReadonlyArray<TableColumn<Datastore>> = [
  { id: 'id', label: texts.common.id, value: (store) => store.ID, width: 60, from: 500 },
  {
    id: 'name',
    label: texts.common.name,
    value: (store) => store.NAME,
    cell: (store) => (
      <ObjectLink noun="datastore" id={store.ID} inTable>
        {store.NAME}
      </ObjectLink>
    ),
    width: '2fr',
  },
  { id: 'type', label: columns.type, value: (store) => types[store.TYPE] ?? String(store.TYPE), width: 120 },
  { id: 'driver', label: columns.driver, value: (store) => store.DS_MAD, width: 90, from: 700 },
  {
    id: 'state',
    label: texts.common.state,
    value: (store) => states[datastoreState(store).state],
    cell: (store) => <DatastoreState store={store} />,
    width: 170,
    from: 900,
  },
  {
    id: 'fill',
    label: columns.full,
    value: share,
    cell: (store) => (store.TOTAL_MB === 0 ? texts.common.nothing : percentText(share(store))),
    align: 'right',
    width: 80,
  },
  {
    id: 'free',
    label: columns.free,
    value: (store) => store.FREE_MB,
    cell: (store) => <Mib value={store.FREE_MB} />,
    words: (store) => mibText(store.FREE_MB),
    align: 'right',
    width: 110,
    from: 500,
  },
  {
    id: 'total',
    label: columns.total,
    value: (store) => store.TOTAL_MB,
    cell: (store) => <Mib value={store.TOTAL_MB} />,
    align: 'right',
    width: 110,
    from: 700,
  },
  {
    id: 'images',
    label: columns.images,
    value: (store) => store.IMAGES.ID.length,
    align: 'right',
    width: 90,
    from: 600,
  },
  { id: 'owner', label: texts.common.owner, value: (store) => store.UNAME, width: 120, from: 1000 },
];
