// Tables as OpenNebula prints them: fixed widths, longer values cut, columns that adjust grow instead. On a terminal the
// header is underlined, states are coloured and expanding columns fill the line.
/** How cells are written: numbers in place of names, raw numbers in place of sizes. */
export interface CellShape {
  numeric: boolean;
  kilobytes: boolean;
}

export const PLAIN: CellShape = { numeric: false, kilobytes: false };

export interface Column<Row> {
  name: string;
  /** What `--describe` says of it. */
  description?: string;
  width: number;
  left?: boolean;
  /** Grows to its longest value instead of cutting it; its name is not cut either. */
  adjust?: boolean;
  /** Takes a share of a terminal's free width, the more the larger the number. */
  expand?: boolean | number;
  cell(row: Row, shape: CellShape): string;
}

export interface TableOptions {
  header?: boolean;
  /** Width of the terminal; undefined for plain text. */
  terminal?: number | undefined;
  shape?: CellShape;
}

/** The table's lines, each ended; data lines without trailing blanks. */
export function table<Row>(
  columns: ReadonlyArray<Column<Row>>,
  rows: readonly Row[],
  options: TableOptions = {},
): string {
  const shape = options.shape ?? PLAIN;
  const cells = rows.map((row) => columns.map((column) => oneLine(column.cell(row, shape))));
  const widths = expanded(
    columns,
    columns.map((column, index) => widthOf(column, index, cells)),
    options.terminal,
  );
  const aligned = (column: Column<Row>, index: number, text: string): string =>
    fit(text, widths[index] ?? column.width, column.left ?? false);
  const header = columns
    .map((column, index) => {
      const whole = column.adjust && column.name.length > (widths[index] ?? 0);
      return whole ? column.name : aligned(column, index, column.name);
    })
    .join(' ');
  const lines = cells.map((row) =>
    columns
      .map((column, index) => aligned(column, index, row[index] ?? ''))
      .map((cell) => (options.terminal ? coloured(cell) : cell))
      .join(' ')
      .trimEnd(),
  );
  if (options.header ?? true) lines.unshift(options.terminal ? `\u001b[1m\u001b[4m${header}\u001b[0m` : header);
  return lines.map((line) => `${line}\n`).join('');
}

/** The same as comma separated values: full column names, nothing cut. */
export function csv<Row>(
  columns: ReadonlyArray<Column<Row>>,
  rows: readonly Row[],
  separator: string,
  header: boolean,
  shape: CellShape = PLAIN,
): string {
  const lines = rows.map((row) => columns.map((column) => column.cell(row, shape).trim()));
  if (header) lines.unshift(columns.map((column) => column.name));
  return lines.map((cells) => `${cells.map((cell) => quoted(cell, separator)).join(separator)}\n`).join('');
}

function widthOf<Row>(column: Column<Row>, index: number, cells: ReadonlyArray<readonly string[]>): number {
  if (!column.adjust) return column.width;
  return cells.reduce((width, row) => Math.max(width, row[index]?.length ?? 0), column.width);
}

/** Shares what a terminal's line has left among the columns that expand. */
function expanded<Row>(columns: ReadonlyArray<Column<Row>>, widths: number[], terminal: number | undefined): number[] {
  const shares = columns.map(({ expand }) => (typeof expand === 'number' ? expand : expand ? 1 : 0));
  const total = shares.reduce((sum, share) => sum + share, 0);
  const free = (terminal ?? 0) - widths.reduce((sum, width) => sum + width, 0) - (columns.length - 1);
  if (total === 0 || free <= 0) return widths;
  return widths.map((width, index) => width + Math.floor((free * (shares[index] ?? 0)) / total));
}

function fit(text: string, width: number, left: boolean): string {
  const cut = text.slice(0, width);
  return left ? cut.padEnd(width) : cut.padStart(width);
}

const GOOD = /^\s*(runn|rdy|on)\s*$/;
const BAD = /^\s*(fail|err|error)\s*$/;

function coloured(cell: string): string {
  if (GOOD.test(cell)) return `\u001b[32m${cell}\u001b[0m`;
  return BAD.test(cell) ? `\u001b[31m${cell}\u001b[0m` : cell;
}

/** A name may hold anything; a table line is one line. */
function oneLine(text: string): string {
  return text.replace(/\p{Cc}+/gu, ' ');
}

function quoted(cell: string, separator: string): string {
  return cell.includes(separator) || /["\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
}
