// What the template of a backup datastore says about the care of the backups in it. Pure.
import { CODE, OneError } from './errors.ts';
import { text, type Attributes } from './attributes.ts';

export interface BackupPolicy {
  /** Read each backup back after it was taken. */
  verify: boolean;
  /** How far what lies over the base of a chain may grow, in percent of the base, before the base is rewritten. */
  flattenSharePercent: number;
  /** Least time between two prunes. */
  pruneIntervalSec: number;
  /** Longest time that one prune works. */
  pruneBudgetSec: number;
}

export const POLICY_ATTRIBUTES = ['VERIFY', 'FLATTEN_SHARE', 'PRUNE_INTERVAL', 'PRUNE_BUDGET'] as const;

const DAY_SEC = 86_400;

/** Throws OneError (INTERNAL) that names the attribute, its value and what would be right. */
export function readBackupPolicy(template: Attributes): BackupPolicy {
  const whole = (name: string, usual: number, min: number, max: number): number => {
    const given = text(template, name) ?? '';
    if (given === '') return usual;
    const value = /^\d{1,9}$/.test(given) ? Number(given) : Number.NaN;
    if (value >= min && value <= max) return value;
    throw wrong(name, given, `a whole number from ${min} to ${max}`);
  };
  return {
    verify: yesNo(template, 'VERIFY'),
    flattenSharePercent: whole('FLATTEN_SHARE', 50, 1, 1000),
    pruneIntervalSec: whole('PRUNE_INTERVAL', 3600, 0, 365 * DAY_SEC),
    pruneBudgetSec: whole('PRUNE_BUDGET', 600, 1, DAY_SEC),
  };
}

function yesNo(template: Attributes, name: string): boolean {
  const given = (text(template, name) ?? '').toUpperCase();
  if (given === '' || given === 'NO') return false;
  if (given === 'YES') return true;
  throw wrong(name, text(template, name) ?? '', 'YES or NO');
}

function wrong(name: string, given: string, right: string): OneError {
  return new OneError(CODE.INTERNAL, `${name}="${given}" is not usable; it must be ${right}.`);
}
