// The points in time to which a VM can go back, of all its backups, the newest first.
import { useQueries } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import type { Vm } from '../../api/documents.ts';
import { objectQuery } from '../../api/queries.ts';
import { DataTable, type TableColumn } from '../../parts/data-table.tsx';
import { Empty } from '../../parts/empty.tsx';
import { mibText } from '../../parts/format.ts';
import { ObjectLink } from '../../parts/object-link.tsx';
import { pathOf } from '../../parts/paths.ts';
import { StateBadge } from '../../parts/state-badge.tsx';
import { sorted, type Sorting } from '../../parts/table.ts';
import { Moment } from '../../parts/values.tsx';
import { texts } from '../../texts/index.ts';
import { PointType } from '../../parts/point-type.tsx';
import { pointsOf, type Point } from '../../parts/points.ts';

const { points: words } = texts.vms;

const COLUMNS: ReadonlyArray<TableColumn<Point>> = [
  {
    id: 'at',
    label: words.at,
    value: ({ date }) => date,
    cell: ({ date }) => <Moment at={date} as="date" />,
    width: 170,
  },
  {
    id: 'type',
    label: words.type,
    value: ({ type }) => type,
    cell: ({ type }) => <PointType type={type} />,
    width: 120,
  },
  {
    id: 'image',
    label: words.image,
    value: ({ image }) => image,
    cell: ({ imageId, image }) => (
      <ObjectLink noun="image" id={imageId} inTable>
        {image}
      </ObjectLink>
    ),
    width: '2fr',
    from: 600,
  },
  {
    id: 'size',
    label: words.size,
    value: ({ sizeMb }) => sizeMb,
    cell: ({ sizeMb }) => mibText(sizeMb),
    align: 'right',
    width: 100,
  },
  { id: 'consistency', label: words.consistency, value: ({ consistency }) => consistency, from: 800 },
  {
    id: 'verified',
    label: words.verified,
    value: ({ verified }) => verified,
    cell: ({ verified, verifyError }) =>
      verifyError === '' ? (
        <Moment at={verified} />
      ) : (
        <StateBadge tone="bad" reason={verifyError}>
          {words.damaged}
        </StateBadge>
      ),
    from: 900,
  },
  {
    id: 'proven',
    label: words.proven,
    value: ({ proven }) => proven,
    cell: ({ proven }) => <Moment at={proven} />,
    from: 1000,
  },
];

export function VmBackups({ vm }: { vm: Vm }) {
  const navigate = useNavigate();
  const [sorting, setSorting] = useState<Sorting>({ column: 'at', down: true });
  const images = useQueries({
    queries: vm.BACKUPS.BACKUP_IDS.ID.map((id) => objectQuery('image', id, 'one.image.info', { id })),
  });
  const points = images.flatMap(({ data }) => (data ? pointsOf(data.IMAGE) : []));
  if (points.length === 0) return <Empty title={words.empty}>{words.emptyHint}</Empty>;
  return (
    <DataTable
      label={words.list}
      rows={sorted(points, COLUMNS, sorting)}
      columns={COLUMNS}
      idOf={({ imageId, id }) => `${imageId}/${id}`}
      nameOf={({ image, id }) => `${image} ${id}`}
      sorting={sorting}
      onSort={setSorting}
      onOpen={({ imageId }) => void navigate({ to: pathOf('image', imageId) })}
    />
  );
}
