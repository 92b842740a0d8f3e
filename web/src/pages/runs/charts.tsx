// The charts of the days that are chosen, and the choice.
import { Group, SegmentedControl, Select, Text } from '@mantine/core';
import { Loaded } from '../../parts/loaded.tsx';
import { FigureCharts } from '../../parts/run-charts.tsx';
import { Section } from '../../parts/section.tsx';
import { texts } from '../../texts/index.ts';
import { dailyFigures } from './daily.ts';
import type { Figured } from './figures.ts';
import { totalsOf } from './totals.ts';
import { ALL_VMS, DAYS } from './view.ts';

const { charts } = texts.runs;

export function Charts({ figures: { view, setView, overall, shown } }: { figures: Figured }) {
  const listed = overall.data?.VM.filter(({ ID }) => ID >= 0) ?? [];
  // one that did little is not among those with sums
  const chosen = view.vm === ALL_VMS || listed.some(({ ID }) => ID === view.vm) ? [] : [{ ID: view.vm, NAME: '' }];
  const vms = [...chosen, ...listed];
  return (
    <Section title={charts.title}>
      <Group align="flex-end">
        <SegmentedControl
          aria-label={charts.days}
          data={DAYS.map((days) => ({ value: String(days), label: charts.dayCount(days) }))}
          value={String(view.days)}
          onChange={(days) => setView({ days: Number(days) })}
        />
        <Select
          aria-label={charts.vm}
          data={[
            { value: String(ALL_VMS), label: charts.allVms },
            ...vms.map(({ ID, NAME }) => ({ value: String(ID), label: NAME || texts.runs.vm(ID) })),
          ]}
          value={String(view.vm)}
          onChange={(vm) => setView({ vm: Number(vm ?? ALL_VMS) })}
          searchable
          allowDeselect={false}
          limit={200}
        />
      </Group>
      <Loaded query={shown}>
        {({ DAY }) => (
          <>
            <Text size="sm">{charts.summary(totalsOf(DAY))}</Text>
            <FigureCharts figures={dailyFigures(DAY)} />
          </>
        )}
      </Loaded>
    </Section>
  );
}
