// How backups went: their duration, bytes and throughput.
import { SimpleGrid, Text } from '@mantine/core';
import type { Run } from '../api/documents.ts';
import { texts } from '../texts/index.ts';
import { Chart } from './chart.tsx';
import { bytesText, rateText, spanText } from './format.ts';
import { figuresOf, type Figures } from './run-figures.ts';

const { charts } = texts.runs;

export function RunCharts({ runs }: { runs: readonly Run[] }) {
  return <FigureCharts figures={figuresOf(runs)} />;
}

/** Of figures that were made elsewhere: of a day each, say. */
export function FigureCharts({ figures, as = 'bars' }: { figures: Figures; as?: 'bars' | 'line' }) {
  const { seconds, read, stored, rate } = figures;
  if (seconds.length + read.length + stored.length === 0) {
    return (
      <Text size="sm" c="dimmed">
        {charts.none}
      </Text>
    );
  }
  return (
    <SimpleGrid cols={{ base: 1, md: 3 }} spacing="md">
      <Chart
        label={charts.duration}
        as={as}
        series={[{ label: charts.duration, points: seconds }]}
        text={spanText}
        rounding="time"
      />
      <Chart
        label={charts.bytes}
        series={[
          { label: charts.read, points: read },
          { label: charts.stored, points: stored },
        ]}
        text={bytesText}
        rounding={1024}
      />
      <Chart
        label={charts.throughput}
        series={[{ label: charts.throughput, points: rate }]}
        text={rateText}
        rounding={1024}
      />
    </SimpleGrid>
  );
}
