// A page with the table of a pool: heading, filter, what to do with the chosen rows, and the table. Filter and order are in the address.
import { ActionIcon, Button, Group, Loader, Stack, Text, TextInput, Title } from '@mantine/core';
import { IconSearch, IconX } from '@tabler/icons-react';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useDeferredValue, useMemo, useState, type ReactNode } from 'react';
import type { Noun } from '../api/queries.ts';
import { texts } from '../texts/index.ts';
import { ActionMenu } from './action-menu.tsx';
import type { Action } from './actions.ts';
import { DataTable, type TableColumn } from './data-table.tsx';
import { ErrorNote } from './error-note.tsx';
import { filtered, sorted, sortingOf, sortingText } from './table.ts';

export interface ListPageProps<Row> {
  title: string;
  noun: Noun;
  /** What TanStack Query says of the pool. */
  query: { error: unknown; isPending: boolean; refetch: () => unknown };
  rows: readonly Row[] | undefined;
  columns: ReadonlyArray<TableColumn<Row>>;
  idOf: (row: Row) => number;
  nameOf: (row: Row) => string;
  actions?: ReadonlyArray<Action<Row>>;
  onOpen?: (row: Row) => void;
  /** Buttons at the right of the heading: what makes a new one. */
  create?: ReactNode;
  /** Shown when the pool has nothing. */
  empty: ReactNode;
  /** Column the table is sorted by before anybody chose one. */
  sort?: string;
}

export function ListPage<Row>(props: ListPageProps<Row>) {
  const { title, noun, query, rows, columns, idOf, nameOf, actions = [], onOpen, create, empty } = props;
  const { filter, setFilter, sorting, setSorting } = useTableSearch(props.sort);
  const [selected, setSelected] = useState<ReadonlySet<number>>(new Set());
  const sought = useDeferredValue(filter);
  const shown = useMemo(
    () => (rows ? sorted(filtered(rows, columns, sought), columns, sorting) : []),
    [rows, columns, sought, sorting],
  );
  // of what is chosen only what is still shown counts: nothing happens to a row that nobody sees
  const chosen = useMemo(() => shown.filter((row) => selected.has(idOf(row))), [shown, selected, idOf]);
  const ids = useMemo(() => new Set(chosen.map(idOf)), [chosen, idOf]);
  return (
    <Stack gap="sm">
      <Group justify="space-between" wrap="nowrap">
        <Title order={1} size="h2">
          {title}
        </Title>
        <Group gap="xs">{create}</Group>
      </Group>
      {query.error !== null && <ErrorNote error={query.error} onRetry={() => void query.refetch()} />}
      {query.isPending && <Loader role="status" aria-label={texts.common.loading} />}
      {rows?.length === 0 && empty}
      {rows !== undefined && rows.length > 0 && (
        <>
          <Group gap="xs" justify="space-between" mih={36}>
            <Group gap="xs" style={{ flex: '1 1 260px' }}>
              <FilterInput value={filter} onChange={setFilter} />
              <Text size="sm" c="dimmed" aria-live="polite">
                {texts.common.rows(shown.length, rows.length)}
              </Text>
            </Group>
            {chosen.length > 0 && (
              <Group gap="xs">
                <Text size="sm">{texts.common.selected(chosen.length)}</Text>
                <Button variant="subtle" size="compact-sm" onClick={() => setSelected(new Set())}>
                  {texts.common.clearSelection}
                </Button>
                <ActionMenu noun={noun} rows={chosen} actions={actions} idOf={idOf} nameOf={nameOf} />
              </Group>
            )}
          </Group>
          <DataTable
            label={title}
            rows={shown}
            columns={columns}
            idOf={idOf}
            nameOf={nameOf}
            sorting={sorting}
            onSort={setSorting}
            {...(actions.length > 0 && { selected: ids, onSelect: setSelected })}
            {...(onOpen && { onOpen })}
          />
        </>
      )}
    </Stack>
  );
}

interface FilterProps {
  value: string;
  onChange: (value: string) => void;
}

export function FilterInput({ value, onChange }: FilterProps) {
  return (
    <TextInput
      value={value}
      onChange={(event) => onChange(event.currentTarget.value)}
      placeholder={texts.common.filter}
      aria-label={texts.common.filter}
      title={texts.common.filterHint}
      leftSection={<IconSearch size={16} aria-hidden />}
      rightSection={
        value !== '' && (
          <ActionIcon
            variant="subtle"
            color="gray"
            size="sm"
            aria-label={texts.common.clearFilter}
            onClick={() => onChange('')}
          >
            <IconX size={14} aria-hidden />
          </ActionIcon>
        )
      }
      style={{ flex: '0 1 320px' }}
    />
  );
}

/** Filter and order of a page's table, kept in the address. */
export function useTableSearch(sortFirst: string | undefined) {
  const { q, sort } = useSearch({ strict: false });
  const navigate = useNavigate();
  const set = (change: { q?: string; sort?: string }): void =>
    void navigate({ to: '.', search: (now) => ({ ...now, ...change }), replace: true });
  const text = sort ?? sortFirst;
  const sorting = useMemo(() => sortingOf(text), [text]);
  return {
    filter: q ?? '',
    setFilter: (value: string) => set({ q: value }),
    sorting,
    setSorting: (by: Parameters<typeof sortingText>[0]) => set({ sort: sortingText(by) }),
  };
}
