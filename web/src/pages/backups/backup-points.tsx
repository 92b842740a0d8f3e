// The points in time of a backup: as a chain, as a table, and what is known of the one that is chosen.
import { Stack, Text } from '@mantine/core';
import { useState } from 'react';
import { DataTable, type TableColumn } from '../../parts/data-table.tsx';
import { Empty } from '../../parts/empty.tsx';
import { mibText } from '../../parts/format.ts';
import { PointType } from '../../parts/point-type.tsx';
import { pointsOf, proofOf, type Point } from '../../parts/points.ts';
import { Section } from '../../parts/section.tsx';
import { StateBadge } from '../../parts/state-badge.tsx';
import { sorted, type Sorting } from '../../parts/table.ts';
import { Moment } from '../../parts/values.tsx';
import { texts } from '../../texts/index.ts';
import { Chain } from './chain.tsx';
import type { OpenDialog } from './dialogs.tsx';
import { chosenPoint } from './point-picker.tsx';
import { PointFacts } from './point-facts.tsx';
import type { BackupRow } from './state.ts';

const { points: words } = texts.backups;

const COLUMNS: ReadonlyArray<TableColumn<Point>> = [
  { id: 'number', label: words.number, value: ({ at }) => at, width: 70, from: 420 },
  {
    id: 'taken',
    label: words.taken,
    value: ({ date }) => date,
    cell: ({ date }) => <Moment at={date} as="date" />,
    width: 140,
  },
  {
    id: 'type',
    label: words.type,
    value: ({ type }) => typeText(type),
    cell: ({ type }) => <PointType type={type} />,
    width: 120,
  },
  {
    id: 'size',
    label: words.size,
    value: ({ sizeMb }) => sizeMb,
    cell: ({ sizeMb }) => mibText(sizeMb),
    align: 'right',
    width: 100,
    from: 480,
  },
  {
    id: 'consistency',
    label: words.consistency,
    value: ({ consistency }) => words.consistencies[consistency],
    width: 190,
    from: 760,
  },
  {
    id: 'verified',
    label: words.verified,
    value: ({ verified }) => verified,
    cell: ({ verified, verifyError }) =>
      verifyError === '' ? (
        <Moment at={verified} />
      ) : (
        <StateBadge tone="bad" reason={verifyError}>
          {words.damaged}
        </StateBadge>
      ),
    width: 120,
    from: 620,
  },
  {
    id: 'proven',
    label: words.proven,
    value: ({ proven }) => proven,
    cell: (point) =>
      proofOf(point) === 'failed' ? (
        <StateBadge tone="bad" reason={point.drillError}>
          {words.failed}
        </StateBadge>
      ) : (
        <Moment at={point.proven} />
      ),
    width: 140,
    from: 860,
  },
  { id: 'reason', label: words.reason, value: ({ reason }) => reason, width: '2fr', from: 1000 },
];

function typeText(type: Point['type']): string {
  return type === 'FULL' ? words.full : words.increment;
}

export function BackupPoints({ row, open }: { row: BackupRow; open: OpenDialog }) {
  const points = pointsOf(row.image);
  const [chosen, setChosen] = useState(-1);
  const [sorting, setSorting] = useState<Sorting>({ column: 'taken', down: true });
  const point = chosenPoint(points, chosen);
  if (!point) return <Empty title={words.empty}>{words.emptyHint}</Empty>;
  return (
    <Stack gap="sm">
      {points.length > 1 && (
        <Section title={words.chain} count={points.length}>
          <Text size="sm" c="dimmed">
            {words.chainHint}
          </Text>
          <Chain points={points} chosen={point.id} onChoose={setChosen} />
        </Section>
      )}
      <PointFacts row={row} point={point} open={open} />
      {points.length > 1 && (
        <Section title={words.list}>
          <DataTable
            label={words.list}
            rows={sorted(points, COLUMNS, sorting)}
            columns={COLUMNS}
            idOf={({ id }) => id}
            nameOf={({ at }) => String(at)}
            sorting={sorting}
            onSort={setSorting}
            onOpen={({ id }) => setChosen(id)}
            height={Math.min(points.length * 40 + 60, 460)}
          />
        </Section>
      )}
    </Stack>
  );
}
