// What a datastore holds: backups with their points, or images.
import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useMemo, useState } from 'react';
import type { Datastore, Image } from '../../api/documents.ts';
import { poolQuery } from '../../api/queries.ts';
import { DataTable, type TableColumn } from '../../parts/data-table.tsx';
import { Empty } from '../../parts/empty.tsx';
import { Loaded } from '../../parts/loaded.tsx';
import { ObjectLink } from '../../parts/object-link.tsx';
import { pathOf, shownImage } from '../../parts/paths.ts';
import { sorted, type Sorting } from '../../parts/table.ts';
import { Mib, Moment } from '../../parts/values.tsx';
import { texts } from '../../texts/index.ts';

const words = texts.datastores.images;
const EVERYTHING = { filter: -2, from: -1, to: -1 };
const newestOf = (image: Image): number =>
  Math.max(image.REGTIME, ...image.BACKUP_INCREMENTS.INCREMENT.map(({ DATE }) => DATE));

const COLUMNS: ReadonlyArray<TableColumn<Image>> = [
  { id: 'id', label: texts.common.id, value: ({ ID }) => ID, width: 70, from: 500 },
  {
    id: 'name',
    label: texts.common.name,
    value: ({ NAME }) => NAME,
    cell: (image) => (
      <ObjectLink noun={shownImage(image)} id={image.ID} inTable>
        {image.NAME}
      </ObjectLink>
    ),
    width: '2fr',
  },
  { id: 'type', label: words.type, value: ({ TYPE }) => words.types[TYPE] ?? String(TYPE), width: 90, from: 800 },
  {
    id: 'points',
    label: words.points,
    value: ({ BACKUP_INCREMENTS }) => BACKUP_INCREMENTS.INCREMENT.length,
    align: 'right',
    width: 80,
    from: 600,
  },
  {
    id: 'size',
    label: words.size,
    value: ({ SIZE }) => SIZE,
    cell: ({ SIZE }) => <Mib value={SIZE} />,
    align: 'right',
    width: 110,
  },
  { id: 'newest', label: words.newest, value: newestOf, cell: (image) => <Moment at={newestOf(image)} />, width: 130 },
  { id: 'owner', label: texts.common.owner, value: ({ UNAME }) => UNAME, width: 120, from: 700 },
];

export function ImagesOf({ store }: { store: Datastore }) {
  const navigate = useNavigate();
  const pool = useQuery(poolQuery('image', 'one.imagepool.info', EVERYTHING));
  const [sorting, setSorting] = useState<Sorting>({ column: 'newest', down: true });
  const rows = useMemo(() => {
    const own = (pool.data?.IMAGE_POOL.IMAGE ?? []).filter(({ DATASTORE_ID }) => DATASTORE_ID === store.ID);
    return sorted(own, COLUMNS, sorting);
  }, [pool.data, store.ID, sorting]);
  const open = (image: Image): void => void navigate({ to: pathOf(shownImage(image), image.ID) });
  return (
    <Loaded query={pool}>
      {() =>
        rows.length === 0 ? (
          <Empty title={words.empty}>{words.emptyHint}</Empty>
        ) : (
          <DataTable
            label={texts.datastores.tabs.images}
            rows={rows}
            columns={COLUMNS}
            idOf={({ ID }) => ID}
            nameOf={({ NAME }) => NAME}
            sorting={sorting}
            onSort={setSorting}
            onOpen={open}
          />
        )
      }
    </Loaded>
  );
}
