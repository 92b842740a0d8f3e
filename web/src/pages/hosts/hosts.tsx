// The list of hosts.
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
import { useHostActions } from './actions.tsx';
import { HOST_COLUMNS } from './columns.tsx';
import { NewHost } from './new-host.tsx';

const words = texts.hosts;

export function Hosts() {
  const navigate = useNavigate();
  const may = useMay();
  const { actions, dialog } = useHostActions();
  const [making, setMaking] = useState(false);
  const query = useQuery(poolQuery('host', 'one.hostpool.info', {}));
  return (
    <>
      <ListPage
        title={words.title}
        noun="host"
        query={query}
        rows={query.data?.HOST_POOL.HOST}
        columns={HOST_COLUMNS}
        idOf={({ ID }) => ID}
        nameOf={({ NAME }) => NAME}
        actions={actions}
        onOpen={({ ID }) => void navigate({ to: pathOf('host', ID) })}
        create={may('one.host.allocate') && <Button onClick={() => setMaking(true)}>{words.create}</Button>}
        empty={<Empty title={words.empty}>{words.emptyHint}</Empty>}
        sort="name"
      />
      {making && <NewHost onClose={() => setMaking(false)} />}
      {dialog}
    </>
  );
}
