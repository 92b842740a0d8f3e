// The list of users.
import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useMemo, useState } from 'react';
import { poolQuery } from '../../api/queries.ts';
import { Empty } from '../../parts/empty.tsx';
import { ListPage } from '../../parts/list-page.tsx';
import { pathOf } from '../../parts/paths.ts';
import { useMay } from '../../parts/use-session.ts';
import { texts } from '../../texts/index.ts';
import { useUserActions } from './actions.tsx';
import { USER_COLUMNS, type UserRow } from './columns.tsx';
import { NewUser } from './new-user.tsx';

const words = texts.users;

export function Users() {
  const navigate = useNavigate();
  const may = useMay();
  const { actions, dialog } = useUserActions();
  const [making, setMaking] = useState(false);
  const query = useQuery(poolQuery('user', 'one.userpool.info', {}));
  const rows = useMemo((): UserRow[] | undefined => {
    if (query.data === undefined) return undefined;
    const { USER, QUOTAS } = query.data.USER_POOL;
    const quotas = new Map(QUOTAS.map((each) => [each.ID, each]));
    return USER.map((user) => ({ ...user, quotas: quotas.get(user.ID) }));
  }, [query.data]);
  return (
    <>
      <ListPage
        title={words.title}
        noun="user"
        query={query}
        rows={rows}
        columns={USER_COLUMNS}
        idOf={({ ID }) => ID}
        nameOf={({ NAME }) => NAME}
        actions={actions}
        onOpen={({ ID }) => void navigate({ to: pathOf('user', ID) })}
        create={may('one.user.allocate') && <Button onClick={() => setMaking(true)}>{words.create}</Button>}
        empty={<Empty title={words.empty}>{words.emptyHint}</Empty>}
        sort="name"
      />
      {making && <NewUser onClose={() => setMaking(false)} />}
      {dialog}
    </>
  );
}
