// The page of one template.
import { Button, Group, Stack } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useMutation, useQuery } from '@tanstack/react-query';
import { call } from '../../api/call.ts';
import type { Template as TemplateDocument } from '../../api/documents.ts';
import { objectQuery } from '../../api/queries.ts';
import { templateText, textOf, vectorsOf } from '../../api/template-text.ts';
import { ActionMenu } from '../../parts/action-menu.tsx';
import { BackupConfigFields } from '../../parts/backup-config-fields.tsx';
import { backupConfigValues } from '../../parts/backup-config.ts';
import { DetailPage, useObjectId } from '../../parts/detail-page.tsx';
import { ErrorNote } from '../../parts/error-note.tsx';
import { Facts } from '../../parts/facts.tsx';
import { mibText } from '../../parts/format.ts';
import { Ownership } from '../../parts/ownership.tsx';
import { PATHS } from '../../parts/paths.ts';
import { Section } from '../../parts/section.tsx';
import { tellDone } from '../../parts/tell.tsx';
import { TemplateSection } from '../../parts/template-section.tsx';
import { useRights } from '../../parts/use-rights.ts';
import { Moment } from '../../parts/values.tsx';
import { texts } from '../../texts/index.ts';
import { useTemplateActions } from './dialogs.tsx';

const { backup: words, columns, tabs } = texts.templates;
const APPEND = 1;

export function Template() {
  const id = useObjectId();
  const { actions, dialog } = useTemplateActions();
  const query = useQuery(objectQuery('template', id, 'one.template.info', { id }));
  const template = query.data?.VMTEMPLATE;
  return (
    <>
      <DetailPage
        back={{ to: PATHS.template, label: texts.templates.title }}
        query={query}
        name={template?.NAME}
        actions={
          template && (
            <ActionMenu
              noun="template"
              rows={[template]}
              actions={actions}
              idOf={({ ID }) => ID}
              nameOf={({ NAME }) => NAME}
            />
          )
        }
        tabs={
          template
            ? [
                { id: 'info', label: tabs.info, render: () => <Info template={template} /> },
                { id: 'backup', label: tabs.backup, render: () => <Backup key={template.ID} template={template} /> },
                { id: 'ownership', label: tabs.ownership, render: () => <Owner template={template} /> },
                {
                  id: 'attributes',
                  label: tabs.attributes,
                  render: () => <TemplateSection template={template.TEMPLATE} label={tabs.attributes} />,
                },
              ]
            : []
        }
      />
      {dialog}
    </>
  );
}

function Info({ template: { TEMPLATE, ID, REGTIME, UNAME } }: { template: TemplateDocument }) {
  return (
    <Section title={tabs.info}>
      <Facts
        facts={[
          [texts.common.id, ID],
          [texts.common.owner, UNAME],
          [columns.cpu, textOf(TEMPLATE, 'CPU')],
          [columns.memory, mibText(Number(textOf(TEMPLATE, 'MEMORY') ?? 0))],
          [columns.disks, vectorsOf(TEMPLATE, 'DISK').length],
          [columns.registered, <Moment key="at" at={REGTIME} as="date" />],
        ]}
      />
    </Section>
  );
}

function Owner({ template }: { template: TemplateDocument }) {
  const id = template.ID;
  return (
    <Ownership
      noun="template"
      object={template}
      chown={(userId, groupId) => call('one.template.chown', { id, userId, groupId })}
      chmod={(bits) => call('one.template.chmod', { id, ...bits })}
    />
  );
}

function Backup({ template }: { template: TemplateDocument }) {
  const config = vectorsOf(template.TEMPLATE, 'BACKUP_CONFIG')[0] ?? {};
  const mayChange =
    useRights('template', [template], ({ ID }) => ID)
      .rightsOf(template)
      ?.includes('MANAGE') ?? false;
  const form = useForm({ initialValues: backupConfigValues(config) });
  const save = useMutation({
    mutationFn: (values: typeof form.values) =>
      call('one.template.update', {
        ...{ id: template.ID, append: APPEND },
        template: templateText({ BACKUP_CONFIG: { ...values } }),
      }),
    onSuccess: () => tellDone(words.saved),
  });
  return (
    <Section title={words.title}>
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
