// What a table shows of its rows, in which order, and which of them are chosen. Pure.

export interface Column<Row> {
  /** Its name in filters and addresses. */
  id: string;
  label: string;
  /** What is sorted and filtered by. */
  value: (row: Row) => string | number;
  /** Words beside the value that a filter finds as well. */
  words?: (row: Row) => string;
}

export interface Sorting {
  column: string;
  down: boolean;
}

/** `-name` is name, downwards. */
export function sortingOf(text: string | undefined): Sorting | undefined {
  if (text === undefined || text === '') return undefined;
  return text.startsWith('-') ? { column: text.slice(1), down: true } : { column: text, down: false };
}

export function sortingText({ column, down }: Sorting): string {
  return down ? `-${column}` : column;
}

/** After a click on a column: upwards, then downwards. */
export function sortedBy(column: string, now: Sorting | undefined): Sorting {
  return { column, down: now?.column === column && !now.down };
}

const COLLATOR = new Intl.Collator('en', { numeric: true, sensitivity: 'base' });

export function sorted<Row>(
  rows: readonly Row[],
  columns: ReadonlyArray<Column<Row>>,
  by: Sorting | undefined,
): readonly Row[] {
  const column = by && columns.find(({ id }) => id === by.column);
  if (!column) return rows;
  const keyed = rows.map((row) => ({ row, key: column.value(row) }));
  const sign = by.down ? -1 : 1;
  keyed.sort((a, b) => sign * compare(a.key, b.key));
  return keyed.map(({ row }) => row);
}

function compare(a: string | number, b: string | number): number {
  return typeof a === 'number' && typeof b === 'number' ? a - b : COLLATOR.compare(String(a), String(b));
}

interface Term {
  column: string | undefined;
  word: string;
  not: boolean;
}

/** `web state:running -test "two words"` */
export function termsOf(filter: string): Term[] {
  const terms: Term[] = [];
  for (const [, minus, column, quoted, plain] of filter.matchAll(/(-?)(?:([A-Za-z_]+):)?(?:"([^"]*)"?|(\S+))/g)) {
    const word = (quoted ?? plain ?? '').toLowerCase();
    if (word !== '') terms.push({ column: column?.toLowerCase(), word, not: minus === '-' });
  }
  return terms;
}

/** Rows that have every word of the filter, in any column or in the one it names. */
export function filtered<Row>(
  rows: readonly Row[],
  columns: ReadonlyArray<Column<Row>>,
  filter: string,
): readonly Row[] {
  const tests = termsOf(filter).map(({ column, word, not }) => {
    const named = column === undefined ? undefined : columns.find(({ id }) => id.toLowerCase() === column);
    // a colon in a word that names no column (an address, say) is part of the word
    const sought = column !== undefined && !named ? `${column}:${word}` : word;
    const among = named ? [named] : columns;
    return (row: Row): boolean => among.some((each) => textOf(each, row).includes(sought)) !== not;
  });
  return tests.length === 0 ? rows : rows.filter((row) => tests.every((test) => test(row)));
}

function textOf<Row>(column: Column<Row>, row: Row): string {
  const words = column.words?.(row) ?? '';
  return `${String(column.value(row))} ${words}`.toLowerCase();
}

/** Ids from one row to another, both included, whichever comes first. */
export function between<Id>(ids: readonly Id[], from: Id, to: Id): Id[] {
  const [a, b] = [ids.indexOf(from), ids.indexOf(to)];
  if (a < 0 || b < 0) return b < 0 ? [] : [to];
  return ids.slice(Math.min(a, b), Math.max(a, b) + 1);
}

/** Where the keyboard goes from row `at` of `count`; undefined for a key that moves nothing. */
export function rowAfter(key: string, at: number, count: number, pageRows: number): number | undefined {
  const moves: Record<string, number> = {
    ArrowDown: at + 1,
    ArrowUp: at - 1,
    PageDown: at + pageRows,
    PageUp: at - pageRows,
    Home: 0,
    End: count - 1,
  };
  const to = moves[key];
  return to === undefined || count === 0 ? undefined : Math.min(Math.max(to, 0), count - 1);
}
