// How a VM is backed up: its last backup, and the configuration, attribute by attribute.
import { Alert, Button, Group, NumberInput, Select, Stack, Switch } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useMutation } from '@tanstack/react-query';
import { call } from '../../api/call.ts';
import type { Vm } from '../../api/documents.ts';
import { templateText } from '../../api/template-text.ts';
import { AttributeLabel } from '../../parts/attribute-label.tsx';
import { ErrorNote } from '../../parts/error-note.tsx';
import { Facts } from '../../parts/facts.tsx';
import { ObjectLink } from '../../parts/object-link.tsx';
import { Section } from '../../parts/section.tsx';
import { tellDone } from '../../parts/tell.tsx';
import { useRights } from '../../parts/use-rights.ts';
import { Moment } from '../../parts/values.tsx';
import { texts } from '../../texts/index.ts';

const { backup: words } = texts.vms;
/** The template is merged into what is there. */
const APPEND = 1;

export function VmBackup({ vm }: { vm: Vm }) {
  return (
    <Stack gap="sm">
      <Last vm={vm} />
      <Configuration vm={vm} />
    </Stack>
  );
}

function Last({ vm }: { vm: Vm }) {
  const { BACKUP_CONFIG: config, LAST_BACKUP: last } = vm.BACKUPS;
  const chain = config.INCREMENTAL_BACKUP_ID ?? -1;
  return (
    <Section title={words.last}>
      <Facts
        facts={[
          [words.last, <Moment key="last" at={last?.DATE ?? 0} />],
          [words.lastWhy, last?.REASON],
          [words.consistency, last?.CONSISTENCY],
          [words.chain, chain >= 0 ? <ObjectLink noun="image" id={chain} /> : undefined],
        ]}
      />
    </Section>
  );
}

function Configuration({ vm }: { vm: Vm }) {
  const { BACKUP_CONFIG: config } = vm.BACKUPS;
  const mayChange =
    useRights('vm', [vm], ({ ID }) => ID)
      .rightsOf(vm)
      ?.includes('MANAGE') ?? false;
  const form = useForm({
    initialValues: {
      MODE: config.MODE ?? 'FULL',
      INCREMENT_MODE: config.INCREMENT_MODE ?? 'CBT',
      FS_FREEZE: config.FS_FREEZE ?? 'NONE',
      KEEP_LAST: config.KEEP_LAST ?? 0,
      BACKUP_VOLATILE: config.BACKUP_VOLATILE === 'YES',
    },
  });
  const save = useMutation({
    mutationFn: (values: typeof form.values) =>
      call('one.vm.updateconf', { id: vm.ID, template: templateText({ BACKUP_CONFIG: values }), append: APPEND }),
    onSuccess: () => tellDone(words.saved),
  });
  return (
    <Section title={words.title}>
      {config.BACKUP_JOB_ID !== undefined && (
        <Alert color="blue" variant="light">
          {words.inJob(config.BACKUP_JOB_ID)}
        </Alert>
      )}
      <form onSubmit={form.onSubmit((values) => save.mutate(values))}>
        <Stack gap="sm" maw={520}>
          <Select
            label={<AttributeLabel name="MODE">{words.mode}</AttributeLabel>}
            description={words.modeHint}
            data={['FULL', 'INCREMENT']}
            allowDeselect={false}
            disabled={!mayChange}
            {...form.getInputProps('MODE')}
          />
          <Select
            label={<AttributeLabel name="INCREMENT_MODE">{words.incrementMode}</AttributeLabel>}
            description={words.incrementModeHint}
            data={['CBT', 'SNAPSHOT']}
            allowDeselect={false}
            disabled={!mayChange}
            {...form.getInputProps('INCREMENT_MODE')}
          />
          <Select
            label={<AttributeLabel name="FS_FREEZE">{words.freeze}</AttributeLabel>}
            description={words.freezeHint}
            data={['NONE', 'AGENT', 'SUSPEND']}
            allowDeselect={false}
            disabled={!mayChange}
            {...form.getInputProps('FS_FREEZE')}
          />
          <NumberInput
            label={<AttributeLabel name="KEEP_LAST">{words.keep}</AttributeLabel>}
            description={words.keepHint}
            min={0}
            allowDecimal={false}
            disabled={!mayChange}
            {...form.getInputProps('KEEP_LAST')}
          />
          <Switch
            label={<AttributeLabel name="BACKUP_VOLATILE">{words.volatile}</AttributeLabel>}
            description={words.volatileHint}
            disabled={!mayChange}
            {...form.getInputProps('BACKUP_VOLATILE', { type: 'checkbox' })}
          />
          {save.isError && <ErrorNote error={save.error} />}
          {mayChange && (
            <Group>
              <Button type="submit" loading={save.isPending} disabled={!form.isDirty()}>
                {words.save}
              </Button>
            </Group>
          )}
        </Stack>
      </form>
    </Section>
  );
}
