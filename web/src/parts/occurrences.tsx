// When schedules happen next, as the daemon reckons: also those that are not saved yet.
import { Group, List, Stack, Text } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { keepPreviousData, queryOptions, useQuery } from '@tanstack/react-query';
import { call } from '../api/call.ts';
import { templateText, type Written } from '../api/template-text.ts';
import { texts } from '../texts/index.ts';
import { ErrorNote } from './error-note.tsx';
import { Moment } from './values.tsx';

const { schedule } = texts;
const SETTLED_MS = 300;
const COUNT = 10;

const occurrencesQuery = (template: string, count: number) =>
  queryOptions({
    queryKey: ['occurrences', template, count],
    queryFn: async () => (await call('one.system.occurrences', { template, count })).OCCURRENCES,
    enabled: template !== '',
    placeholderData: keepPreviousData,
    retry: false, // what is not right stays so
  });

interface Props {
  /** Vectors of SCHED_ACTION. */
  schedules: readonly Written[];
  /** Several kinds of actions: each is named. */
  named?: boolean;
  count?: number;
}

export function Occurrences({ schedules, named = false, count = COUNT }: Props) {
  const template = schedules.length === 0 ? '' : templateText({ SCHED_ACTION: schedules });
  const [settled] = useDebouncedValue(template, SETTLED_MS);
  const { data, error } = useQuery(occurrencesQuery(settled, count));
  if (template === '') return null;
  return (
    <Stack gap={4} aria-live="polite">
      <Text size="sm" fw={600}>
        {schedule.occurrences}
      </Text>
      {error !== null && <ErrorNote error={error} />}
      {error === null && data && data.OCCURRENCE.length === 0 && <Text size="sm">{schedule.noOccurrences}</Text>}
      {error === null && data && (
        <>
          <List size="sm" type="ordered" data-occurrences={data.OCCURRENCE.length}>
            {data.OCCURRENCE.map(({ TIME, INDEX, ACTION }) => (
              <List.Item key={`${TIME} ${INDEX}`}>
                <Group gap="xs">
                  <Moment at={TIME} as="date" />
                  {named && <span>{schedule.actions[ACTION] ?? ACTION}</span>}
                  <Text span size="xs" c="dimmed">
                    <Moment at={TIME} />
                  </Text>
                </Group>
              </List.Item>
            ))}
          </List>
          <Text size="xs" c="dimmed">
            {schedule.zone(data.ZONE)}
          </Text>
        </>
      )}
    </Stack>
  );
}
