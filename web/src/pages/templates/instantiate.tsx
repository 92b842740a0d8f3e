// Makes a VM of a template, with schedules if wanted.
import { Switch, TextInput, Title } from '@mantine/core';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { call } from '../../api/call.ts';
import type { Template } from '../../api/documents.ts';
import { templateText, vectorsOf } from '../../api/template-text.ts';
import { FormDialog } from '../../parts/form-dialog.tsx';
import { pathOf } from '../../parts/paths.ts';
import { ScheduleDraft } from '../../parts/schedule-draft.tsx';
import { scheduleOfTemplate, writtenSchedule, type ScheduleValues } from '../../parts/schedule.ts';
import { useNowSec } from '../../parts/values.tsx';
import { texts } from '../../texts/index.ts';

const { instantiate: words } = texts.templates;

export function Instantiate({ template, onClose }: { template: Template; onClose: () => void }) {
  const navigate = useNavigate();
  const now = useNowSec();
  const [name, setName] = useState('');
  const [hold, setHold] = useState(false);
  const [schedules, setSchedules] = useState<ScheduleValues[]>(() =>
    vectorsOf(template.TEMPLATE, 'SCHED_ACTION').map((vector) => scheduleOfTemplate(vector, now)),
  );
  const submit = async (): Promise<void> => {
    const extraTemplate = templateText({ SCHED_ACTION: schedules.map(writtenSchedule) });
    const id = await call('one.template.instantiate', { id: template.ID, name, hold, extraTemplate });
    void navigate({ to: pathOf('vm', id) });
  };
  return (
    <FormDialog title={words.title(template.NAME)} button={words.button} submit={submit} onClose={onClose} size="lg">
      <TextInput
        label={words.name}
        description={words.nameHint}
        value={name}
        onChange={(event) => setName(event.currentTarget.value)}
        data-autofocus
      />
      <Switch label={words.hold} checked={hold} onChange={(event) => setHold(event.currentTarget.checked)} />
      <Title order={3} size="h5">
        {words.schedule}
      </Title>
      <ScheduleDraft of="vm" schedules={schedules} onChange={setSchedules} />
    </FormDialog>
  );
}
