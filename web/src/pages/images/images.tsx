// The list of disk images: all images but those that hold backups.
import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useMemo, useState } from 'react';
import { poolQuery } from '../../api/queries.ts';
import { Empty } from '../../parts/empty.tsx';
import { ListPage } from '../../parts/list-page.tsx';
import { isBackupImage, pathOf } from '../../parts/paths.ts';
import { useMay } from '../../parts/use-session.ts';
import { texts } from '../../texts/index.ts';
import { IMAGE_COLUMNS } from './columns.tsx';
import { useImageActions } from './dialogs.tsx';
import { NewImage } from './new-image.tsx';

const words = texts.images;
const EVERYTHING = { filter: -2, from: -1, to: -1 };

export function Images() {
  const navigate = useNavigate();
  const may = useMay();
  const { actions, dialog } = useImageActions();
  const [making, setMaking] = useState(false);
  const query = useQuery(poolQuery('image', 'one.imagepool.info', EVERYTHING));
  const rows = useMemo(() => query.data?.IMAGE_POOL.IMAGE.filter((image) => !isBackupImage(image)), [query.data]);
  return (
    <>
      <ListPage
        title={words.title}
        noun="image"
        query={query}
        rows={rows}
        columns={IMAGE_COLUMNS}
        idOf={({ ID }) => ID}
        nameOf={({ NAME }) => NAME}
        actions={actions}
        onOpen={({ ID }) => void navigate({ to: pathOf('disk', ID) })}
        create={may('one.image.allocate') && <Button onClick={() => setMaking(true)}>{words.create}</Button>}
        empty={<Empty title={words.empty}>{words.emptyHint}</Empty>}
        sort="name"
      />
      {making && <NewImage onClose={() => setMaking(false)} />}
      {dialog}
    </>
  );
}
