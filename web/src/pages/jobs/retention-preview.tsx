// What the retention of a job makes of its backups, with the moments of its schedules.
import { Stack, Table, Text } from '@mantine/core';
import { keepPreviousData, queryOptions, useQuery } from '@tanstack/react-query';
import { call } from '../../api/call.ts';
import { templateText, type Written } from '../../api/template-text.ts';
import { spanText } from '../../parts/format.ts';
import { Loaded } from '../../parts/loaded.tsx';
import { Moment } from '../../parts/values.tsx';
import { texts } from '../../texts/index.ts';
import { reachOf, retainedOf } from './retention.ts';

const { retention: words } = texts.jobs;
/** The daemon tells so many moments at most. */
const MOST = 100;
/** Rows beyond the number that is kept. */
const BEYOND = 3;

const momentsQuery = (template: string, count: number) =>
  queryOptions({
    queryKey: ['occurrences', template, count],
    queryFn: async () => (await call('one.system.occurrences', { template, count })).OCCURRENCES,
    enabled: template !== '',
    placeholderData: keepPreviousData,
    retry: false,
  });

export function RetentionPreview({ keepLast, schedules }: { keepLast: number; schedules: readonly Written[] }) {
  const template = schedules.length === 0 ? '' : templateText({ SCHED_ACTION: schedules });
  const count = Math.min(MOST, Math.max(1, keepLast) + BEYOND);
  const query = useQuery(momentsQuery(template, count));
  if (keepLast === 0) return <Text size="sm">{words.all}</Text>;
  if (template === '') return <Text size="sm">{words.needsSchedule}</Text>;
  return (
    <Loaded query={query}>
      {({ OCCURRENCE }) => <Rows times={OCCURRENCE.map(({ TIME }) => TIME)} keepLast={keepLast} />}
    </Loaded>
  );
}

function Rows({ times, keepLast }: { times: readonly number[]; keepLast: number }) {
  const reach = reachOf(times, keepLast);
  // the first of them only fill up what may be there
  const rows = retainedOf(times, keepLast).slice(Math.max(0, keepLast - 1));
  return (
    <Stack gap="xs">
      {reach !== undefined && reach > 0 && <Text size="sm">{words.reach(spanText(reach))}</Text>}
      {rows.length > 0 && (
        <Table aria-label={words.title}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>{words.when}</Table.Th>
              <Table.Th>{words.goes}</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {rows.map(({ at, goes }) => (
              <Table.Tr key={at}>
                <Table.Td>
                  <Moment at={at} as="date" />
                </Table.Td>
                <Table.Td>{goes === undefined ? words.stays : <Moment at={goes} as="date" />}</Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      )}
    </Stack>
  );
}
