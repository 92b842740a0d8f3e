// The list of backup jobs.
import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import { poolQuery } from '../../api/queries.ts';
import { Empty } from '../../parts/empty.tsx';
import { ListPage } from '../../parts/list-page.tsx';
import { pathOf } from '../../parts/paths.ts';
import { useMay } from '../../parts/use-session.ts';
import { texts } from '../../texts/index.ts';
import { JOB_COLUMNS } from './columns.tsx';
import { useJobActions } from './dialogs.tsx';

export function Jobs() {
  const navigate = useNavigate();
  const may = useMay();
  const { actions, dialog } = useJobActions();
  const query = useQuery(poolQuery('backupjob', 'one.backupjobpool.info', { filter: -2, from: -1, to: -1 }));
  return (
    <>
      <ListPage
        title={texts.jobs.title}
        noun="backupjob"
        query={query}
        rows={query.data?.BACKUPJOB_POOL.BACKUPJOB}
        columns={JOB_COLUMNS}
        idOf={(job) => job.ID}
        nameOf={(job) => job.NAME}
        actions={actions}
        onOpen={(job) => void navigate({ to: pathOf('backupjob', job.ID) })}
        create={
          may('one.backupjob.allocate') && (
            <Button component={Link} to="/jobs/new">
              {texts.jobs.create}
            </Button>
          )
        }
        empty={<Empty title={texts.jobs.empty}>{texts.jobs.emptyHint}</Empty>}
        sort="name"
      />
      {dialog}
    </>
  );
}
