// The page of one backup job.
import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import type { BackupJob } from '../../api/documents.ts';
import { objectQuery } from '../../api/queries.ts';
import { ActionMenu } from '../../parts/action-menu.tsx';
import { DetailPage, useObjectId, type DetailTab } from '../../parts/detail-page.tsx';
import { Loaded } from '../../parts/loaded.tsx';
import { PATHS } from '../../parts/paths.ts';
import { RunsTable } from '../../parts/runs-table.tsx';
import { ScheduleEditor } from '../../parts/schedule-editor.tsx';
import { StateBadge } from '../../parts/state-badge.tsx';
import { useRights } from '../../parts/use-rights.ts';
import { texts } from '../../texts/index.ts';
import { useJobActions } from './dialogs.tsx';
import { JobOverview } from './job-overview.tsx';
import { JobSettings } from './job-settings.tsx';
import { SelectionPreview } from './selection-preview.tsx';
import { jobState } from './state.ts';

export function Job() {
  const id = useObjectId();
  const navigate = useNavigate();
  const { actions, dialog } = useJobActions(() => void navigate({ to: PATHS.backupjob }));
  const query = useQuery(objectQuery('backupjob', id, 'one.backupjob.info', { id }));
  const job = query.data?.BACKUPJOB;
  const { may, rightsOf } = useRights('backupjob', job ? [job] : [], ({ ID }) => ID);
  const mayChange = job !== undefined && may('one.backupjob.update') && (rightsOf(job)?.includes('MANAGE') ?? false);
  const state = job && jobState(job);
  return (
    <>
      <DetailPage
        back={{ to: PATHS.backupjob, label: texts.jobs.title }}
        query={query}
        name={job?.NAME}
        state={state && <StateBadge tone={state.tone}>{texts.jobs.states[state.state]}</StateBadge>}
        actions={
          job && (
            <ActionMenu
              noun="backupjob"
              rows={[job]}
              actions={actions}
              idOf={({ ID }) => ID}
              nameOf={({ NAME }) => NAME}
            />
          )
        }
        tabs={job ? tabsOf(job, mayChange) : []}
      />
      {dialog}
    </>
  );
}

function tabsOf(job: BackupJob, mayChange: boolean): DetailTab[] {
  const { tabs } = texts.jobs;
  const entries = job.TEMPLATE.SCHED_ACTION;
  return [
    { id: 'overview', label: tabs.overview, render: () => <JobOverview job={job} /> },
    { id: 'vms', label: tabs.vms, render: () => <SelectionPreview template={{}} id={job.ID} /> },
    {
      id: 'schedule',
      label: tabs.schedule,
      render: () => <ScheduleEditor of="backupjob" id={job.ID} entries={entries} mayChange={mayChange} />,
    },
    { id: 'runs', label: tabs.runs, render: () => <JobRuns id={job.ID} /> },
    ...(mayChange
      ? [{ id: 'settings', label: tabs.settings, render: () => <JobSettings key={job.ID} job={job} /> }]
      : []),
  ];
}

function JobRuns({ id }: { id: number }) {
  const query = useQuery(objectQuery('backupjob', id, 'one.backupjob.runs', { id }));
  return <Loaded query={query}>{({ RUN_POOL }) => <RunsTable runs={RUN_POOL.RUN} />}</Loaded>;
}
