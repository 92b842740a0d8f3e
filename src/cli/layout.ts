// Which columns a list shows and how wide they are: the default or a named set, and what -l, -s, --adjust and --expand change. Pure.
import { Failure } from './failure.ts';
import type { Column } from './table.ts';

export interface LayoutOptions {
  list?: string;
  listconf?: string;
  size?: string;
  adjust?: string;
  /** `true` for all columns, false for none, else `col` or `col=share`, ... */
  expand?: string | boolean;
}

export const LAYOUT_OPTIONS = [
  ['-l, --list <columns>', 'columns to show, NAME,STAT'],
  ['-c, --listconf <name>', 'a named set of columns'],
  ['-s, --size <sizes>', 'widths of columns, NAME=20,HOST=15'],
  ['--adjust <columns>', 'columns that grow to their longest value'],
  ['--expand [columns]', 'columns that fill the terminal, NAME=0.4,GROUP=0.6; all of them without a name'],
  ['--no-expand', 'no column fills the terminal'],
] as const;

/** Sets of columns by name; `default` is shown when nothing is asked for. */
export type ColumnSets = Readonly<Record<string, readonly string[]>> & { readonly default: readonly string[] };

/** The columns to show, in order. Throws Failure for a column or set that does not exist. */
export function laidOut<Row>(
  columns: ReadonlyArray<Column<Row>>,
  sets: ColumnSets,
  options: LayoutOptions,
): Array<Column<Row>> {
  const names = options.list === undefined ? setNamed(sets, options.listconf) : namesIn(options.list);
  const chosen = names.map((name) => ({ ...columnNamed(columns, name) }));
  const named = (name: string): Array<Column<Row>> => {
    columnNamed(columns, name);
    return chosen.filter((column) => column.name.toUpperCase() === name);
  };
  for (const [name, width] of pairs('--size', options.size, /^[1-9]\d{0,3}$/)) {
    for (const column of named(name)) Object.assign(column, { width: Number(width), adjust: false });
  }
  for (const name of namesIn(options.adjust ?? '')) for (const column of named(name)) column.adjust = true;
  expand(chosen, named, options.expand);
  return chosen;
}

function expand<Row>(
  chosen: Array<Column<Row>>,
  named: (name: string) => Array<Column<Row>>,
  given: string | boolean | undefined,
): void {
  if (given === undefined) return;
  for (const column of chosen) column.expand = given === true;
  if (typeof given !== 'string') return;
  for (const [name, share] of pairs('--expand', given, /^\d*\.?\d+$/, '1')) {
    for (const column of named(name)) column.expand = Number(share);
  }
}

/** The column called so. Throws Failure naming those that there are. */
export function columnNamed<Row>(columns: ReadonlyArray<Column<Row>>, name: string): Column<Row> {
  const column = columns.find((candidate) => candidate.name.toUpperCase() === name.toUpperCase());
  if (column) return column;
  throw new Failure(`Column '${name}' not found; there are ${columns.map((candidate) => candidate.name).join(', ')}.`);
}

/** `--describe`: each column with what it shows. */
export function describedColumns<Row>(columns: ReadonlyArray<Column<Row>>): string {
  const lines = columns.map(({ name, description = '' }) => `${name.padEnd(20)}: ${description.padEnd(20)}\n`);
  return lines.join('');
}

function setNamed(sets: ColumnSets, name = 'default'): readonly string[] {
  const set = Object.hasOwn(sets, name) ? sets[name] : undefined;
  if (set) return set;
  throw new Failure(`There is no set of columns ${name}; there are ${Object.keys(sets).join(', ')}.`);
}

function namesIn(text: string): string[] {
  return text
    .split(',')
    .map((name) => name.trim().toUpperCase())
    .filter((name) => name !== '');
}

/** `NAME=value,...`; a name alone has the value `alone`, if that is allowed. */
function pairs(
  option: string,
  text: string | undefined,
  value: RegExp,
  alone?: string,
): Array<[name: string, value: string]> {
  return (text?.split(',') ?? []).map((part) => {
    const [name = '', given = alone] = part.split('=');
    if (given !== undefined && value.test(given)) return [name.trim().toUpperCase(), given];
    throw new Failure(`${option} ${text ?? ''}: "${part}" is not COLUMN=number.`);
  });
}
