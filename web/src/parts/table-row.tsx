// One row of a table. It is made anew only when something in it changed: tables scroll through thousands.
import { Checkbox } from '@mantine/core';
import { memo, type MouseEvent, type ReactNode } from 'react';
import { texts } from '../texts/index.ts';
import classes from './data-table.module.css';
import type { Column } from './table.ts';

export interface TableColumn<Row> extends Column<Row> {
  /** What the cell shows; the value itself when left out. */
  cell?: (row: Row) => ReactNode;
  /** Width in pixels, or a share of what is left (`2fr`). */
  width?: number | `${number}fr`;
  align?: 'right';
  /** Least width of the table, in pixels, for this column to be shown. */
  from?: number;
}

interface Props<Row> {
  domId: string;
  index: number;
  /** Pixels from the top. */
  start: number;
  height: number;
  row: Row;
  /** What the row is called, where it can be chosen. */
  name: string | undefined;
  columns: ReadonlyArray<TableColumn<Row>>;
  template: string;
  /** Undefined where rows cannot be chosen. */
  selected: boolean | undefined;
  active: boolean;
  opens: boolean;
  onClick: (index: number, event: MouseEvent) => void;
  onToggle: (index: number) => void;
}

function PlainRow<Row>(props: Props<Row>) {
  const { domId, index, start, height, row, name, columns, template, selected, active, opens, onClick, onToggle } =
    props;
  return (
    <div
      id={domId}
      role="row"
      aria-rowindex={index + 2}
      aria-selected={selected}
      data-active={active || undefined}
      data-opens={opens || undefined}
      className={classes['row']}
      style={{ gridTemplateColumns: template, height, transform: `translateY(${start}px)` }}
      onClick={(event) => onClick(index, event)}
    >
      {selected !== undefined && (
        <div role="gridcell" className={classes['cell']}>
          <Checkbox
            size="xs"
            tabIndex={-1}
            aria-label={texts.common.selectRow(name ?? '')}
            checked={selected}
            onChange={() => onToggle(index)}
            onClick={(event) => event.stopPropagation()}
          />
        </div>
      )}
      {columns.map((column) => (
        <div key={column.id} role="gridcell" className={classes['cell']} data-align={column.align}>
          {column.cell ? column.cell(row) : column.value(row)}
        </div>
      ))}
    </div>
  );
}

// memo forgets that a component is generic
export const TableRow = memo(PlainRow) as typeof PlainRow;
