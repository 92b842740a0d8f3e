// How a backup job is set up, what is under way of it and what became of its last run.
import { Alert, Group, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import type { BackupJob } from '../../api/documents.ts';
import { useLiveRuns } from '../../api/live-runs.ts';
import { objectQuery } from '../../api/queries.ts';
import { textOf } from '../../api/template-text.ts';
import { Facts } from '../../parts/facts.tsx';
import { spanText } from '../../parts/format.ts';
import { ObjectLink } from '../../parts/object-link.tsx';
import { RunProgress } from '../../parts/run-progress.tsx';
import { Section } from '../../parts/section.tsx';
import { Moment } from '../../parts/values.tsx';
import { texts } from '../../texts/index.ts';

const { overview: words, columns, fields } = texts.jobs;

export function JobOverview({ job }: { job: BackupJob }) {
  const { TEMPLATE } = job;
  const datastore = textOf(TEMPLATE, 'DATASTORE_ID');
  const error = textOf(TEMPLATE, 'ERROR');
  return (
    <Stack gap="sm">
      {error !== undefined && (
        <Alert color="red" title={words.error} style={{ overflowWrap: 'anywhere' }}>
          {error}
        </Alert>
      )}
      <UnderWay job={job} />
      <Section title={words.last}>
        <Facts
          facts={[
            [columns.last, <Moment key="last" at={job.LAST_BACKUP_TIME} />],
            [words.took, job.LAST_BACKUP_DURATION > 0 ? spanText(job.LAST_BACKUP_DURATION) : undefined],
            [columns.next, <Moment key="next" at={nextRun(job)} otherwise={texts.common.none} />],
            [columns.priority, job.PRIORITY],
            [
              words.datastore,
              datastore === undefined || datastore === '' ? (
                texts.common.none
              ) : (
                <ObjectLink key="datastore" noun="datastore" id={Number(datastore)} />
              ),
            ],
            [columns.mode, textOf(TEMPLATE, 'MODE')],
            [columns.keep, textOf(TEMPLATE, 'KEEP_LAST') ?? texts.common.all],
            [words.execution, textOf(TEMPLATE, 'EXECUTION')],
            [fields.freeze, textOf(TEMPLATE, 'FS_FREEZE')],
            [texts.common.owner, job.UNAME],
          ]}
        />
      </Section>
      <LastRun job={job} />
    </Stack>
  );
}

/** The soonest of its schedules; 0 for none. */
function nextRun({ TEMPLATE }: BackupJob): number {
  const coming = TEMPLATE.SCHED_ACTION.map(({ TIME }) => TIME).filter((at) => at * 1000 > Date.now());
  return coming.length === 0 ? 0 : Math.min(...coming);
}

function UnderWay({ job }: { job: BackupJob }) {
  const busy = new Set(job.BACKING_UP_VMS.ID);
  const runs = useLiveRuns().filter(({ kind, vmId }) => kind === 'backup' && busy.has(vmId));
  if (runs.length === 0) return null;
  return (
    <Section title={words.under} count={runs.length}>
      {runs.map((run) => (
        <RunProgress key={run.id} run={run} title={<ObjectLink noun="vm" id={run.vmId} />} />
      ))}
    </Section>
  );
}

/** Of long lists only the beginning: the tab of runs has all. */
const SHOWN = 40;

function LastRun({ job }: { job: BackupJob }) {
  const names = useNames(job);
  const lists = [
    [words.failed, job.ERROR_VMS.ID],
    [words.backingUp, job.BACKING_UP_VMS.ID],
    [words.outdated, job.OUTDATED_VMS.ID],
    [words.updated, job.UPDATED_VMS.ID],
  ] as const;
  if (lists.every(([, ids]) => ids.length === 0)) return <Text size="sm">{words.noRun}</Text>;
  return (
    <Section title={words.lists}>
      {lists
        .filter(([, ids]) => ids.length > 0)
        .map(([label, ids]) => (
          <div key={label}>
            <Text size="sm" fw={600}>
              {label} ({ids.length})
            </Text>
            <Group gap="xs">
              {ids.slice(0, SHOWN).map((id) => (
                <ObjectLink key={id} noun="vm" id={id}>
                  {names.get(id)}
                </ObjectLink>
              ))}
              {ids.length > SHOWN && <Text size="sm">{texts.jobs.selection.more(ids.length - SHOWN)}</Text>}
            </Group>
          </div>
        ))}
    </Section>
  );
}

/** Names of VMs, from the runs of the job. */
function useNames({ ID }: BackupJob): ReadonlyMap<number, string> {
  const { data } = useQuery(objectQuery('backupjob', ID, 'one.backupjob.runs', { id: ID }));
  return new Map((data?.RUN_POOL.RUN ?? []).filter((run) => run.VM_NAME !== '').map((run) => [run.VM_ID, run.VM_NAME]));
}
