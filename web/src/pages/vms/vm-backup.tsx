// How a VM is backed up: its last backup, and the configuration, attribute by attribute.
import { Alert, Button, Group, Stack } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useMutation } from '@tanstack/react-query';
import { call } from '../../api/call.ts';
import type { Vm } from '../../api/documents.ts';
import { templateText } from '../../api/template-text.ts';
import { BackupConfigFields } from '../../parts/backup-config-fields.tsx';
import { backupConfigValues } from '../../parts/backup-config.ts';
import { ErrorNote } from '../../parts/error-note.tsx';
import { Facts } from '../../parts/facts.tsx';
import { ObjectLink } from '../../parts/object-link.tsx';
import { Section } from '../../parts/section.tsx';
import { tellDone } from '../../parts/tell.tsx';
import { useRights } from '../../parts/use-rights.ts';
import { Moment } from '../../parts/values.tsx';
import { texts } from '../../texts/index.ts';
import { VmEligibility } from './vm-eligibility.tsx';

const { backup: words } = texts.vms;
/** The template is merged into what is there. */
const APPEND = 1;

export function VmBackup({ vm }: { vm: Vm }) {
  return (
    <Stack gap="sm">
      <Last vm={vm} />
      <VmEligibility id={vm.ID} />
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
    initialValues: backupConfigValues(config),
  });
  const save = useMutation({
    mutationFn: (values: typeof form.values) =>
      call('one.vm.updateconf', {
        id: vm.ID,
        template: templateText({ BACKUP_CONFIG: { ...values } }),
        append: APPEND,
      }),
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
          <BackupConfigFields form={form} disabled={!mayChange} />
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
