// The columns of the table of backup jobs.
import type { BackupJobEntry } from '../../api/documents.ts';
import { textOf } from '../../api/template-text.ts';
import type { TableColumn } from '../../parts/data-table.tsx';
import { ObjectLink } from '../../parts/object-link.tsx';
import { StateBadge } from '../../parts/state-badge.tsx';
import { Moment } from '../../parts/values.tsx';
import { texts } from '../../texts/index.ts';
import { jobState } from './state.ts';

const { columns } = texts.jobs;

export const JOB_COLUMNS: ReadonlyArray<TableColumn<BackupJobEntry>> = [
  { id: 'id', label: texts.common.id, value: (job) => job.ID, width: 60, from: 500 },
  {
    id: 'name',
    label: texts.common.name,
    value: (job) => job.NAME,
    cell: (job) => (
      <ObjectLink noun="backupjob" id={job.ID} inTable>
        {job.NAME}
      </ObjectLink>
    ),
    width: '2fr',
  },
  {
    id: 'state',
    label: texts.common.state,
    value: (job) => texts.jobs.states[jobState(job).state],
    cell: (job) => {
      const { state, tone } = jobState(job);
      return <StateBadge tone={tone}>{texts.jobs.states[state]}</StateBadge>;
    },
    width: 130,
  },
  { id: 'mode', label: columns.mode, value: (job) => textOf(job.TEMPLATE, 'MODE') ?? '', from: 700 },
  {
    id: 'keep',
    label: columns.keep,
    value: (job) => Number(textOf(job.TEMPLATE, 'KEEP_LAST') ?? 0),
    cell: (job) => textOf(job.TEMPLATE, 'KEEP_LAST') ?? texts.common.all,
    align: 'right',
    width: 80,
    from: 700,
  },
  {
    id: 'last',
    label: columns.last,
    value: (job) => job.LAST_BACKUP_TIME,
    cell: (job) => <Moment at={job.LAST_BACKUP_TIME} />,
    from: 500,
  },
  { id: 'owner', label: texts.common.owner, value: (job) => job.UNAME, from: 900 },
];
