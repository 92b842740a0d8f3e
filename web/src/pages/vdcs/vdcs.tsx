// The list of virtual data centres.
import { useQuery } from '@tanstack/react-query';
import type { Vdc } from '../../api/documents.ts';
import { poolQuery } from '../../api/queries.ts';
import type { TableColumn } from '../../parts/data-table.tsx';
import { Empty } from '../../parts/empty.tsx';
import { ListPage } from '../../parts/list-page.tsx';
import { texts } from '../../texts/index.ts';

const { columns, ...words } = texts.vdcs;
/** OpenNebula's number for all of a kind. */
const ALL = -10;
const countOf = (ids: readonly number[]): string => (ids.includes(ALL) ? texts.common.all : String(ids.length));

const COLUMNS: ReadonlyArray<TableColumn<Vdc>> = [
  { id: 'id', label: texts.common.id, value: ({ ID }) => ID, width: 60 },
  { id: 'name', label: texts.common.name, value: ({ NAME }) => NAME, width: '2fr' },
  { id: 'groups', label: columns.groups, value: ({ GROUPS }) => GROUPS.ID.length, align: 'right', width: 90 },
  {
    id: 'clusters',
    label: columns.clusters,
    value: ({ CLUSTERS }) => countOf(CLUSTERS.CLUSTER.map(({ CLUSTER_ID }) => CLUSTER_ID)),
    align: 'right',
    width: 100,
  },
  {
    id: 'hosts',
    label: columns.hosts,
    value: ({ HOSTS }) => countOf(HOSTS.HOST.map(({ HOST_ID }) => HOST_ID)),
    align: 'right',
    width: 90,
    from: 500,
  },
  {
    id: 'datastores',
    label: columns.datastores,
    value: ({ DATASTORES }) => countOf(DATASTORES.DATASTORE.map(({ DATASTORE_ID }) => DATASTORE_ID)),
    align: 'right',
    width: 120,
    from: 600,
  },
  {
    id: 'networks',
    label: columns.networks,
    value: ({ VNETS }) => countOf(VNETS.VNET.map(({ VNET_ID }) => VNET_ID)),
    align: 'right',
    width: 110,
    from: 700,
  },
];

export function Vdcs() {
  const query = useQuery(poolQuery('vdc', 'one.vdcpool.info', {}));
  return (
    <ListPage
      title={words.title}
      noun="vdc"
      query={query}
      rows={query.data?.VDC_POOL.VDC}
      columns={COLUMNS}
      idOf={({ ID }) => ID}
      nameOf={({ NAME }) => NAME}
      empty={<Empty title={words.empty}>{words.emptyHint}</Empty>}
      sort="name"
    />
  );
}
