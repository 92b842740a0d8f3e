// The fields of one schedule: what is done, when first, how it is repeated and what ends that.
import { Checkbox, Group, NumberInput, Select, Stack, Switch, TextInput } from '@mantine/core';
import type { UseFormReturnType } from '@mantine/form';
import { useQuery } from '@tanstack/react-query';
import { poolQuery } from '../api/queries.ts';
import { texts } from '../texts/index.ts';
import { AttributeLabel } from './attribute-label.tsx';
import type { Repeat, ScheduleValues } from './schedule.ts';

const { schedule: words } = texts;
const BACKUP_DS = 3;

export type ScheduleForm = UseFormReturnType<ScheduleValues>;

interface Props {
  form: ScheduleForm;
  /** A backup job does one thing; a template's times may count from when its VM is made. */
  of: 'vm' | 'backupjob' | 'template';
}

export function ScheduleFields({ form, of }: Props) {
  return (
    <Stack gap="sm">
      {of !== 'backupjob' && <ActionFields form={form} />}
      <StartFields form={form} of={of} />
      <RepeatFields form={form} />
      {form.values.repeat !== 'once' && <EndFields form={form} />}
    </Stack>
  );
}

function ActionFields({ form }: { form: ScheduleForm }) {
  const { action } = form.values;
  return (
    <>
      <Select
        label={<AttributeLabel name="ACTION">{words.action}</AttributeLabel>}
        description={words.actionHint}
        data={Object.entries(words.actions).map(([value, label]) => ({ value, label }))}
        allowDeselect={false}
        searchable
        {...form.getInputProps('action')}
      />
      {action === 'backup' && <BackupFields form={form} />}
      {action.includes('snapshot') && (
        <TextInput
          label={<AttributeLabel name="ARGS">{words.args}</AttributeLabel>}
          description={words.argsHint}
          {...form.getInputProps('args')}
        />
      )}
    </>
  );
}

function BackupFields({ form }: { form: ScheduleForm }) {
  const datastores = useQuery(poolQuery('datastore', 'one.datastorepool.info', {})).data?.DATASTORE_POOL.DATASTORE;
  const backup = (datastores ?? []).filter(({ TYPE }) => TYPE === BACKUP_DS);
  return (
    <>
      <Select
        label={<AttributeLabel name="ARGS">{words.datastore}</AttributeLabel>}
        description={words.datastoreHint}
        data={[
          { value: '-1', label: words.ofChain },
          ...backup.map(({ ID, NAME }) => ({ value: String(ID), label: `${ID}: ${NAME}` })),
        ]}
        allowDeselect={false}
        value={String(form.values.datastoreId)}
        onChange={(id) => form.setFieldValue('datastoreId', Number(id ?? -1))}
      />
      <Switch
        label={words.reset}
        description={words.resetHint}
        {...form.getInputProps('reset', { type: 'checkbox' })}
      />
    </>
  );
}

function StartFields({ form, of }: Props) {
  const after = form.values.starts === 'after';
  return (
    <>
      {of === 'template' && (
        <Select
          label={<AttributeLabel name="TIME">{words.starts}</AttributeLabel>}
          data={[
            { value: 'at', label: words.startsAt },
            { value: 'after', label: words.startsAfter },
          ]}
          allowDeselect={false}
          {...form.getInputProps('starts')}
        />
      )}
      {after ? (
        <NumberInput label={words.after} min={1} allowDecimal={false} {...form.getInputProps('afterMinutes')} />
      ) : (
        <TextInput
          type="datetime-local"
          label={of === 'template' ? words.at : <AttributeLabel name="TIME">{words.starts}</AttributeLabel>}
          description={words.atHint}
          {...form.getInputProps('at')}
        />
      )}
    </>
  );
}

function RepeatFields({ form }: { form: ScheduleForm }) {
  const { repeat } = form.values;
  return (
    <>
      <Select
        label={<AttributeLabel name="REPEAT">{words.repeat}</AttributeLabel>}
        data={(Object.keys(words.repeats) as Repeat[]).map((value) => ({ value, label: words.repeats[value] }))}
        allowDeselect={false}
        {...form.getInputProps('repeat')}
      />
      {repeat === 'hours' && (
        <NumberInput label={words.hours} min={1} max={168} allowDecimal={false} {...form.getInputProps('hours')} />
      )}
      {repeat === 'week' && (
        <Checkbox.Group
          label={<AttributeLabel name="DAYS">{words.weekdays}</AttributeLabel>}
          value={form.values.weekdays.map(String)}
          onChange={(days) => form.setFieldValue('weekdays', days.map(Number))}
          error={form.errors['weekdays']}
        >
          <Group gap="sm" mt={4}>
            {[1, 2, 3, 4, 5, 6, 0].map((day) => (
              <Checkbox key={day} value={String(day)} label={words.weekdayShort(day)} aria-label={words.weekday(day)} />
            ))}
          </Group>
        </Checkbox.Group>
      )}
      {repeat === 'month' && (
        <TextInput
          label={<AttributeLabel name="DAYS">{words.monthdays}</AttributeLabel>}
          description={words.monthdaysHint}
          {...form.getInputProps('monthdays')}
        />
      )}
      {repeat === 'year' && (
        <TextInput
          label={<AttributeLabel name="DAYS">{words.yeardays}</AttributeLabel>}
          description={words.yeardaysHint}
          {...form.getInputProps('yeardays')}
        />
      )}
    </>
  );
}

function EndFields({ form }: { form: ScheduleForm }) {
  const { ends } = form.values;
  return (
    <>
      <Select
        label={<AttributeLabel name="END_TYPE">{words.ends}</AttributeLabel>}
        data={[
          { value: 'never', label: words.endsNever },
          { value: 'times', label: words.endsTimes },
          { value: 'date', label: words.endsDate },
        ]}
        allowDeselect={false}
        {...form.getInputProps('ends')}
      />
      {ends === 'times' && (
        <NumberInput label={words.times} min={1} allowDecimal={false} {...form.getInputProps('times')} />
      )}
      {ends === 'date' && <TextInput type="datetime-local" label={words.until} {...form.getInputProps('until')} />}
    </>
  );
}
