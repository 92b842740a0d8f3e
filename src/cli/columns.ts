// The columns that most lists begin with.
import type { XmlElement } from '../wire/xml-read.ts';
import type { CellShape, Column } from './table.ts';
import { number, size, type Unit } from './units.ts';

export const idColumn: Column<XmlElement> = {
  name: 'ID',
  description: 'its number',
  width: 4,
  adjust: true,
  cell: (object) => object.textOf('ID'),
};

export const userColumn: Column<XmlElement> = {
  name: 'USER',
  description: 'its owner',
  width: 8,
  left: true,
  cell: (object, { numeric }) => object.textOf(numeric ? 'UID' : 'UNAME'),
};

export const groupColumn: Column<XmlElement> = {
  name: 'GROUP',
  description: 'its group',
  width: 8,
  left: true,
  cell: (object, { numeric }) => object.textOf(numeric ? 'GID' : 'GNAME'),
};

/** NAME, which fills a terminal's line. */
export function nameColumn(
  width: number,
  cell: (object: XmlElement) => string = (object) => object.textOf('NAME'),
): Column<XmlElement> {
  return { name: 'NAME', description: 'its name', width, left: true, expand: true, cell };
}

/** A size, or with -k the plain number. */
export function sizeText(value: number, unit: Unit, { kilobytes }: CellShape): string {
  return kilobytes ? String(value) : size(value, unit);
}

/** The cell of a size that stands in the document at `path`. */
export function sizeCell(path: string, unit: Unit): (object: XmlElement, shape: CellShape) => string {
  return (object, shape) => sizeText(number(object.textOf(path)), unit, shape);
}
