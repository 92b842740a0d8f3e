// The list of backups: the images that hold them.
import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useMemo } from 'react';
import { poolQuery } from '../../api/queries.ts';
import { Empty } from '../../parts/empty.tsx';
import { ListPage } from '../../parts/list-page.tsx';
import { pathOf } from '../../parts/paths.ts';
import { useMay } from '../../parts/use-session.ts';
import { texts } from '../../texts/index.ts';
import { BACKUP_COLUMNS } from './columns.tsx';
import { useBackupActions } from './dialogs.tsx';
import { backupRows } from './state.ts';

const EVERYTHING = { filter: -2, from: -1, to: -1 };

export function Backups() {
  const navigate = useNavigate();
  const may = useMay();
  const { actions, dialog } = useBackupActions();
  const query = useQuery(poolQuery('image', 'one.imagepool.info', EVERYTHING));
  const vms = useQuery({ ...poolQuery('vm', 'one.vmpool.info', EVERYTHING), enabled: may('one.vmpool.info') });
  const rows = useMemo(() => {
    const names = new Map(vms.data?.VM_POOL.VM.map(({ ID, NAME }) => [ID, NAME]));
    return query.data && backupRows(query.data.IMAGE_POOL.IMAGE, names);
  }, [query.data, vms.data]);
  return (
    <>
      <ListPage
        title={texts.backups.title}
        noun="image"
        query={query}
        rows={rows}
        columns={BACKUP_COLUMNS}
        idOf={({ id }) => id}
        nameOf={({ name }) => name}
        actions={actions}
        onOpen={({ id }) => void navigate({ to: pathOf('image', id) })}
        empty={<Empty title={texts.backups.empty}>{texts.backups.emptyHint}</Empty>}
        sort="-newest"
      />
      {dialog}
    </>
  );
}
