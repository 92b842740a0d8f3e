// How often a scheduled action is repeated and what ends that: REPEAT, DAYS, END_TYPE and END_VALUE. What is not given is as before, as
// far as it makes sense with what is. Pure.
import type { Vector } from '../model/attributes.ts';
import { END_TYPE, REPEAT, type EndType, type Repeat, type Schedule } from '../model/scheduled-action.ts';
import { given, whole, wrong } from './action-attribute.ts';
import { readEndTime } from './action-time.ts';

export type Repetition = Pick<Schedule, 'repeat' | 'days' | 'endType' | 'endValue'>;

const DAYS: Record<Exclude<Repeat, -1>, { least: number; most: number; right: string }> = {
  [REPEAT.WEEKLY]: { least: 0, most: 6, right: 'days of the week from 0 (Sunday) to 6 with commas between' },
  [REPEAT.MONTHLY]: { least: 1, most: 31, right: 'days of the month from 1 to 31 with commas between' },
  [REPEAT.YEARLY]: { least: 0, most: 365, right: 'days of the year from 0 (January 1st) to 365 with commas between' },
  [REPEAT.HOURLY]: { least: 1, most: 168, right: 'one number of hours from 1 to 168' },
};
const MOST_TIMES = 999_999_999;

/** Throws OneError INTERNAL. */
export function readRepetition(vector: Vector, before?: Repetition): Repetition {
  const repeat = oneOfNumbers(vector, 'REPEAT', REPEAT) ?? before?.repeat ?? REPEAT.NONE;
  if (repeat === REPEAT.NONE) return once(vector, before);
  return { repeat, days: readDays(vector, repeat, before), ...readEnd(vector, before) };
}

/** What does not repeat has no days and no end. What is sent back as it was shown while it did repeat is left alone. */
function once(vector: Vector, before: Repetition | undefined): Repetition {
  const shown = (name: string): string | undefined => given(vector, name);
  const days = shown('DAYS');
  if (days !== undefined && days !== before?.days.join(',')) {
    wrong('DAYS', days, 'without REPEAT there are no days; leave it out');
  }
  const endType = oneOfNumbers(vector, 'END_TYPE', END_TYPE);
  const isEnd = endType !== undefined && endType !== END_TYPE.NONE && endType !== END_TYPE.NEVER;
  if (isEnd && endType !== before?.endType) {
    wrong('END_TYPE', String(shown('END_TYPE')), 'without REPEAT there is nothing to end; leave it out');
  }
  refuseEndValue(vector, before);
  return { repeat: REPEAT.NONE, days: [], endType: END_TYPE.NONE, endValue: -1 };
}

function readDays(vector: Vector, repeat: Exclude<Repeat, -1>, before: Repetition | undefined): number[] {
  const text = given(vector, 'DAYS');
  if (text === undefined && before?.repeat === repeat) return before.days;
  const { least, most, right } = DAYS[repeat];
  const days = (text ?? '').split(',').map((day) => whole(day.trim()) ?? -1);
  const fit = days.every((day) => day >= least && day <= most);
  if (!fit || (repeat === REPEAT.HOURLY && days.length > 1)) wrong('DAYS', text ?? '', `it must be ${right}`);
  return [...new Set(days)].sort((a, b) => a - b);
}

function readEnd(vector: Vector, before: Repetition | undefined): Pick<Schedule, 'endType' | 'endValue'> {
  const said = oneOfNumbers(vector, 'END_TYPE', END_TYPE) ?? before?.endType;
  const endType: EndType = said === undefined || said === END_TYPE.NONE ? END_TYPE.NEVER : said;
  if (endType === END_TYPE.NEVER) {
    refuseEndValue(vector, before);
    return { endType, endValue: -1 };
  }
  const text = given(vector, 'END_VALUE');
  const isShown = text === undefined || text === String(before?.endValue);
  if (isShown && before?.endType === endType) return { endType, endValue: before.endValue };
  const value = isShown ? '' : text;
  return { endType, endValue: endType === END_TYPE.TIMES ? readTimes(value) : readEndTime(value) };
}

function readTimes(value: string): number {
  const times = whole(value) ?? 0;
  if (times >= 1 && times <= MOST_TIMES) return times;
  wrong('END_VALUE', value, `with END_TYPE TIMES it must be how often it is done, from 1 to ${MOST_TIMES}`);
}

function refuseEndValue(vector: Vector, before: Repetition | undefined): void {
  const value = given(vector, 'END_VALUE');
  if (value === undefined || value === '-1' || value === String(before?.endValue)) return;
  wrong('END_VALUE', value, 'it needs END_TYPE TIMES (1) or DATE (2) and a REPEAT; leave it out');
}

/** The value of an attribute that has a few, by number or by name; undefined when it is not given. */
function oneOfNumbers<T extends number>(vector: Vector, name: string, values: Record<string, T>): T | undefined {
  const text = given(vector, name);
  if (text === undefined) return undefined;
  const found = Object.entries(values).find(([word, value]) => word === text.toUpperCase() || String(value) === text);
  if (found) return found[1];
  const right = Object.entries(values).map(([word, value]) => `${value} (${word})`);
  wrong(name, text, `it must be one of ${right.join(', ')}`);
}
