// Schedules that are saved with something else: a template, a new VM, a new backup job. They are edited here and sent with the rest.
import { Button, Group, Stack, Text } from '@mantine/core';
import { useState } from 'react';
import { texts } from '../texts/index.ts';
import { Occurrences } from './occurrences.tsx';
import { ScheduleDialog } from './schedule-dialog.tsx';
import { ScheduleList } from './schedule-list.tsx';
import { newSchedule, scheduleText, writtenSchedule, type ScheduleValues } from './schedule.ts';
import { useNowSec } from './values.tsx';

const { schedule: words } = texts;

interface Props {
  of: 'vm' | 'backupjob' | 'template';
  schedules: readonly ScheduleValues[];
  onChange: (schedules: ScheduleValues[]) => void;
}

/** Send them with `templateText({ SCHED_ACTION: schedules.map(writtenSchedule) })`. */
export function ScheduleDraft({ of, schedules, onChange }: Props) {
  const now = useNowSec();
  const [open, setOpen] = useState<number | 'new'>();
  const opened = open === undefined || open === 'new' ? undefined : schedules[open];
  const keep = (values: ScheduleValues): Promise<void> => {
    onChange(open === 'new' ? [...schedules, values] : schedules.map((one, index) => (index === open ? values : one)));
    return Promise.resolve();
  };
  return (
    <Stack gap="sm">
      {schedules.length === 0 && (
        <Text size="sm" c="dimmed">
          {words.empty} {words.emptyHint}
        </Text>
      )}
      <ScheduleList
        items={schedules.map((values, index) => ({ key: index, text: scheduleText(values) }))}
        onEdit={setOpen}
        onRemove={(index) => onChange(schedules.filter((_one, at) => at !== index))}
      />
      <Group>
        <Button variant="light" onClick={() => setOpen('new')}>
          {words.add}
        </Button>
      </Group>
      <Occurrences schedules={schedules.map(writtenSchedule)} named={of !== 'backupjob'} />
      {open !== undefined && (
        <ScheduleDialog
          of={of}
          isNew={open === 'new'}
          initial={opened ?? newSchedule(now, of === 'backupjob' ? '' : 'backup')}
          submit={keep}
          onClose={() => setOpen(undefined)}
        />
      )}
    </Stack>
  );
}
