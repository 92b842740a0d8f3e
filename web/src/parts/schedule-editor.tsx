// What is scheduled on a VM or a backup job: each schedule with how it went, added, changed and removed here; and the next ten occurrences
// of all of them.
import { Button, Group, Stack, Text } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { call } from '../api/call.ts';
import { templateText } from '../api/template-text.ts';
import { texts } from '../texts/index.ts';
import { ConfirmDialog } from './confirm-dialog.tsx';
import { Empty } from './empty.tsx';
import { Occurrences } from './occurrences.tsx';
import { ScheduleDialog } from './schedule-dialog.tsx';
import { ScheduleList } from './schedule-list.tsx';
import {
  changedSchedule,
  newSchedule,
  scheduleOf,
  scheduleText,
  writtenEntry,
  writtenSchedule,
  type ScheduleEntry,
  type ScheduleValues,
} from './schedule.ts';
import { Moment, useNowSec } from './values.tsx';

const { schedule: words } = texts;

interface Props {
  of: 'vm' | 'backupjob';
  id: number;
  entries: readonly ScheduleEntry[];
  mayChange: boolean;
}

export function ScheduleEditor({ of, id, entries, mayChange }: Props) {
  const now = useNowSec();
  const [open, setOpen] = useState<ScheduleEntry | 'new'>();
  const [removing, setRemoving] = useState<ScheduleEntry>();
  return (
    <Stack gap="sm">
      {entries.length === 0 && <Empty title={words.empty}>{words.emptyHint}</Empty>}
      <ScheduleList
        items={entries.map((entry) => ({
          key: entry.ID,
          text: scheduleText(scheduleOf(entry, now)),
          details: <Details entry={entry} now={now} />,
        }))}
        onEdit={mayChange ? (index) => setOpen(entries[index]) : undefined}
        onRemove={mayChange ? (index) => setRemoving(entries[index]) : undefined}
      />
      {mayChange && (
        <Group>
          <Button variant="light" onClick={() => setOpen('new')}>
            {words.add}
          </Button>
        </Group>
      )}
      <Occurrences schedules={entries.filter(isLiving(now)).map(writtenEntry)} named={of === 'vm'} />
      {open !== undefined && (
        <ScheduleDialog
          of={of}
          isNew={open === 'new'}
          initial={open === 'new' ? newSchedule(now, of === 'vm' ? 'backup' : '') : scheduleOf(open, now)}
          submit={(values) => save(of, id, open, values)}
          onClose={() => setOpen(undefined)}
        />
      )}
      {removing && <Removal of={of} id={id} entry={removing} now={now} onClose={() => setRemoving(undefined)} />}
    </Stack>
  );
}

/** What is over has its last time in the past, and stays to be seen. */
function isLiving(now: number): (entry: ScheduleEntry) => boolean {
  return ({ TIME, REPEAT, END_TYPE, END_VALUE }) =>
    TIME >= now || (REPEAT >= 0 && !(END_TYPE === 1 && END_VALUE <= 0) && !(END_TYPE === 2 && END_VALUE < now));
}

function Details({ entry, now }: { entry: ScheduleEntry; now: number }) {
  const { TIME, DONE, MESSAGE } = entry;
  return (
    <>
      <Text size="xs" c="dimmed">
        {words.next}: {isLiving(now)(entry) ? <Moment at={TIME} /> : words.finished} · {words.done}:{' '}
        <Moment at={DONE} />
      </Text>
      {MESSAGE !== '' && (
        <Text size="xs" c="red" style={{ overflowWrap: 'anywhere' }}>
          {words.failed}: {MESSAGE}
        </Text>
      )}
    </>
  );
}

interface RemovalProps {
  of: 'vm' | 'backupjob';
  id: number;
  entry: ScheduleEntry;
  now: number;
  onClose: () => void;
}

function Removal({ of, id, entry, now, onClose }: RemovalProps) {
  const removal = useMutation({
    mutationFn: () =>
      of === 'vm'
        ? call('one.vm.scheddelete', { id, actionId: entry.ID })
        : call('one.backupjob.scheddelete', { id, actionId: entry.ID }),
    onSuccess: onClose,
  });
  return (
    <ConfirmDialog
      asks={{
        title: words.removeTitle,
        text: words.removeText(scheduleText(scheduleOf(entry, now))),
        button: texts.common.remove,
      }}
      dangerous
      pending={removal.isPending}
      error={removal.error}
      onConfirm={() => removal.mutate()}
      onClose={onClose}
    />
  );
}

function save(of: Props['of'], id: number, entry: ScheduleEntry | 'new', values: ScheduleValues): Promise<unknown> {
  const written = entry === 'new' ? writtenSchedule(values) : changedSchedule(entry, values);
  const template = templateText({ SCHED_ACTION: written });
  if (entry === 'new') {
    return of === 'vm' ? call('one.vm.schedadd', { id, template }) : call('one.backupjob.schedadd', { id, template });
  }
  const given = { id, actionId: entry.ID, template };
  return of === 'vm' ? call('one.vm.schedupdate', given) : call('one.backupjob.schedupdate', given);
}
