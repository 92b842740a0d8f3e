// The list of networks.
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
import { NETWORK_COLUMNS } from './columns.tsx';
import { useNetworkActions } from './dialogs.tsx';
import { NewNetwork } from './new-network.tsx';

const words = texts.networks;

export function Networks() {
  const navigate = useNavigate();
  const may = useMay();
  const { actions, dialog } = useNetworkActions();
  const [making, setMaking] = useState(false);
  const query = useQuery(poolQuery('vnet', 'one.vnpool.info', { filter: -2, from: -1, to: -1 }));
  return (
    <>
      <ListPage
        title={words.title}
        noun="vnet"
        query={query}
        rows={query.data?.VNET_POOL.VNET}
        columns={NETWORK_COLUMNS}
        idOf={({ ID }) => ID}
        nameOf={({ NAME }) => NAME}
        actions={actions}
        onOpen={({ ID }) => void navigate({ to: pathOf('vnet', ID) })}
        create={may('one.vn.allocate') && <Button onClick={() => setMaking(true)}>{words.create}</Button>}
        empty={<Empty title={words.empty}>{words.emptyHint}</Empty>}
        sort="name"
      />
      {making && <NewNetwork onClose={() => setMaking(false)} />}
      {dialog}
    </>
  );
}
