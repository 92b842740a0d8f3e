// The way to a new backup job, step by step: which VMs, how, when, what is kept, and its name.
import { Button, Group, NumberInput, Stack, Stepper, TextInput, Title } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useMutation } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { call } from '../../api/call.ts';
import { templateText } from '../../api/template-text.ts';
import { AttributeLabel } from '../../parts/attribute-label.tsx';
import { ErrorNote } from '../../parts/error-note.tsx';
import { pathOf } from '../../parts/paths.ts';
import { ScheduleDraft } from '../../parts/schedule-draft.tsx';
import { writtenSchedule } from '../../parts/schedule.ts';
import { useSession } from '../../parts/use-session.ts';
import { texts } from '../../texts/index.ts';
import { BackupFields, ChoiceFields, KeepField, type JobForm } from './job-fields.tsx';
import { jobFaults, newJob, USUAL_PRIORITY, writtenChoice, writtenJob, type JobValues } from './job-values.ts';
import { RetentionPreview } from './retention-preview.tsx';
import { SelectionPreview } from './selection-preview.tsx';

const { steps } = texts.jobs;
const LAST = 4;
const MOST_PRIORITY = 99;

export function NewJob() {
  const navigate = useNavigate();
  const [step, setStep] = useState(0);
  const form = useForm<JobValues>({ initialValues: newJob(), validate: jobFaults });
  const making = useMutation({
    mutationFn: (values: JobValues) =>
      call('one.backupjob.allocate', { template: templateText(writtenJob(values, true)) }),
    onSuccess: (id) => navigate({ to: pathOf('backupjob', id) }),
  });
  const submit = (): void => {
    if (step < LAST) setStep(step + 1);
    else if (!form.validate().hasErrors) making.mutate(form.values);
    else setStep(stepOf(Object.keys(form.validate().errors)));
  };
  return (
    <Stack gap="sm">
      <Title order={1} size="h2">
        {texts.jobs.create}
      </Title>
      <form
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          submit();
        }}
      >
        <Stepper active={step} onStepClick={setStep} size="sm" keepMounted={false}>
          <Stepper.Step label={steps.vms}>
            <Stack>
              <ChoiceFields form={form} />
              <SelectionPreview template={writtenChoice(form.values)} />
            </Stack>
          </Stepper.Step>
          <Stepper.Step label={steps.backups}>
            <BackupFields form={form} />
          </Stepper.Step>
          <Stepper.Step label={steps.schedule}>
            <ScheduleDraft
              of="backupjob"
              schedules={form.values.schedules}
              onChange={(schedules) => form.setFieldValue('schedules', schedules)}
            />
          </Stepper.Step>
          <Stepper.Step label={steps.retention}>
            <Stack>
              <KeepField form={form} />
              <RetentionPreview
                keepLast={form.values.keepLast}
                schedules={form.values.schedules.map(writtenSchedule)}
              />
            </Stack>
          </Stepper.Step>
          <Stepper.Step label={steps.finish}>
            <NameFields form={form} />
          </Stepper.Step>
        </Stepper>
        <Stack mt="md">
          {making.isError && <ErrorNote error={making.error} />}
          <Group>
            {step > 0 && (
              <Button variant="default" onClick={() => setStep(step - 1)}>
                {steps.back}
              </Button>
            )}
            <Button type="submit" loading={making.isPending}>
              {step < LAST ? steps.next : texts.common.create}
            </Button>
          </Group>
        </Stack>
      </form>
    </Stack>
  );
}

/** Where the first field is that is not right. */
function stepOf(fields: readonly string[]): number {
  if (fields.some((field) => field.startsWith('rules'))) return 0;
  return fields.includes('keepLast') ? LAST - 1 : LAST;
}

function NameFields({ form }: { form: JobForm }) {
  const { admin } = useSession();
  return (
    <Stack gap="sm" maw={560}>
      <TextInput
        label={<AttributeLabel name="NAME">{texts.jobs.fields.name}</AttributeLabel>}
        required
        data-autofocus
        {...form.getInputProps('name')}
      />
      <NumberInput
        label={<AttributeLabel name="PRIORITY">{texts.jobs.priority.label}</AttributeLabel>}
        description={texts.jobs.priority.hint}
        min={0}
        max={admin ? MOST_PRIORITY : USUAL_PRIORITY}
        allowDecimal={false}
        {...form.getInputProps('priority')}
      />
    </Stack>
  );
}
