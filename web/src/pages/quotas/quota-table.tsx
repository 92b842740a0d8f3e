// The table of quotas: those that are nearest to their limit first.
import { Group, Progress, Text } from '@mantine/core';
import { useMemo, useState } from 'react';
import { DataTable, type TableColumn } from '../../parts/data-table.tsx';
import { percentText } from '../../parts/format.ts';
import { FilterInput } from '../../parts/list-page.tsx';
import { ObjectLink } from '../../parts/object-link.tsx';
import { amountText } from '../../parts/quota-rows.ts';
import { usage } from '../../parts/quota.ts';
import { filtered, sorted, type Sorting } from '../../parts/table.ts';
import type { Things } from '../../parts/things.ts';
import { texts } from '../../texts/index.ts';
import type { OwnerRow } from './rows.ts';

const words = texts.quotas;
const HEIGHT = 420;

interface Props {
  rows: readonly OwnerRow[];
  nameOf: Things['nameOf'];
}

export function QuotaTable({ rows, nameOf }: Props) {
  const [filter, setFilter] = useState('');
  const [sorting, setSorting] = useState<Sorting>({ column: 'share', down: true });
  const columns = useMemo(() => columnsWith(nameOf), [nameOf]);
  const shown = useMemo(
    () => sorted(filtered(rows, columns, filter), columns, sorting),
    [rows, columns, filter, sorting],
  );
  return (
    <>
      <Group>
        <FilterInput value={filter} onChange={setFilter} />
      </Group>
      <DataTable
        label={words.title}
        rows={shown}
        columns={columns}
        idOf={({ at }) => at}
        nameOf={({ owner }) => owner}
        sorting={sorting}
        onSort={setSorting}
        height={HEIGHT}
      />
    </>
  );
}

function columnsWith(nameOf: Things['nameOf']): ReadonlyArray<TableColumn<OwnerRow>> {
  return [
    {
      id: 'owner',
      label: words.columns.owner,
      value: ({ owner }) => owner,
      words: ({ noun }) => words[noun],
      cell: ({ noun, ownerId, owner }) => (
        <>
          {words[noun]}{' '}
          <ObjectLink noun={noun} id={ownerId} inTable>
            {owner}
          </ObjectLink>
        </>
      ),
      width: '2fr',
    },
    { id: 'thing', label: words.columns.thing, value: ({ kind, id }) => nameOf(kind, id), width: '2fr', from: 500 },
    { id: 'metric', label: words.columns.metric, value: ({ metric }) => words.metrics[metric], width: '2fr' },
    {
      id: 'used',
      label: words.columns.used,
      value: ({ used }) => used,
      cell: ({ metric, used }) => amountText(metric, used),
      align: 'right',
      width: 110,
      from: 500,
    },
    {
      id: 'limit',
      label: words.columns.limit,
      value: ({ limit }) => limit,
      cell: ({ metric, limit }) => (limit < 0 ? words.noLimit : amountText(metric, limit)),
      align: 'right',
      width: 110,
      from: 600,
    },
    {
      id: 'share',
      label: words.columns.share,
      value: ({ share }) => share,
      cell: (row) => <Share row={row} />,
      width: 150,
    },
  ];
}

function Share({ row: { used, limit, share } }: { row: OwnerRow }) {
  if (limit < 0) return <Text size="sm">{texts.common.nothing}</Text>;
  const { tone } = usage(used, limit, String);
  return (
    <>
      <Text component="span" size="sm">
        {percentText(share)}
      </Text>
      <Progress value={Math.min(share, 1) * 100} color={tone} aria-label={percentText(share)} size="sm" />
    </>
  );
}
