// Tables as OpenNebula prints them: fixed widths, longer values cut, columns that adjust grow instead. On a terminal the
// header is underlined, states are coloured and expanding columns fill the line.
export interface Column<Row> {
  name: string;
  width: number;
  left?: boolean;
  /** Grows to its longest value instead of cutting it. */
  adjust?: boolean;
  /** Takes a share of a terminal's free width. */
  expand?: boolean;
  cell(row: Row): string;
}

export interface TableOptions {
  header?: boolean;
  /** Width of the terminal; undefined for plain text. */
  terminal?: number | undefined;
}

/** The table's lines, each ended; data lines without trailing blanks. */
export function table<Row>(
  columns: ReadonlyArray<Column<Row>>,
  rows: readonly Row[],
  options: TableOptions = {},
): string {
  const cells = rows.map((row) => columns.map((column) => oneLine(column.cell(row))));
  const widths = expanded(
    columns,
    columns.map((column, index) => widthOf(column, index, cells)),
    options.terminal,
  );
  const align = (texts: readonly string[]): string[] =>
    columns.map((column, index) => fit(texts[index] ?? '', widths[index] ?? column.width, column.left ?? false));
  const header = align(columns.map((column) => column.name)).join(' ');
  const lines = cells.map((row) =>
    align(row)
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
): string {
  const lines = rows.map((row) => columns.map((column) => column.cell(row).trim()));
  if (header) lines.unshift(columns.map((column) => column.name));
  return lines.map((cells) => `${cells.map((cell) => quoted(cell, separator)).join(separator)}\n`).join('');
}

function widthOf<Row>(column: Column<Row>, index: number, cells: ReadonlyArray<readonly string[]>): number {
  if (!column.adjust) return column.width;
  return cells.reduce((width, row) => Math.max(width, row[index]?.length ?? 0), column.width);
}

/** Shares what a terminal's line has left among the columns that expand. */
function expanded<Row>(columns: ReadonlyArray<Column<Row>>, widths: number[], terminal: number | undefined): number[] {
  const growing = columns.filter((column) => column.expand).length;
  const free = (terminal ?? 0) - widths.reduce((sum, width) => sum + width, 0) - (columns.length - 1);
  if (growing === 0 || free <= 0) return widths;
  const share = Math.floor(free / growing);
  return widths.map((width, index) => width + (columns[index]?.expand ? share : 0));
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
