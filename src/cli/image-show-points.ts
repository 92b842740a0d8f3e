// What `oneimage show` tells of a backup beyond OpenNebula's text: how consistent each point is, whether it was verified, why it is full
// or incremental, and what drills of it have shown. A chain has many points, a full backup has one.
import type { XmlElement } from '../wire/xml-read.ts';
import { idsIn, labels } from './show.ts';
import { table, type Column } from './table.ts';
import { number, time } from './units.ts';

const line = labels(15);

/** The section; nothing of a server that does not tell. */
export function pointLines(image: XmlElement): string[] {
  const points = pointsOf(image);
  if (points.length === 0) return [];
  const disks = idsIn(image, 'BACKUP_DISK_IDS');
  return [
    ...['', 'BACKUP POINTS'],
    ...(disks.length === 0 ? [] : [line('DISK IDS', disks.join(','))]),
    table(columns, points).trimEnd(),
    ...points.flatMap(damage),
    ...points.flatMap(drills),
    ...points.flatMap(pins),
  ];
}

/** Points of which more is told than OpenNebula does, oldest first. */
export function pointsOf(image: XmlElement): XmlElement[] {
  const all = [...image.children('BACKUP_INCREMENTS/INCREMENT'), ...image.children('BACKUP_POINT')];
  return all.filter((point) => point.child('CONSISTENCY') !== undefined);
}

function damage(point: XmlElement): string[] {
  const error = point.textOf('VERIFY_ERROR');
  return error === '' ? [] : [`Increment ${point.textOf('ID')} is damaged: ${error}`];
}

function pins(point: XmlElement): string[] {
  const [id, reason, until] = ['ID', 'PIN_REASON', 'PIN_UNTIL'].map((name) => point.textOf(name)) as [
    string,
    string,
    string,
  ];
  if (reason === '') return [];
  const end = until === '0' ? '' : ` until ${time(number(until))}`;
  return [`Increment ${id} is pinned${end}: ${reason}`];
}

/** When it was last seen to boot, and how its last drill failed. */
function drills(point: XmlElement): string[] {
  const [id, proven, error] = ['ID', 'PROVEN', 'DRILL_ERROR'].map((name) => point.textOf(name)) as [
    string,
    string,
    string,
  ];
  const took = (number(point.textOf('PROVEN_TIME')) / 1000).toFixed(1);
  const by = `${point.textOf('PROVEN_BY')} after ${took} s`;
  return [
    ...(proven === '' ? [] : [`Increment ${id} was proven to boot at ${time(number(proven))}: ${by}`]),
    ...(error === ''
      ? []
      : [`Increment ${id} failed its drill at ${time(number(point.textOf('DRILL_FAILED')))}: ${error}`]),
  ];
}

const columns: Array<Column<XmlElement>> = [
  { name: 'ID', width: 3, cell: (point) => point.textOf('ID') },
  { name: 'CONSISTENCY', width: 11, left: true, cell: (point) => point.textOf('CONSISTENCY') },
  { name: 'VERIFIED', width: 14, left: true, cell: verified },
  { name: 'REASON', width: 40, left: true, adjust: true, cell: (point) => point.textOf('REASON') },
];

/** When it was found good, `-` for never. */
function verified(point: XmlElement): string {
  return point.textOf('VERIFY_ERROR') === '' ? time(number(point.textOf('VERIFIED'))) : 'damaged';
}
