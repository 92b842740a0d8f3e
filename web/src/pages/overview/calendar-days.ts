// Which days the calendar shows, and where each stands in its week. Pure: what day it is comes as an argument.

const DAY_SEC = 86_400;
const WEEK = 7;

export interface Days {
  /** Epoch seconds. */
  from: number;
  to: number;
}

/** The week before this one, this one and the next, from Monday to Sunday, where `midnight` is how today began. */
export function threeWeeks(midnight: Date): Days {
  const monday = new Date(midnight);
  // days are counted by the calendar: those on which clocks change are longer or shorter
  monday.setDate(midnight.getDate() - ((midnight.getDay() + 6) % WEEK) - WEEK);
  const end = new Date(monday);
  end.setDate(monday.getDate() + 3 * WEEK);
  return { from: Math.floor(monday.getTime() / 1000), to: Math.floor(end.getTime() / 1000) - 1 };
}

/** Days in rows of a week from Monday on, with undefined where a week begins before the first or ends after the last. */
export function weeksOf<Day extends { TIME: number }>(days: readonly Day[]): Array<Array<Day | undefined>> {
  const [first] = days;
  if (!first) return [];
  // noon, so that another zone than the daemon's does not make it the day before
  const before = (new Date((first.TIME + DAY_SEC / 2) * 1000).getDay() + 6) % WEEK;
  const cells: Array<Day | undefined> = [...Array.from({ length: before }, () => undefined), ...days];
  while (cells.length % WEEK > 0) cells.push(undefined);
  return Array.from({ length: cells.length / WEEK }, (_, week) => cells.slice(week * WEEK, (week + 1) * WEEK));
}
