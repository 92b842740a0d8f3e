// How full a datastore was, and when it will be full if that goes on, as the daemon says.
import { Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import type { DatastoreFill } from '../../api/documents.ts';
import { objectQuery } from '../../api/queries.ts';
import { Chart } from '../../parts/chart.tsx';
import { bytesText, dayText, MIB, mibText } from '../../parts/format.ts';
import { Loaded } from '../../parts/loaded.tsx';
import { Section } from '../../parts/section.tsx';
import { texts } from '../../texts/index.ts';

const words = texts.datastores.fill;
const DAYS = 30;

export function Fill({ id }: { id: number }) {
  const query = useQuery(objectQuery('datastore', id, 'one.datastore.fill', { id, days: DAYS }));
  return (
    <Section title={words.title}>
      <Loaded query={query}>{({ DATASTORE_FILL }) => <Shown fill={DATASTORE_FILL} />}</Loaded>
    </Section>
  );
}

function Shown({ fill: { POINT, TOTAL_MB, MB_PER_DAY, FULL_ON } }: { fill: DatastoreFill }) {
  if (POINT.length === 0) {
    return (
      <Text size="sm" c="dimmed">
        {words.none}
      </Text>
    );
  }
  return (
    <>
      <Chart
        label={words.used}
        series={[{ label: words.used, points: POINT.map(({ TIME, USED_MB }) => ({ at: TIME, value: USED_MB * MIB })) }]}
        text={bytesText}
        rounding={1024}
        {...(TOTAL_MB > 0 && { limit: { value: TOTAL_MB * MIB, label: words.capacity } })}
      />
      <Text size="sm">
        {trendText(MB_PER_DAY)} {FULL_ON > 0 && words.fullOn(dayText(FULL_ON))}
      </Text>
    </>
  );
}

function trendText(mbPerDay: number): string {
  if (mbPerDay > 0) return words.perDay(mibText(mbPerDay));
  return mbPerDay < 0 ? words.shrinks(mibText(-mbPerDay)) : words.steady;
}
