// A table of what an object has inside: its disks, its addresses. What may be done with a part follows from the rights over the object.
import { Button, Group, Stack, Text } from '@mantine/core';
import { useMemo, useState, type ReactNode } from 'react';
import type { Noun, Right } from '../api/queries.ts';
import { texts } from '../texts/index.ts';
import { ActionMenu } from './action-menu.tsx';
import { offered, type Action } from './actions.ts';
import { DataTable, type TableColumn } from './data-table.tsx';
import { sorted, type Sorting } from './table.ts';
import { useRights } from './use-rights.ts';

/** A button over the table, for who has the right to what it does. */
export interface PartButton {
  label: string;
  method: string;
  needs: Right;
  /** Why it cannot be done now. */
  refused?: string | undefined;
  onClick: () => void;
}

interface Props<Row, Id extends string | number> {
  label: string;
  /** The object that has the parts. */
  of: { noun: Noun; id: number };
  rows: readonly Row[];
  columns: ReadonlyArray<TableColumn<Row>>;
  idOf: (row: Row) => Id;
  nameOf: (row: Row) => string;
  actions: ReadonlyArray<Action<Row>>;
  buttons?: readonly PartButton[];
  /** Shown when there are none. */
  empty: ReactNode;
  sort?: Sorting;
  height?: number;
}

export function PartTable<Row, Id extends string | number>(props: Props<Row, Id>) {
  const { label, of, rows, columns, idOf, nameOf, actions, buttons = [], empty, height } = props;
  const [selected, setSelected] = useState<ReadonlySet<Id>>(new Set());
  const [sorting, setSorting] = useState(props.sort);
  const shown = useMemo(() => sorted(rows, columns, sorting), [rows, columns, sorting]);
  const { may, rightsOf } = useRights(of.noun, [of], ({ id }) => id);
  const rights = rightsOf(of) ?? [];
  const chosen = shown.filter((row) => selected.has(idOf(row)));
  const canChoose = offered(actions, rows.slice(0, 1), { may, rightsOf: () => rights }).length > 0;
  return (
    <Stack gap="sm">
      <Group gap="xs" justify="space-between" mih={36}>
        <Group gap="xs">
          {buttons
            .filter(({ method, needs }) => may(method) && rights.includes(needs))
            .map((button) => (
              <OverTable key={button.label} button={button} />
            ))}
        </Group>
        {chosen.length > 0 && (
          <Group gap="xs">
            <Text size="sm">{texts.common.selected(chosen.length)}</Text>
            <ActionMenu noun={of.noun} rows={chosen} actions={actions} idOf={() => of.id} nameOf={nameOf} />
          </Group>
        )}
      </Group>
      {rows.length === 0 ? (
        empty
      ) : (
        <DataTable
          label={label}
          rows={shown}
          columns={columns}
          idOf={idOf}
          nameOf={nameOf}
          sorting={sorting}
          onSort={setSorting}
          {...(canChoose && { selected: new Set(chosen.map(idOf)), onSelect: setSelected })}
          {...(height !== undefined && { height })}
        />
      )}
    </Stack>
  );
}

function OverTable({ button: { label, refused, onClick } }: { button: PartButton }) {
  return (
    <>
      <Button variant="default" disabled={refused !== undefined} onClick={onClick}>
        {label}
      </Button>
      {refused !== undefined && <Text size="sm">{refused}</Text>}
    </>
  );
}
