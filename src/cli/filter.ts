// Which rows a list keeps: conditions on what its cells show, `COLUMN=value,...` with = != ~ < > <= >=. Pure.
import { Failure } from './failure.ts';
import { columnNamed } from './layout.ts';
import { PLAIN, type CellShape, type Column } from './table.ts';

export interface FilterOptions {
  filter?: string;
  /** AND or OR. */
  operator?: string;
}

/** The rows for which all conditions hold, or any of them. Throws Failure for an unknown column or operator. */
export function filtered<Row>(
  rows: readonly Row[],
  columns: ReadonlyArray<Column<Row>>,
  options: FilterOptions,
  shape: CellShape = PLAIN,
): readonly Row[] {
  const any = isOr(options.operator ?? 'AND');
  if (options.filter === undefined) return rows;
  const conditions = options.filter.split(',').map((text) => condition(columns, text, shape));
  return rows.filter((row) => (any ? conditions.some((holds) => holds(row)) : conditions.every((holds) => holds(row))));
}

function isOr(operator: string): boolean {
  const upper = operator.toUpperCase();
  if (upper === 'AND' || upper === 'OR') return upper === 'OR';
  throw new Failure(`--operator ${operator} is neither AND nor OR.`);
}

function condition<Row>(columns: ReadonlyArray<Column<Row>>, text: string, shape: CellShape): (row: Row) => boolean {
  const [, name, operator, wanted = ''] = /^\s*(\w+)\s*(!=|<=|>=|=|~|<|>)(.*)$/.exec(text) ?? [];
  if (name === undefined || operator === undefined) {
    throw new Failure(`The filter "${text}" is not COLUMN=value (or != ~ < > <= >=).`);
  }
  const column = columnNamed(columns, name.toUpperCase());
  return (row) => holds(column.cell(row, shape), operator, wanted);
}

/** Numbers are compared as numbers, everything else as text. */
function holds(cell: string, operator: string, wanted: string): boolean {
  if (operator === '~') return cell.includes(wanted);
  const numeric = cell.trim() !== '' && wanted.trim() !== '' && !Number.isNaN(Number(cell) + Number(wanted));
  const order = numeric ? Number(cell) - Number(wanted) : cell < wanted ? -1 : cell > wanted ? 1 : 0;
  if (operator === '=') return order === 0;
  if (operator === '!=') return order !== 0;
  return (operator.startsWith('<') ? order < 0 : order > 0) || (operator.endsWith('=') && order === 0);
}
