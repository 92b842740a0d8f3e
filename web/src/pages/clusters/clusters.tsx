// The list of clusters.
import { useQuery } from '@tanstack/react-query';
import type { Cluster } from '../../api/documents.ts';
import { poolQuery } from '../../api/queries.ts';
import type { TableColumn } from '../../parts/data-table.tsx';
import { Empty } from '../../parts/empty.tsx';
import { ListPage } from '../../parts/list-page.tsx';
import { texts } from '../../texts/index.ts';

const { columns, ...words } = texts.clusters;

const COLUMNS: ReadonlyArray<TableColumn<Cluster>> = [
  { id: 'id', label: texts.common.id, value: ({ ID }) => ID, width: 60 },
  { id: 'name', label: texts.common.name, value: ({ NAME }) => NAME, width: '2fr' },
  { id: 'hosts', label: columns.hosts, value: ({ HOSTS }) => HOSTS.ID.length, align: 'right', width: 90 },
  {
    id: 'datastores',
    label: columns.datastores,
    value: ({ DATASTORES }) => DATASTORES.ID.length,
    align: 'right',
    width: 120,
    from: 500,
  },
  {
    id: 'networks',
    label: columns.networks,
    value: ({ VNETS }) => VNETS.ID.length,
    align: 'right',
    width: 110,
    from: 600,
  },
];

export function Clusters() {
  const query = useQuery(poolQuery('cluster', 'one.clusterpool.info', {}));
  return (
    <ListPage
      title={words.title}
      noun="cluster"
      query={query}
      rows={query.data?.CLUSTER_POOL.CLUSTER}
      columns={COLUMNS}
      idOf={({ ID }) => ID}
      nameOf={({ NAME }) => NAME}
      empty={<Empty title={words.empty}>{words.emptyHint}</Empty>}
      sort="name"
    />
  );
}
