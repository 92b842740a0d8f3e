// `onedatastore fill`: how full a datastore was, and when it is full if that goes on.
import type { XmlElement } from '../wire/xml-read.ts';
import { documentText, DOCUMENT_OPTIONS, type DocumentOptions } from './document.ts';
import { argument, type Family } from './family.ts';
import { numberOption } from './ids.ts';
import { idOf, NOUN } from './lookup.ts';
import { sections, tableSection } from './sections.ts';
import { labels, title } from './show.ts';
import type { Column } from './table.ts';
import { minuteTime, number, size } from './units.ts';
import { fullOn, perDay } from './vault-summary.ts';

const DAYS = 30;
const line = labels(10);
/** One a day is enough to read. */
const A_DAY = 86_400;

export function addFill(family: Family): void {
  const options = [['--days <count>', `how far back; ${DAYS} by default`], ...DOCUMENT_OPTIONS] as const;
  family.add<DocumentOptions & { days?: string }>(
    { usage: 'fill <datastore>', description: 'Show how full it was, and when it is full if that goes on', options },
    async ({ client, io }, args, given) => {
      const id = await idOf(client, NOUN.datastore, argument(args, 0));
      const fill = await client.document('datastore.fill', id, numberOption('--days', given.days, DAYS));
      io.write(documentText(fill, given) ?? fillText(id, fill));
    },
  );
}

function fillText(id: number, fill: XmlElement): string {
  return sections([
    [
      title(`DATASTORE ${id}`),
      line('USED', mb('USED_MB')(fill)),
      line('FREE', mb('FREE_MB')(fill)),
      line('TOTAL', mb('TOTAL_MB')(fill)),
      line('PER DAY', perDay(fill)),
      line('FULL', fullOn(fill)),
    ],
    tableSection('SO FAR', pointColumns, daily(fill.children('POINT'))),
  ]);
}

/** The last one of each day. */
function daily(points: readonly XmlElement[]): XmlElement[] {
  const dayOf = (point: XmlElement): number => Math.floor(number(point.textOf('TIME')) / A_DAY);
  return points.filter((point, index) => {
    const next = points[index + 1];
    return next === undefined || dayOf(next) !== dayOf(point);
  });
}

const mb = (path: string) => (row: XmlElement) => size(number(row.textOf(path)), 'M');

const pointColumns: ReadonlyArray<Column<XmlElement>> = [
  { name: 'TIME', width: 11, cell: (point) => minuteTime(number(point.textOf('TIME'))) },
  { name: 'USED', width: 8, cell: mb('USED_MB') },
  { name: 'FREE', width: 8, cell: mb('FREE_MB') },
  { name: 'TOTAL', width: 8, cell: mb('TOTAL_MB') },
];
