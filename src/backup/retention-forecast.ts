// When the points of a backup would go if there were a good backup each day from now on, at the time of the day of the newest. Pure.
import type { KeepRule, KeepRules } from '../model/backup-config.ts';
import type { Image } from '../model/image.ts';
import type { ForecastPoint } from '../model/retention.ts';
import { laterPeriod, periodOf, sameTimeOn, type Period } from '../model/time-zone.ts';
import { keepOf, PERIOD_RULES, type Tally } from './keep-rules.ts';
import { judge, type PointVerdict, type RetentionContext } from './retention.ts';

/** Nobody plans for longer. */
const MOST_DAYS = 73_000;
const DAYS: Record<Period, number> = { DAY: 1, WEEK: 7, MONTH: 31, YEAR: 366 };
const UNKNOWN = 0;

interface Future {
  rules: KeepRules;
  zone: string;
  tally: Tally;
  /** Date of the newest point. */
  newestSec: number;
  /** The day of the next backup, and when on it. */
  nextDay: string;
  nextSec: number;
}

/** Of each point of an image, oldest first; `images` are the backups of its VM. None of an image that cannot be used. */
export function forecast(
  images: readonly Image[],
  imageId: number,
  rules: KeepRules,
  context: RetentionContext,
): ForecastPoint[] {
  const { verdicts, tallies } = judge(images, rules, context);
  const verdict = verdicts.find(({ image }) => image.id === imageId);
  const tally = verdict && tallies.get(verdict.image.datastoreId);
  if (!verdict || !tally?.newest) return [];
  const newestSec = tally.newest.date;
  const next = nextBackup(newestSec, context);
  const future: Future = { rules, zone: context.zone, tally, newestSec, ...next };
  return verdict.points.map((one, at) => ({
    ...{ pointId: one.point.id, date: one.point.date, kept: one.kept, rules: one.rules, reason: one.reason },
    goesSec: goes(one, verdict.points.slice(0, at + 1), future, context.nowSec),
  }));
}

function nextBackup(newestSec: number, { nowSec, zone }: RetentionContext): { nextDay: string; nextSec: number } {
  const later = laterPeriod(periodOf(newestSec, zone, 'DAY'), 'DAY', 1);
  const today = periodOf(nowSec, zone, 'DAY');
  const first = later > today ? later : today;
  const nextDay = sameTimeOn(first, newestSec, zone) > nowSec ? first : laterPeriod(first, 'DAY', 1);
  return { nextDay, nextSec: sameTimeOn(nextDay, newestSec, zone) };
}

/** `upTo` are the points of its image up to it. */
function goes(one: PointVerdict, upTo: readonly PointVerdict[], future: Future, nowSec: number): number {
  const ends = one.rules.map((rule): number => {
    if (rule === 'KEEP_LAST') return afterBackups(keepOf(future.rules, rule) - one.newer, future);
    if (rule === 'PIN') return afterPins(upTo, future, nowSec);
    if (rule === 'NEWEST' || (rule === 'CHAIN' && one.newest)) return future.nextSec;
    const found = PERIOD_RULES.find(([name]) => name === rule);
    return found ? afterPeriods(one, found, future) : UNKNOWN;
  });
  if (ends.includes(UNKNOWN) || (one.kept && ends.length === 0)) return UNKNOWN;
  return Math.max(future.nextSec, ...ends);
}

/** When so many more were made. */
function afterBackups(count: number, { nextDay, newestSec, zone }: Future): number {
  return count > MOST_DAYS ? UNKNOWN : sameTimeOn(laterPeriod(nextDay, 'DAY', count - 1), newestSec, zone);
}

function afterPeriods(
  { periods }: PointVerdict,
  [rule, period]: readonly [KeepRule, Period],
  { rules, zone, tally, newestSec, nextDay, nextSec }: Future,
): number {
  const newer = periods.get(rule) ?? 0;
  const newest = tally.periods.get(rule)?.[0];
  const next = periodOf(nextSec, zone, period);
  const same = next === newest;
  if (same && newer === 0) return nextSec; // the next one is the newest of that period
  const needed = keepOf(rules, rule) - newer;
  if (needed * DAYS[period] > MOST_DAYS) return UNKNOWN;
  const start = laterPeriod(next, period, same ? needed : needed - 1);
  return start <= nextDay ? nextSec : sameTimeOn(start, newestSec, zone);
}

/** The first backup after the end of the pins of the image that stand in the way. */
function afterPins(
  upTo: readonly PointVerdict[],
  { nextDay, nextSec, newestSec, zone }: Future,
  nowSec: number,
): number {
  const ends = upTo.flatMap(({ point: { pin } }) =>
    pin && !(pin.untilSec && pin.untilSec <= nowSec) ? [pin.untilSec] : [],
  );
  if (ends.some((end) => end === undefined)) return UNKNOWN;
  const untilSec = Math.max(...ends.map((end) => end ?? 0));
  if (untilSec <= nextSec) return nextSec;
  const day = periodOf(untilSec, zone, 'DAY');
  const at = sameTimeOn(day < nextDay ? nextDay : day, newestSec, zone);
  return at >= untilSec ? at : sameTimeOn(laterPeriod(day, 'DAY', 1), newestSec, zone);
}
