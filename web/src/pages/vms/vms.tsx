// The list of VMs.
import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { poolQuery } from '../../api/queries.ts';
import { Empty } from '../../parts/empty.tsx';
import { ListPage } from '../../parts/list-page.tsx';
import { pathOf } from '../../parts/paths.ts';
import { useMay } from '../../parts/use-session.ts';
import { texts } from '../../texts/index.ts';
import { VM_COLUMNS } from './columns.tsx';
import { useVmActions } from './dialogs.tsx';

export function Vms() {
  const navigate = useNavigate();
  const may = useMay();
  const { actions, dialog } = useVmActions();
  const query = useQuery(poolQuery('vm', 'one.vmpool.info', { filter: -2, from: -1, to: -1 }));
  return (
    <>
      <ListPage
        title={texts.vms.title}
        noun="vm"
        query={query}
        rows={query.data?.VM_POOL.VM}
        columns={VM_COLUMNS}
        idOf={(vm) => vm.ID}
        nameOf={(vm) => vm.NAME}
        actions={actions}
        onOpen={(vm) => void navigate({ to: pathOf('vm', vm.ID) })}
        create={
          may('one.vm.allocate') && (
            <Button onClick={() => void navigate({ to: '/vms/new' })}>{texts.vms.create}</Button>
          )
        }
        empty={<Empty title={texts.vms.empty}>{texts.vms.emptyHint}</Empty>}
        sort="name"
      />
      {dialog}
    </>
  );
}
