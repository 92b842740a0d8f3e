// What goes next of a backup and why: by the rules that hold, or by others that are tried here and change nothing.
import { NumberInput, SimpleGrid, Stack, Text } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { Retention } from '../../api/documents.ts';
import { objectQuery } from '../../api/queries.ts';
import { templateText } from '../../api/template-text.ts';
import { AttributeLabel } from '../../parts/attribute-label.tsx';
import { DataTable, type TableColumn } from '../../parts/data-table.tsx';
import { Loaded } from '../../parts/loaded.tsx';
import { Section } from '../../parts/section.tsx';
import { StateBadge } from '../../parts/state-badge.tsx';
import { Moment } from '../../parts/values.tsx';
import { texts } from '../../texts/index.ts';
import type { BackupRow } from './state.ts';

const { retention: words } = texts.backups;
const RULES = ['KEEP_LAST', 'KEEP_DAILY', 'KEEP_WEEKLY', 'KEEP_MONTHLY', 'KEEP_YEARLY'] as const;
/** So that not every digit asks the daemon. */
const PAUSE_MS = 300;

type Rules = Partial<Record<(typeof RULES)[number], number>>;
type Verdict = Retention['POINT'][number];

const COLUMNS: ReadonlyArray<TableColumn<Verdict>> = [
  { id: 'point', label: words.point, value: ({ ID }) => ID, width: 80 },
  {
    id: 'taken',
    label: words.taken,
    value: ({ DATE }) => DATE,
    cell: ({ DATE }) => <Moment at={DATE} as="date" />,
    width: 150,
  },
  {
    id: 'kept',
    label: words.verdict,
    value: ({ KEPT }) => KEPT,
    cell: ({ KEPT }) => (
      <StateBadge tone={KEPT === 1 ? 'good' : 'care'}>{KEPT === 1 ? words.kept : words.goes}</StateBadge>
    ),
    width: 110,
  },
  { id: 'rule', label: words.rule, value: ({ RULE }) => RULE.join(', '), from: 620 },
  {
    id: 'until',
    label: words.until,
    value: ({ GOES }) => GOES,
    cell: ({ GOES }) => <Moment at={GOES} as="date" otherwise={texts.common.nothing} />,
    width: 150,
    from: 760,
  },
  { id: 'reason', label: words.reason, value: ({ REASON }) => REASON, width: '2fr', from: 520 },
];

export function BackupRetention({ row }: { row: BackupRow }) {
  const [tried, setTried] = useState<Rules>({});
  const [asked] = useDebouncedValue(tried, PAUSE_MS);
  const template = templateText(asked);
  const query = useQuery({
    ...objectQuery('image', row.id, 'one.image.retention', { id: row.id, template }),
    placeholderData: keepPreviousData,
  });
  return (
    <Section title={words.title}>
      <Text size="sm" c="dimmed">
        {words.hint}
      </Text>
      <Loaded query={query}>
        {({ RETENTION }) => (
          <Stack gap="sm">
            <SimpleGrid cols={{ base: 2, sm: 3, lg: 5 }}>
              {RULES.map((rule) => (
                <NumberInput
                  key={rule}
                  label={<AttributeLabel name={rule}>{words.rules[rule]}</AttributeLabel>}
                  value={tried[rule] ?? RETENTION[rule]}
                  min={0}
                  max={10_000}
                  allowDecimal={false}
                  onChange={(value) => setTried((now) => ({ ...now, [rule]: Number(value) }))}
                />
              ))}
            </SimpleGrid>
            <DataTable
              label={words.title}
              rows={RETENTION.POINT}
              columns={COLUMNS}
              idOf={({ ID }) => ID}
              nameOf={({ ID }) => String(ID)}
              height={Math.min(RETENTION.POINT.length * 40 + 60, 460)}
            />
          </Stack>
        )}
      </Loaded>
    </Section>
  );
}
