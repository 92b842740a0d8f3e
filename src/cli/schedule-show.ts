// The table of scheduled actions in `onevm show` and `onebackupjob show`.
import type { XmlElement } from '../wire/xml-read.ts';
import { title } from './show.ts';
import { table, type Column } from './table.ts';
import { minuteTime, number } from './units.ts';

/** SCHEDULED ACTIONS of an object, with its title; nothing when there are none. */
export function scheduledActions(object: XmlElement, nowSec: number): string[] {
  const actions = object.children('TEMPLATE/SCHED_ACTION');
  return actions.length === 0 ? [] : [title('SCHEDULED ACTIONS'), table(columns(nowSec), actions).trimEnd()];
}

function columns(nowSec: number): Array<Column<XmlElement>> {
  const grows = { width: 5, adjust: true };
  return [
    { name: 'ID', ...grows, cell: (action) => idCell(action, nowSec) },
    { name: 'ACTION', ...grows, cell: (action) => action.textOf('ACTION') },
    { name: 'ARGS', ...grows, cell: (action) => action.textOf('ARGS') || '-' },
    { name: 'SCHEDULED', ...grows, cell: (action) => minuteTime(number(action.textOf('TIME'))) },
    { name: 'REPEAT', ...grows, cell: repeatCell },
    { name: 'END', ...grows, cell: endCell },
    { name: 'STATUS', width: 50, left: true, adjust: true, cell: (action) => statusCell(action, nowSec) },
  ];
}

const isDone = (action: XmlElement): boolean => number(action.textOf('DONE')) > 0;
const repeats = (action: XmlElement): boolean => number(action.textOf('REPEAT') || '-1') >= 0;

/** A star warns of a run that is late. */
function idCell(action: XmlElement, nowSec: number): string {
  const warning = number(action.textOf('WARNING'));
  return warning > 0 && warning < nowSec && !isDone(action) ? `*${action.textOf('ID')}` : action.textOf('ID');
}

function repeatCell(action: XmlElement): string {
  const days = action.textOf('DAYS');
  switch (action.textOf('REPEAT')) {
    case '0':
      return `Weekly ${days}`;
    case '1':
      return `Monthly ${days}`;
    case '2':
      return `Yearly ${days}`;
    case '3':
      return `Each ${days} hours`;
    default:
      return days;
  }
}

function endCell(action: XmlElement): string {
  const value = action.textOf('END_VALUE');
  switch (action.textOf('END_TYPE')) {
    case '0':
      return 'None';
    case '1':
      return `After ${value} times`;
    case '2':
      return `On ${shortDate(number(value))}`;
    default:
      return '';
  }
}

/** `MM/DD/YY` */
export function shortDate(epochSec: number): string {
  const year = String(new Date(epochSec * 1000).getFullYear() % 100).padStart(2, '0');
  return `${minuteTime(epochSec).slice(0, 5)}/${year}`;
}

const MINUTE_SEC = 60;
const HOUR_SEC = 3600;
const DAY_SEC = 86400;

function statusCell(action: XmlElement, nowSec: number): string {
  if (isDone(action) && !repeats(action)) return `Done on ${minuteTime(number(action.textOf('DONE')))}`;
  const message = action.textOf('MESSAGE');
  if (message !== '') return `Error! ${message}`;
  const leftSec = number(action.textOf('TIME')) - nowSec;
  const amount = (unitSec: number): number => Math.round((100 * leftSec) / unitSec) / 100;
  if (leftSec > DAY_SEC) return `Next in ${amount(DAY_SEC)} days`;
  if (leftSec > HOUR_SEC) return `Next in ${amount(HOUR_SEC)} hours`;
  return leftSec > 0 ? `Next in ${amount(MINUTE_SEC)} minutes` : 'Overdue!';
}
