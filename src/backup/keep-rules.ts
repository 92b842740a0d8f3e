// Which of the KEEP_ rules keep a restore point, looked at from the newest to the oldest of a datastore. Pure.
import { KEEP_RULES, type KeepRule, type KeepRules } from '../model/backup-config.ts';
import type { BackupPoint } from '../model/image.ts';
import { periodOf, type Period } from '../model/time-zone.ts';

export const PERIOD_RULES = [
  ['KEEP_DAILY', 'DAY'],
  ['KEEP_WEEKLY', 'WEEK'],
  ['KEEP_MONTHLY', 'MONTH'],
  ['KEEP_YEARLY', 'YEAR'],
] as const satisfies ReadonlyArray<readonly [KeepRule, Period]>;

/** The points that were looked at so far. */
export interface Tally {
  datastoreId: number;
  /** The newest of all, good or not. */
  newest?: BackupPoint;
  good: number;
  /** For each rule the periods that hold good points, the newest first. */
  periods: Map<KeepRule, string[]>;
}

/** Where a point stands. */
export interface Place {
  newest: boolean;
  good: boolean;
  /** Good ones that are newer. */
  newer: number;
  /** For each rule of periods that is used, how many newer periods hold good ones, if it is the newest good one of its own. */
  periods: Map<KeepRule, number>;
  /** The rules that keep it. */
  rules: string[];
  reason: string;
}

export const newTally = (datastoreId: number): Tally => ({ datastoreId, good: 0, periods: new Map() });

export function keepOf(rules: KeepRules, rule: KeepRule): number {
  return rules[KEEP_RULES[rule]] ?? 0;
}

export function hasRules(rules: KeepRules): boolean {
  return Object.values(KEEP_RULES).some((name) => (rules[name] ?? 0) > 0);
}

/** Looks at the next older point of a datastore, and counts it. */
export function place(tally: Tally, point: BackupPoint, good: boolean, rules: KeepRules, zone: string): Place {
  const here: Place = {
    ...{ newest: tally.newest === undefined, good, newer: tally.good },
    ...{ periods: new Map(), rules: [], reason: '' },
  };
  const kept: string[] = [];
  const gone: string[] = [];
  const last = keepOf(rules, 'KEEP_LAST');
  if (last > 0 && tally.good < last) {
    here.rules.push('KEEP_LAST');
    kept.push(`it is among the newest ${last} of its datastore (KEEP_LAST)`);
  } else if (last > 0)
    gone.push(`KEEP_LAST is ${last}, and ${last} newer good ones are in datastore ${tally.datastoreId}`);
  for (const [rule, period] of good ? PERIOD_RULES : []) {
    const most = keepOf(rules, rule);
    if (most === 0) continue;
    const { is, why } = inPeriod(tally, here, rule, periodOf(point.date, zone, period), most, period.toLowerCase());
    (is ? kept : gone).push(why);
    if (is) here.rules.push(rule);
  }
  if (!good && here.rules.length === 0) gone.push('it is damaged, or stands on one that is');
  if (here.newest && here.rules.length === 0) {
    here.rules.push('NEWEST');
    kept.push('it is the newest of its datastore');
  }
  here.reason = (kept.length > 0 ? kept : gone).join('; ');
  tally.newest ??= point;
  if (good) tally.good += 1;
  return here;
}

function inPeriod(
  tally: Tally,
  here: Place,
  rule: KeepRule,
  start: string,
  most: number,
  name: string,
): { is: boolean; why: string } {
  const seen = tally.periods.get(rule) ?? [];
  if (seen.includes(start)) return { is: false, why: `a newer one of the ${name} of ${start} is there (${rule})` };
  const newer = seen.length;
  tally.periods.set(rule, [...seen, start]);
  here.periods.set(rule, newer);
  const is = newer < most;
  const why = is
    ? `it is the newest of the ${name} of ${start} (${rule} ${newer + 1} of ${most})`
    : `${rule} is ${most}, and ${newer} newer ${name}s have one`;
  return { is, why };
}
