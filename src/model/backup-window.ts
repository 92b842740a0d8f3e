// BACKUP_WINDOW: days and hours in which backups may begin, of a datastore or of a job, and how they are read.
import { field, text, vectors, type Attributes, type Vector } from './attributes.ts';
import { CODE, OneError } from './errors.ts';
import { isTimeZone } from './time-zone.ts';

export interface BackupWindow {
  /** 0 (Sunday)..6; of the day that it opens on. */
  days: number[];
  /** Minutes of the day, `to` may be 1440; a window whose `to` is not after `from` goes on into the next day. */
  fromMin: number;
  toMin: number;
  /** IANA name of the zone that days and hours are of. */
  zone: string;
}

export const BACKUP_WINDOW = 'BACKUP_WINDOW';
const KNOWN = ['DAYS', 'HOURS', 'ZONE'];
const ALL_DAYS = [0, 1, 2, 3, 4, 5, 6];
const DAY_MIN = 1440;

/**
 * Every BACKUP_WINDOW in order; none means at any time. `zone` is that of windows which name none; `place` stands before the attribute
 * in errors. Throws OneError INTERNAL.
 */
export function readBackupWindows(attributes: Attributes, zone: string, place = ''): BackupWindow[] {
  const plain = text(attributes, BACKUP_WINDOW);
  if (plain)
    wrong(place, [BACKUP_WINDOW, plain], `it must be ${BACKUP_WINDOW}=[ DAYS="1,2,3,4,5", HOURS="22:00-06:00" ]`);
  return vectors(attributes, BACKUP_WINDOW).map((vector) => readWindow(vector, zone, `${place}${BACKUP_WINDOW}/`));
}

function readWindow(vector: Vector, usualZone: string, place: string): BackupWindow {
  const unknown = vector.find(([name]) => !KNOWN.includes(name));
  if (unknown) wrong(place, unknown, `a window has ${KNOWN.join(', ')}`);
  const zone = given(vector, 'ZONE') ?? usualZone;
  if (!isTimeZone(zone)) wrong(place, ['ZONE', zone], 'it must be a zone such as Europe/Berlin or UTC');
  return { days: readDays(given(vector, 'DAYS'), place), ...readHours(given(vector, 'HOURS'), place), zone };
}

function readDays(value: string | undefined, place: string): number[] {
  if (value === undefined) return ALL_DAYS;
  const days = value.split(',').map((day) => day.trim());
  if (!days.every((day) => /^[0-6]$/.test(day))) {
    wrong(place, ['DAYS', value], 'it must be days of the week from 0 (Sunday) to 6 with commas between');
  }
  return [...new Set(days.map(Number))].sort((a, b) => a - b);
}

function readHours(value: string | undefined, place: string): Pick<BackupWindow, 'fromMin' | 'toMin'> {
  if (value === undefined) return { fromMin: 0, toMin: DAY_MIN };
  const [fromMin, toMin, more] = value.split('-').map(minuteOf);
  if (fromMin === undefined || fromMin === DAY_MIN || toMin === undefined || more !== undefined) {
    wrong(place, ['HOURS', value], 'it must be two times from 00:00 to 24:00 such as 22:00-06:00');
  }
  return { fromMin, toMin };
}

/** Minutes of the day of `HH:MM`, undefined when it is none. */
function minuteOf(value: string): number | undefined {
  const [, hours, minutes] = /^\s*(\d{1,2}):([0-5]\d)\s*$/.exec(value) ?? [];
  const minute = Number(hours) * 60 + Number(minutes);
  return minute <= DAY_MIN ? minute : undefined;
}

/** Empty is as left out. */
function given(vector: Vector, name: string): string | undefined {
  return field(vector, name)?.trim() || undefined;
}

function wrong(place: string, [name, value]: [string, string], right: string): never {
  throw new OneError(CODE.INTERNAL, `${place}${name}="${value}" is not right; ${right}.`);
}
