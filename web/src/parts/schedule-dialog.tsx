// One schedule in a dialog, with the next occurrences as it is filled in.
import { useForm } from '@mantine/form';
import { texts } from '../texts/index.ts';
import { FormDialog } from './form-dialog.tsx';
import { Occurrences } from './occurrences.tsx';
import { scheduleFaults, writtenSchedule, type ScheduleValues } from './schedule.ts';
import { ScheduleFields } from './schedule-fields.tsx';

interface Props {
  of: 'vm' | 'backupjob' | 'template';
  /** A new one is added, one that is there is changed. */
  isNew: boolean;
  initial: ScheduleValues;
  submit: (values: ScheduleValues) => Promise<unknown>;
  onClose: () => void;
}

export function ScheduleDialog({ of, isNew, initial, submit, onClose }: Props) {
  const form = useForm<ScheduleValues>({ initialValues: initial, validate: scheduleFaults });
  const ready = Object.keys(scheduleFaults(form.values)).length === 0;
  return (
    <FormDialog
      title={isNew ? texts.schedule.addTitle : texts.schedule.changeTitle}
      button={isNew ? texts.common.add : texts.common.save}
      isReady={() => !form.validate().hasErrors}
      submit={() => submit(form.values)}
      onClose={onClose}
      size="lg"
    >
      <ScheduleFields form={form} of={of} />
      {ready && <Occurrences schedules={[writtenSchedule(form.values)]} />}
    </FormDialog>
  );
}
