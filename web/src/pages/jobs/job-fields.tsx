// The fields of a backup job, in the groups in which they are asked: which VMs, how they are backed up, what is kept.
import {
  ActionIcon,
  Button,
  Group,
  MultiSelect,
  NumberInput,
  Select,
  Stack,
  Switch,
  Text,
  TextInput,
} from '@mantine/core';
import type { UseFormReturnType } from '@mantine/form';
import { IconTrash } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { poolQuery } from '../../api/queries.ts';
import { AttributeLabel } from '../../parts/attribute-label.tsx';
import { texts } from '../../texts/index.ts';
import { EMPTY_RULE, type JobValues } from './job-values.ts';

const { fields } = texts.jobs;
const BACKUP_DS = 3;
/** Of a long list so many are shown at once; typing finds the others. */
const OFFERED = 50;

export type JobForm = UseFormReturnType<JobValues>;

export function ChoiceFields({ form }: { form: JobForm }) {
  const pool = useQuery(poolQuery('vm', 'one.vmpool.info', { filter: -2, from: -1, to: -1, state: -1 }));
  const { vms, rules } = form.values;
  const names = useMemo(() => {
    const all = (pool.data?.VM_POOL.VM ?? []).map(({ ID, NAME }) => ({ value: String(ID), label: `${ID}: ${NAME}` }));
    const known = new Set(all.map(({ value }) => value));
    return [...all, ...vms.filter((id) => !known.has(id)).map((id) => ({ value: id, label: id }))];
  }, [pool.data, vms]);
  return (
    <Stack gap="sm">
      <MultiSelect
        label={<AttributeLabel name="BACKUP_VMS">{fields.vms}</AttributeLabel>}
        description={fields.vmsHint}
        data={names}
        limit={OFFERED}
        searchable
        clearable
        {...form.getInputProps('vms')}
      />
      <div>
        <Text size="sm" fw={500}>
          <AttributeLabel name="BACKUP_VMS_SELECT">{fields.rules}</AttributeLabel>
        </Text>
        <Text size="xs" c="dimmed">
          {fields.rulesHint}
        </Text>
      </div>
      {rules.map((_rule, index) => (
        <RuleFields key={index} form={form} index={index} />
      ))}
      <Group>
        <Button variant="light" onClick={() => form.insertListItem('rules', EMPTY_RULE)}>
          {fields.addRule}
        </Button>
      </Group>
    </Stack>
  );
}

function RuleFields({ form, index }: { form: JobForm; index: number }) {
  const at = (field: string): string => `rules.${index}.${field}`;
  return (
    <Group align="end" gap="xs">
      <TextInput label={fields.label} placeholder="prod" {...form.getInputProps(at('label'))} flex="1 1 140px" />
      <TextInput label={fields.owner} {...form.getInputProps(at('owner'))} flex="1 1 120px" />
      <TextInput label={fields.group} {...form.getInputProps(at('group'))} flex="1 1 120px" />
      <ActionIcon
        variant="subtle"
        color="red"
        size="lg"
        aria-label={fields.removeRule}
        onClick={() => form.removeListItem('rules', index)}
      >
        <IconTrash size={16} />
      </ActionIcon>
    </Group>
  );
}

export function BackupFields({ form }: { form: JobForm }) {
  const datastores = useQuery(poolQuery('datastore', 'one.datastorepool.info', {})).data?.DATASTORE_POOL.DATASTORE;
  const backup = (datastores ?? []).filter(({ TYPE }) => TYPE === BACKUP_DS);
  return (
    <Stack gap="sm" maw={560}>
      <Select
        label={<AttributeLabel name="DATASTORE_ID">{fields.datastore}</AttributeLabel>}
        description={fields.datastoreHint}
        data={backup.map(({ ID, NAME }) => ({ value: String(ID), label: `${ID}: ${NAME}` }))}
        value={form.values.datastoreId === '' ? null : form.values.datastoreId}
        onChange={(id) => form.setFieldValue('datastoreId', id ?? '')}
      />
      <Choice
        form={form}
        field="mode"
        name="MODE"
        label={fields.mode}
        hint={fields.modeHint}
        of={['INCREMENT', 'FULL']}
      />
      {form.values.mode === 'INCREMENT' && (
        <Choice
          form={form}
          field="incrementMode"
          name="INCREMENT_MODE"
          label={fields.incrementMode}
          hint={fields.incrementModeHint}
          of={['CBT', 'SNAPSHOT']}
        />
      )}
      <Choice
        form={form}
        field="freeze"
        name="FS_FREEZE"
        label={fields.freeze}
        hint={fields.freezeHint}
        of={['NONE', 'AGENT', 'SUSPEND']}
      />
      <Choice
        form={form}
        field="execution"
        name="EXECUTION"
        label={fields.execution}
        hint={fields.executionHint}
        of={['SEQUENTIAL', 'PARALLEL']}
      />
      <Switch
        label={<AttributeLabel name="BACKUP_VOLATILE">{fields.volatile}</AttributeLabel>}
        {...form.getInputProps('volatile', { type: 'checkbox' })}
      />
      <Switch
        label={<AttributeLabel name="RESET">{fields.reset}</AttributeLabel>}
        {...form.getInputProps('reset', { type: 'checkbox' })}
      />
    </Stack>
  );
}

interface ChoiceProps {
  form: JobForm;
  field: keyof JobValues;
  name: string;
  label: string;
  hint: string;
  of: string[];
}

function Choice({ form, field, name, label, hint, of }: ChoiceProps) {
  return (
    <Select
      label={<AttributeLabel name={name}>{label}</AttributeLabel>}
      description={hint}
      data={of}
      allowDeselect={false}
      {...form.getInputProps(field)}
    />
  );
}

export function KeepField({ form }: { form: JobForm }) {
  return (
    <NumberInput
      label={<AttributeLabel name="KEEP_LAST">{fields.keep}</AttributeLabel>}
      description={fields.keepHint}
      min={0}
      allowDecimal={false}
      maw={560}
      {...form.getInputProps('keepLast')}
    />
  );
}
