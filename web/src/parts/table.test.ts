import { describe, expect, it } from 'vitest';
import { between, filtered, rowAfter, sorted, sortedBy, sortingOf, sortingText, type Column } from './table.ts';

interface Row {
  name: string;
  size: number;
  state: string;
}
const rows: Row[] = [
  { name: 'web-10', size: 5, state: 'running' },
  { name: 'web-2', size: 50, state: 'off' },
  { name: 'Mail', size: 7, state: 'running' },
];
const columns: Array<Column<Row>> = [
  { id: 'name', label: 'Name', value: (row) => row.name },
  { id: 'size', label: 'Size', value: (row) => row.size, words: (row) => `${row.size} GiB` },
  { id: 'state', label: 'State', value: (row) => row.state },
];
const names = (found: readonly Row[]): string[] => found.map(({ name }) => name);

describe('order', () => {
  it('takes numbers in names as numbers, and case for nothing', () => {
    expect(names(sorted(rows, columns, { column: 'name', down: false }))).toEqual(['Mail', 'web-2', 'web-10']);
    expect(names(sorted(rows, columns, { column: 'size', down: true }))).toEqual(['web-2', 'Mail', 'web-10']);
  });

  it('leaves rows as they are without a column that is known', () => {
    expect(sorted(rows, columns, undefined)).toBe(rows);
    expect(sorted(rows, columns, { column: 'gone', down: false })).toBe(rows);
  });

  it('is read from an address and written into it', () => {
    expect(sortingOf('-name')).toEqual({ column: 'name', down: true });
    expect(sortingText({ column: 'name', down: true })).toBe('-name');
    expect(sortingOf('')).toBeUndefined();
  });

  it('turns round at the second click', () => {
    expect(sortedBy('name', undefined)).toEqual({ column: 'name', down: false });
    expect(sortedBy('name', { column: 'name', down: false })).toEqual({ column: 'name', down: true });
    expect(sortedBy('size', { column: 'name', down: false })).toEqual({ column: 'size', down: false });
  });
});

describe('filter', () => {
  it.each([
    ['', ['web-10', 'web-2', 'Mail']],
    ['WEB run', ['web-10']],
    ['state:run', ['web-10', 'Mail']],
    ['name:run', []],
    ['-web', ['Mail']],
    ['"7 gib"', ['Mail']],
    ['a:b', []],
  ])('%s', (filter, expected) => {
    expect(names(filtered(rows, columns, filter))).toEqual(expected);
  });

  it('takes a colon that names no column as part of the word', () => {
    expect(names(filtered([{ name: '02:00:ab', size: 1, state: '' }], columns, '02:00:ab'))).toEqual(['02:00:ab']);
  });
});

it('chooses from one row to another, whichever comes first', () => {
  expect(between([1, 2, 3, 4], 3, 1)).toEqual([1, 2, 3]);
  expect(between([1, 2], 9, 2)).toEqual([2]);
  expect(between([1, 2], 1, 9)).toEqual([]);
});

it('moves with the keyboard and stays within the rows', () => {
  expect(rowAfter('ArrowDown', 0, 3, 10)).toBe(1);
  expect(rowAfter('ArrowUp', 0, 3, 10)).toBe(0);
  expect(rowAfter('PageDown', 0, 3, 10)).toBe(2);
  expect(rowAfter('End', 0, 3, 10)).toBe(2);
  expect(rowAfter('x', 0, 3, 10)).toBeUndefined();
  expect(rowAfter('End', 0, 0, 10)).toBeUndefined();
});
