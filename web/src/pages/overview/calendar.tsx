// What ran lately and what comes next, day by day and one by one.
import { Group, Stack, Table, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import type { Calendar as CalendarDocument } from '../../api/documents.ts';
import { poolQuery } from '../../api/queries.ts';
import { dayText } from '../../parts/format.ts';
import { Loaded } from '../../parts/loaded.tsx';
import { ObjectLink } from '../../parts/object-link.tsx';
import { RESULT_TONES } from '../../parts/run-figures.ts';
import { Section } from '../../parts/section.tsx';
import { StateBadge } from '../../parts/state-badge.tsx';
import { Moment, useNowSec } from '../../parts/values.tsx';
import { texts } from '../../texts/index.ts';
import { threeWeeks, weeksOf } from './calendar-days.ts';
import classes from './calendar.module.css';

const { calendar: words } = texts.overview;
const SHOWN = 5;

export function Calendar() {
  const midnight = new Date(useNowSec() * 1000).setHours(0, 0, 0, 0);
  const days = useMemo(() => threeWeeks(new Date(midnight)), [midnight]);
  const query = useQuery({
    ...poolQuery('system', 'one.system.calendar', { from: days.from, to: days.to }),
    placeholderData: (before) => before,
  });
  return (
    <Section title={words.title}>
      <Loaded query={query}>
        {({ CALENDAR }) => (
          <>
            <Weeks days={CALENDAR.DAY} today={Math.floor(midnight / 1000)} />
            <Group align="flex-start" gap="xl">
              <Coming next={CALENDAR.NEXT.slice(0, SHOWN)} />
              <Past runs={CALENDAR.RUN.slice(0, SHOWN)} />
            </Group>
          </>
        )}
      </Loaded>
    </Section>
  );
}

type Day = CalendarDocument['DAY'][number];

function Weeks({ days, today }: { days: readonly Day[]; today: number }) {
  return (
    <Table className={classes['weeks']} aria-label={words.title} layout="fixed" withColumnBorders withTableBorder>
      <Table.Thead>
        <Table.Tr>
          {words.weekdays.map((name) => (
            <Table.Th key={name}>{name}</Table.Th>
          ))}
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {weeksOf(days).map((week, at) => (
          <Table.Tr key={at}>
            {week.map((day, of) => (
              <Table.Td key={of} data-today={day?.TIME === today || undefined}>
                {day && <Cell day={day} />}
              </Table.Td>
            ))}
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  );
}

function Cell({ day: { TIME, DONE, FAILED, CANCELLED, RUNNING, NEXT } }: { day: Day }) {
  const counts = [
    { kind: 'done', mark: '✓', count: DONE, label: words.done(DONE) },
    { kind: 'failed', mark: '✕', count: FAILED, label: words.failed(FAILED) },
    { kind: 'cancelled', mark: '–', count: CANCELLED, label: words.cancelled(CANCELLED) },
    { kind: 'running', mark: '▸', count: RUNNING, label: words.running(RUNNING) },
    { kind: 'next', mark: '○', count: NEXT, label: words.coming(NEXT) },
  ].filter(({ count }) => count > 0);
  return (
    <div className={classes['cell']} title={[dayText(TIME), ...counts.map(({ label }) => label)].join(', ')}>
      <span className={classes['date']}>{new Date(TIME * 1000).getDate()}</span>
      {counts.map(({ kind, mark, count, label }) => (
        <span key={kind} className={classes['count']} data-kind={kind}>
          <span aria-hidden>
            {mark} {count}
          </span>
          <span className="unseen">{label}</span>
        </span>
      ))}
    </div>
  );
}

function Coming({ next }: { next: CalendarDocument['NEXT'] }) {
  return (
    <Stack gap={4} flex="1 1 220px">
      <Text fw={600} size="sm">
        {words.next}
      </Text>
      {next.length === 0 && (
        <Text size="sm" c="dimmed">
          {words.none}
        </Text>
      )}
      {next.map(({ TIME, TYPE, ID, NAME, ACTION, ACTION_ID }) => (
        <Group key={`${TYPE}-${ID}-${ACTION_ID}-${TIME}`} gap="xs">
          <Text size="sm" c="dimmed">
            <Moment at={TIME} as="date" />
          </Text>
          <Text size="sm">{ACTION}</Text>
          <ObjectLink noun={TYPE === 'VM' ? 'vm' : 'backupjob'} id={ID}>
            {NAME}
          </ObjectLink>
        </Group>
      ))}
    </Stack>
  );
}

function Past({ runs }: { runs: CalendarDocument['RUN'] }) {
  return (
    <Stack gap={4} flex="1 1 220px">
      <Text fw={600} size="sm">
        {words.last}
      </Text>
      {runs.length === 0 && (
        <Text size="sm" c="dimmed">
          {texts.runs.empty}
        </Text>
      )}
      {runs.map(({ ID, START, KIND, RESULT, VM_ID, VM_NAME }) => (
        <Group key={ID} gap="xs">
          <StateBadge tone={RESULT_TONES[RESULT]}>{texts.runs.results[RESULT]}</StateBadge>
          {(KIND !== 'backup' || VM_ID < 0) && <Text size="sm">{texts.runs.kinds[KIND]}</Text>}
          {VM_ID >= 0 && (
            <ObjectLink noun="vm" id={VM_ID}>
              {VM_NAME === '' ? texts.runs.vm(VM_ID) : VM_NAME}
            </ObjectLink>
          )}
          <Text size="xs" c="dimmed">
            <Moment at={START} />
          </Text>
        </Group>
      ))}
    </Stack>
  );
}
