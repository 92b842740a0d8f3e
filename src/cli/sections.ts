// A document as sections of a page: a title over lines or a table, and an empty line between two.
import type { XmlElement } from '../wire/xml-read.ts';
import { page, title } from './show.ts';
import { table, type Column } from './table.ts';

/** Sections without lines are left out. */
export function sections(all: ReadonlyArray<readonly string[]>): string {
  const shown = all.filter((lines) => lines.length > 0);
  return page(shown.flatMap((lines, index) => (index === 0 ? lines : ['', ...lines])));
}

export function withTitle(name: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : [title(name), ...lines];
}

export function tableSection(
  name: string,
  columns: ReadonlyArray<Column<XmlElement>>,
  rows: readonly XmlElement[],
): string[] {
  return rows.length === 0 ? [] : [title(name), table(columns, rows).trimEnd()];
}

export const textCell =
  (path: string) =>
  (row: XmlElement): string =>
    row.textOf(path) || '-';
