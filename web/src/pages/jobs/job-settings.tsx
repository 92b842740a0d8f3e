// What a backup job says, to be changed: its VMs, how they are backed up, what is kept.
import { Button, Group, Stack } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useMutation } from '@tanstack/react-query';
import { call } from '../../api/call.ts';
import type { BackupJob } from '../../api/documents.ts';
import { templateText } from '../../api/template-text.ts';
import { ErrorNote } from '../../parts/error-note.tsx';
import { writtenEntry } from '../../parts/schedule.ts';
import { Section } from '../../parts/section.tsx';
import { tellDone } from '../../parts/tell.tsx';
import { texts } from '../../texts/index.ts';
import { BackupFields, ChoiceFields, KeepField } from './job-fields.tsx';
import { jobFaults, jobValues, writtenChoice, writtenJob, type JobValues } from './job-values.ts';
import { RetentionPreview } from './retention-preview.tsx';
import { SelectionPreview } from './selection-preview.tsx';

const { steps } = texts.jobs;
/** The template is merged into what is there. */
const APPEND = 1;

export function JobSettings({ job }: { job: BackupJob }) {
  const form = useForm<JobValues>({ initialValues: jobValues(job), validate: jobFaults });
  const saving = useMutation({
    mutationFn: (values: JobValues) =>
      call('one.backupjob.update', { id: job.ID, template: templateText(writtenJob(values, false)), append: APPEND }),
    onSuccess: () => {
      form.resetDirty();
      tellDone(steps.saved);
    },
  });
  return (
    <form noValidate onSubmit={form.onSubmit((values) => saving.mutate(values))}>
      <Stack gap="sm">
        <Section title={steps.vms}>
          <ChoiceFields form={form} />
          <SelectionPreview template={writtenChoice(form.values)} id={job.ID} />
        </Section>
        <Section title={steps.backups}>
          <BackupFields form={form} />
        </Section>
        <Section title={steps.retention}>
          <KeepField form={form} />
          <RetentionPreview
            keepLast={form.values.keepLast}
            schedules={job.TEMPLATE.SCHED_ACTION.map((entry) => writtenEntry(entry))}
          />
        </Section>
        {saving.isError && <ErrorNote error={saving.error} />}
        <Group>
          <Button type="submit" loading={saving.isPending} disabled={!form.isDirty()}>
            {steps.save}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
