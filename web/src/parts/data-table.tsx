// A table of any number of rows: only those in sight are in the page. Sorted by a click on a column; rows are chosen with the mouse or the
// keyboard (arrows, Space, Shift, Ctrl+A; Enter opens). The table is one stop of the Tab key, with one row active in it.
import { Checkbox, UnstyledButton } from '@mantine/core';
import { useElementSize, useMergedRef } from '@mantine/hooks';
import { IconArrowDown, IconArrowUp } from '@tabler/icons-react';
import { defaultRangeExtractor, useVirtualizer, type Range } from '@tanstack/react-virtual';
import { useCallback, useEffect, useId, useMemo, useRef, useState, type KeyboardEvent, type MouseEvent } from 'react';
import { texts } from '../texts/index.ts';
import classes from './data-table.module.css';
import { TableRow, type TableColumn } from './table-row.tsx';
import { between, rowAfter, sortedBy, type Sorting } from './table.ts';

export type { TableColumn };

export interface DataTableProps<Row, Id extends string | number> {
  /** What the table is of, for those who cannot see it. */
  label: string;
  rows: readonly Row[];
  columns: ReadonlyArray<TableColumn<Row>>;
  idOf: (row: Row) => Id;
  /** What a row is called. */
  nameOf: (row: Row) => string;
  sorting?: Sorting | undefined;
  onSort?: (sorting: Sorting) => void;
  /** Rows can be chosen when this is given. */
  selected?: ReadonlySet<Id>;
  onSelect?: (selected: ReadonlySet<Id>) => void;
  onOpen?: (row: Row) => void;
  /** Pixels; as high as the window allows when left out. */
  height?: number;
}

const ROW_HEIGHT = 40;
const CHECK_WIDTH = 40;
const LEAST_WIDTH = 110;

export function DataTable<Row, Id extends string | number>(props: DataTableProps<Row, Id>) {
  const { label, rows, columns, idOf, nameOf, sorting, onSort, selected, height } = props;
  const gridId = useId();
  const scroller = useRef<HTMLDivElement>(null);
  const { ref: sizeRef, width } = useElementSize();
  const ref = useMergedRef(scroller, sizeRef);
  const shown = useMemo(
    () => (width === 0 ? columns : columns.filter(({ from }) => from === undefined || from <= width)),
    [columns, width],
  );
  const template = useMemo(() => widths(shown, selected !== undefined), [shown, selected]);
  const minWidth = leastWidth(shown, selected !== undefined);
  const active = useActiveRow(props);
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_HEIGHT,
    overscan: 12,
    // the active row stays in the page, wherever it was scrolled to
    rangeExtractor: useCallback((range: Range) => withIndex(defaultRangeExtractor(range), active.at), [active.at]),
  });
  const onClick = useSteady(active.onClick);
  const onToggle = useSteady(active.onToggle);
  const onKeyDown = (event: KeyboardEvent): void => {
    const to = active.onKey(event);
    if (to !== undefined) virtual.scrollToIndex(to);
  };
  return (
    <div
      ref={ref}
      className={classes['scroller']}
      style={height === undefined ? undefined : { height, maxHeight: height }}
      role="grid"
      aria-label={label}
      aria-rowcount={rows.length + 1}
      aria-multiselectable={selected !== undefined}
      aria-activedescendant={active.at < rows.length ? `${gridId}-${active.at}` : undefined}
      tabIndex={0}
      onKeyDown={onKeyDown}
    >
      <div role="rowgroup" className={classes['head']} style={{ minWidth }}>
        <div role="row" aria-rowindex={1} className={classes['row']} style={{ gridTemplateColumns: template }}>
          {selected && <SelectAll {...props} />}
          {shown.map((column) => (
            <Header key={column.id} column={column} sorting={sorting} onSort={onSort} />
          ))}
        </div>
      </div>
      <div role="rowgroup" className={classes['body']} style={{ minWidth, height: virtual.getTotalSize() }}>
        {virtual.getVirtualItems().map(({ index, start }) => {
          const row = rows[index];
          return row === undefined ? null : (
            <TableRow
              key={idOf(row)}
              domId={`${gridId}-${index}`}
              index={index}
              start={start}
              height={ROW_HEIGHT}
              row={row}
              name={selected ? nameOf(row) : undefined}
              columns={shown}
              template={template}
              selected={selected?.has(idOf(row))}
              active={index === active.at}
              opens={props.onOpen !== undefined}
              onClick={onClick}
              onToggle={onToggle}
            />
          );
        })}
      </div>
    </div>
  );
}

/** The same function for as long as the table is there, so that rows which did not change are not made anew while it scrolls. */
function useSteady<Given extends unknown[]>(now: (...given: Given) => void): (...given: Given) => void {
  const latest = useRef(now);
  useEffect(() => {
    latest.current = now;
  });
  return useCallback((...given: Given) => latest.current(...given), []);
}

function SelectAll<Row, Id extends string | number>({ rows, idOf, selected, onSelect }: DataTableProps<Row, Id>) {
  const count = selected?.size ?? 0;
  const all = count > 0 && rows.every((row) => selected?.has(idOf(row)));
  return (
    <div role="columnheader" className={classes['cell']}>
      <Checkbox
        size="xs"
        aria-label={texts.common.selectAll}
        checked={all}
        indeterminate={count > 0 && !all}
        onChange={() => onSelect?.(all ? new Set() : new Set(rows.map(idOf)))}
      />
    </div>
  );
}

interface HeaderProps<Row> {
  column: TableColumn<Row>;
  sorting: Sorting | undefined;
  onSort: ((sorting: Sorting) => void) | undefined;
}

function Header<Row>({ column, sorting, onSort }: HeaderProps<Row>) {
  const by = sorting?.column === column.id ? sorting : undefined;
  const Arrow = by?.down ? IconArrowDown : IconArrowUp;
  return (
    <div
      role="columnheader"
      className={classes['cell']}
      data-align={column.align}
      aria-sort={by ? (by.down ? 'descending' : 'ascending') : 'none'}
    >
      {onSort ? (
        <UnstyledButton
          className={classes['sort']}
          title={texts.common.sortBy(column.label)}
          onClick={() => onSort(sortedBy(column.id, sorting))}
        >
          {column.label}
          {by && <Arrow size={14} aria-hidden />}
        </UnstyledButton>
      ) : (
        column.label
      )}
    </div>
  );
}

interface Active {
  at: number;
  /** The row that the key went to. */
  onKey: (event: KeyboardEvent) => number | undefined;
  onClick: (index: number, event: MouseEvent) => void;
  onToggle: (index: number) => void;
}

/** The row that the keyboard is on, and what keys and clicks do to it and to what is chosen. */
function useActiveRow<Row, Id extends string | number>(props: DataTableProps<Row, Id>): Active {
  const { rows, idOf, selected, onSelect, onOpen } = props;
  const [wanted, setActive] = useState(0);
  const anchor = useRef<Id | undefined>(undefined);
  const at = Math.min(wanted, Math.max(rows.length - 1, 0));
  const choose = (index: number, extend: boolean): void => {
    const row = rows[index];
    if (row === undefined || !selected || !onSelect) return;
    const id = idOf(row);
    if (extend && anchor.current !== undefined) onSelect(new Set(between(rows.map(idOf), anchor.current, id)));
    else {
      anchor.current = id;
      onSelect(toggled(selected, id));
    }
  };
  const onKey = (event: KeyboardEvent): number | undefined => {
    if (event.target !== event.currentTarget) return undefined; // keys of a button inside are its own
    const to = rowAfter(event.key, at, rows.length, 10);
    const row = rows[at];
    if (to !== undefined) {
      if (event.shiftKey && row !== undefined) {
        anchor.current ??= idOf(row);
        choose(to, true);
      }
      setActive(to);
    } else if (event.key === ' ') choose(at, event.shiftKey);
    else if (event.key === 'a' && (event.ctrlKey || event.metaKey)) onSelect?.(new Set(rows.map(idOf)));
    else if (event.key === 'Escape' && selected && selected.size > 0) onSelect?.(new Set());
    else if (event.key === 'Enter' && row !== undefined) onOpen?.(row);
    else return undefined;
    event.preventDefault();
    return to;
  };
  const onClick = (index: number, event: MouseEvent): void => {
    setActive(index);
    const row = rows[index];
    if (event.ctrlKey || event.metaKey || event.shiftKey) choose(index, event.shiftKey);
    else if (row !== undefined && !isControl(event.target)) onOpen?.(row);
  };
  return { at, onKey, onClick, onToggle: (index) => choose(index, false) };
}

/** A link or button inside a row does its own thing. */
function isControl(target: EventTarget): boolean {
  return target instanceof Element && target.closest('a, button, input, label') !== null;
}

function toggled<Id>(ids: ReadonlySet<Id>, id: Id): Set<Id> {
  const next = new Set(ids);
  if (!next.delete(id)) next.add(id);
  return next;
}

function withIndex(indexes: number[], index: number): number[] {
  return indexes.includes(index) ? indexes : [...indexes, index].toSorted((a, b) => a - b);
}

/** What the columns take at least; narrower, the table scrolls sideways. */
function leastWidth<Row>(columns: ReadonlyArray<TableColumn<Row>>, selectable: boolean): number {
  const widths = columns.map(({ width }) => (typeof width === 'number' ? width : LEAST_WIDTH));
  return widths.reduce((sum, each) => sum + each, selectable ? CHECK_WIDTH : 0);
}

function widths<Row>(columns: ReadonlyArray<TableColumn<Row>>, selectable: boolean): string {
  const each = columns.map(({ width = '1fr' }) =>
    typeof width === 'number' ? `${width}px` : `minmax(${LEAST_WIDTH}px, ${width})`,
  );
  return [...(selectable ? [`${CHECK_WIDTH}px`] : []), ...each].join(' ');
}
