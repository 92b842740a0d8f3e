// A schedule as a form has it, as the daemon takes it, and in words. Pure.
import type { Attributes, Vm } from '../api/documents.ts';
import { textOf, type Written } from '../api/template-text.ts';
import { texts } from '../texts/index.ts';
import { shortMoment, spanText } from './format.ts';

/** A scheduled action as documents of VMs and backup jobs have it. */
export type ScheduleEntry = Vm['TEMPLATE']['SCHED_ACTION'][number];

export type Repeat = 'once' | 'hours' | 'week' | 'month' | 'year';

export interface ScheduleValues {
  /** Empty for the run of a backup job. */
  action: string;
  /** Of a backup; -1 is where the chain is. */
  datastoreId: number;
  reset: boolean;
  /** Of other actions. */
  args: string;
  starts: 'at' | 'after';
  /** `2026-11-27T02:00`, by this browser's clock. */
  at: string;
  /** After the VM was made. */
  afterMinutes: number;
  repeat: Repeat;
  hours: number;
  weekdays: number[];
  monthdays: string;
  yeardays: string;
  ends: 'never' | 'times' | 'date';
  times: number;
  until: string;
}

/** What is done by OpenNebula's number of a repetition. */
const REPEATS: ReadonlyArray<readonly [Repeat, number]> = [
  ['once', -1],
  ['week', 0],
  ['month', 1],
  ['year', 2],
  ['hours', 3],
];
const END = { never: 0, times: 1, date: 2 } as const;
const EVERY_DAY = [0, 1, 2, 3, 4, 5, 6];
const DAY_SEC = 86_400;

/** Every night at two o'clock: what most want. `action` is empty for a backup job. */
export function newSchedule(nowSec: number, action: string): ScheduleValues {
  const night = new Date((nowSec + DAY_SEC) * 1000);
  night.setHours(2, 0, 0, 0);
  const at = localText(Math.floor(night.getTime() / 1000));
  return {
    ...{ action, datastoreId: -1, reset: false, args: '', starts: 'at', at, afterMinutes: 60 },
    ...{ repeat: 'week', hours: 6, weekdays: EVERY_DAY, monthdays: '1', yeardays: '0' },
    ...{ ends: 'never', times: 10, until: localText(nowSec + 365 * DAY_SEC) },
  };
}

/** What was saved, to be changed. */
export function scheduleOf(entry: ScheduleEntry, nowSec: number): ScheduleValues {
  const isJob = entry.TYPE === 'BACKUPJOB';
  const fresh = newSchedule(nowSec, isJob ? '' : entry.ACTION);
  return {
    ...fresh,
    ...argsOf(entry.ACTION, isJob ? '' : entry.ARGS),
    at: localText(entry.TIME),
    ...repeatOf(entry.REPEAT, entry.DAYS, fresh),
    ...endOf(entry.END_TYPE, entry.END_VALUE, fresh),
  };
}

/** A SCHED_ACTION of a template, where the first time may count from when the VM is made. */
export function scheduleOfTemplate(vector: Attributes, nowSec: number): ScheduleValues {
  const number = (name: string, otherwise: number): number => Number(textOf(vector, name) ?? otherwise);
  const action = textOf(vector, 'ACTION') ?? 'backup';
  const fresh = newSchedule(nowSec, action);
  const time = textOf(vector, 'TIME') ?? '';
  const starts = time.startsWith('+')
    ? { starts: 'after' as const, afterMinutes: Math.round(Number(time.slice(1)) / 60) }
    : { at: localText(Number(time)) };
  return {
    ...fresh,
    ...argsOf(action, textOf(vector, 'ARGS') ?? ''),
    ...starts,
    ...repeatOf(number('REPEAT', -1), textOf(vector, 'DAYS') ?? '', fresh),
    ...endOf(number('END_TYPE', 0), number('END_VALUE', -1), fresh),
  };
}

function argsOf(action: string, args: string): Pick<ScheduleValues, 'datastoreId' | 'reset' | 'args'> {
  if (action !== 'backup') return { datastoreId: -1, reset: false, args };
  const [datastore = '', reset = '0'] = args.split(',').map((part) => part.trim());
  return { datastoreId: datastore === '' ? -1 : Number(datastore), reset: reset === '1', args: '' };
}

function repeatOf(number: number, days: string, fresh: ScheduleValues): Partial<ScheduleValues> {
  const repeat = REPEATS.find(([, one]) => one === number)?.[0] ?? 'once';
  if (repeat === 'week') return { repeat, weekdays: days.split(',').map(Number) };
  if (repeat === 'hours') return { repeat, hours: Number(days) || fresh.hours };
  if (repeat === 'month') return { repeat, monthdays: days };
  return repeat === 'year' ? { repeat, yeardays: days } : { repeat };
}

function endOf(type: number, value: number, fresh: ScheduleValues): Partial<ScheduleValues> {
  if (type === END.times) return { ends: 'times', times: value };
  return { ends: type === END.date ? 'date' : 'never', until: type === END.date ? localText(value) : fresh.until };
}

/** SCHED_ACTION as the daemon takes it. */
export function writtenSchedule(values: ScheduleValues): Written {
  const { action, starts, afterMinutes, at, repeat } = values;
  const repeats = repeat !== 'once';
  const ends = repeats ? END[values.ends] : undefined;
  return {
    ACTION: action === '' ? undefined : action,
    ARGS: writtenArgs(values),
    TIME: starts === 'after' ? `+${afterMinutes * 60}` : String(epochOf(at)),
    REPEAT: REPEATS.find(([one]) => one === repeat)?.[1] ?? -1,
    DAYS: repeats ? daysOf(values) : undefined,
    END_TYPE: ends,
    END_VALUE: ends === END.times ? values.times : ends === END.date ? epochOf(values.until) : undefined,
  };
}

/** The same for one that is there: what is left out would stay as it was, and a time that was not touched keeps its seconds. */
export function changedSchedule(entry: ScheduleEntry, values: ScheduleValues): Written {
  const written = writtenSchedule(values);
  const sameTime = values.starts === 'at' && values.at === localText(entry.TIME);
  return {
    ...written,
    ...(sameTime && { TIME: String(entry.TIME) }),
    ...(values.action === 'backup' && { ARGS: written['ARGS'] ?? '-1' }),
  };
}

/** A job takes none. */
function writtenArgs({ action, datastoreId, reset, args }: ScheduleValues): string | undefined {
  if (action === '') return undefined;
  if (action !== 'backup') return args === '' ? undefined : args;
  return reset || datastoreId >= 0 ? `${datastoreId}${reset ? ',1' : ''}` : undefined;
}

/** Saved ones as they are, to ask when they happen next. */
export function writtenEntry({ ACTION, TIME, REPEAT, DAYS, END_TYPE, END_VALUE }: ScheduleEntry): Written {
  const repeats = REPEAT >= 0;
  const ends = repeats && END_TYPE > 0 ? END_TYPE : undefined;
  return {
    ...{ ACTION, TIME: String(TIME), REPEAT: repeats ? REPEAT : undefined, DAYS: repeats ? DAYS : undefined },
    ...{ END_TYPE: ends, END_VALUE: ends === undefined ? undefined : END_VALUE },
  };
}

function daysOf({ repeat, hours, weekdays, monthdays, yeardays }: ScheduleValues): string {
  if (repeat === 'hours') return String(hours);
  if (repeat === 'week') return weekdays.toSorted((a, b) => a - b).join(',');
  return (repeat === 'month' ? monthdays : yeardays).replaceAll(' ', '');
}

/** What cannot be sent yet, by field; what the daemon has against the rest it says itself. */
export function scheduleFaults(values: ScheduleValues): Partial<Record<keyof ScheduleValues, string>> {
  const { starts, at, afterMinutes, repeat, hours, weekdays, ends, times, until } = values;
  const words = texts.schedule;
  const whole = (number: number): boolean => Number.isInteger(number) && number >= 1;
  const repeats = repeat !== 'once';
  return {
    ...(starts === 'at' && epochOf(at) === 0 && { at: words.wrongTime }),
    ...(starts === 'after' && !whole(afterMinutes) && { afterMinutes: words.wrongNumber }),
    ...(repeat === 'hours' && !whole(hours) && { hours: words.wrongNumber }),
    ...(repeat === 'week' && weekdays.length === 0 && { weekdays: words.wrongDays }),
    ...(repeat === 'month' && !hasDays(values.monthdays) && { monthdays: words.wrongDays }),
    ...(repeat === 'year' && !hasDays(values.yeardays) && { yeardays: words.wrongDays }),
    ...(repeats && ends === 'times' && !whole(times) && { times: words.wrongNumber }),
    ...(repeats && ends === 'date' && epochOf(until) === 0 && { until: words.wrongTime }),
  };
}

function hasDays(text: string): boolean {
  return /^\s*\d+(\s*,\s*\d+)*\s*$/.test(text);
}

/** `Backup every day at 02:00, 10 times` */
export function scheduleText(values: ScheduleValues): string {
  const { schedule } = texts;
  const { words } = schedule;
  const what = values.action === '' ? schedule.runJob : (schedule.actions[values.action] ?? values.action);
  const end =
    values.repeat === 'once' || values.ends === 'never'
      ? ''
      : `, ${values.ends === 'times' ? words.times(values.times) : words.until(shortMoment(epochOf(values.until)))}`;
  return `${what} ${whenText(values)}${end}`;
}

function whenText(values: ScheduleValues): string {
  const { schedule } = texts;
  const { words } = schedule;
  const { starts, at, afterMinutes, repeat, hours, weekdays, monthdays, yeardays } = values;
  if (repeat === 'hours') return words.hourly(hours);
  if (repeat === 'once') {
    return starts === 'after' ? words.after(spanText(afterMinutes * 60)) : words.once(shortMoment(epochOf(at)));
  }
  const time = starts === 'after' ? words.after(spanText(afterMinutes * 60)) : at.slice(11, 16);
  if (repeat === 'month') return words.monthly(monthdays, time);
  if (repeat === 'year') return words.yearly(yeardays, time);
  if (new Set(weekdays).size === EVERY_DAY.length) return words.daily(time);
  const fromMonday = weekdays.toSorted((a, b) => ((a + 6) % 7) - ((b + 6) % 7));
  return words.weekly(fromMonday.map((day) => schedule.weekdayShort(day)).join(', '), time);
}

/** Epoch seconds of a local date and time; 0 for what is none. */
export function epochOf(local: string): number {
  const ms = new Date(local).getTime();
  return Number.isNaN(ms) ? 0 : Math.floor(ms / 1000);
}

/** `2026-11-27T02:00`; empty for no moment. */
export function localText(epochSec: number): string {
  if (!Number.isFinite(epochSec) || epochSec <= 0) return '';
  const date = new Date(epochSec * 1000);
  const two = (number: number): string => String(number).padStart(2, '0');
  const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
  return `${day}T${two(date.getHours())}:${two(date.getMinutes())}`;
}
