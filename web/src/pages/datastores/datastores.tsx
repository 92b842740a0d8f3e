// The list of datastores.
import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { poolQuery } from '../../api/queries.ts';
import { Empty } from '../../parts/empty.tsx';
import { ListPage } from '../../parts/list-page.tsx';
import { pathOf } from '../../parts/paths.ts';
import { useMay } from '../../parts/use-session.ts';
import { texts } from '../../texts/index.ts';
import { useDatastoreActions } from './actions.tsx';
import { DATASTORE_COLUMNS } from './columns.tsx';
import { NewDatastore } from './new-datastore.tsx';

const words = texts.datastores;

export function Datastores() {
  const navigate = useNavigate();
  const may = useMay();
  const { actions, dialog } = useDatastoreActions();
  const [making, setMaking] = useState(false);
  const query = useQuery(poolQuery('datastore', 'one.datastorepool.info', {}));
  return (
    <>
      <ListPage
        title={words.title}
        noun="datastore"
        query={query}
        rows={query.data?.DATASTORE_POOL.DATASTORE}
        columns={DATASTORE_COLUMNS}
        idOf={({ ID }) => ID}
        nameOf={({ NAME }) => NAME}
        actions={actions}
        onOpen={({ ID }) => void navigate({ to: pathOf('datastore', ID) })}
        create={may('one.datastore.allocate') && <Button onClick={() => setMaking(true)}>{words.create}</Button>}
        empty={<Empty title={words.empty}>{words.emptyHint}</Empty>}
        sort="name"
      />
      {making && <NewDatastore onClose={() => setMaking(false)} />}
      {dialog}
    </>
  );
}
