// BACKUP_CONFIG of a VM: what the user may set, what the system keeps beside it, and how a template is read.
// An unknown value is an error that names the attribute; it never becomes a silent default.
import { CODE, OneError } from './errors.ts';
import { field, type Vector } from './attributes.ts';

export const MODES = ['FULL', 'INCREMENT'] as const;
export const INCREMENT_MODES = ['CBT', 'SNAPSHOT'] as const;
export const FS_FREEZES = ['NONE', 'AGENT', 'SUSPEND'] as const;
/** What becomes of a backup whose guest could not be frozen in time: it fails, or is taken as it is. */
export const FREEZE_FAILURES = ['FAIL', 'CONTINUE'] as const;

export interface BackupConfig {
  mode: (typeof MODES)[number];
  incrementMode: (typeof INCREMENT_MODES)[number];
  fsFreeze: (typeof FS_FREEZES)[number];
  /** Longest time that freezing may take, in seconds. */
  freezeLimitSec: number;
  freezeFailure: (typeof FREEZE_FAILURES)[number];
  /** How many of the newest backups are kept; 0 for no such rule. Where there is no rule at all, all are kept. */
  keepLast: number;
  /** Of how many days, weeks, months and years the newest backup is kept; left out for no such rule. */
  keepDaily?: number;
  keepWeekly?: number;
  keepMonthly?: number;
  keepYearly?: number;
  backupVolatile: boolean;
  /** Image that holds the active chain, -1 for none. */
  incrementalBackupId: number;
  /** Newest increment inside that image, -1 for none. */
  lastIncrementId: number;
  /** The backup job that the VM is in; left out when it is in none. */
  backupJobId?: number;
}

/** The rules of retention, and where they are kept. */
export const KEEP_RULES = {
  KEEP_LAST: 'keepLast',
  KEEP_DAILY: 'keepDaily',
  KEEP_WEEKLY: 'keepWeekly',
  KEEP_MONTHLY: 'keepMonthly',
  KEEP_YEARLY: 'keepYearly',
} as const;
export type KeepRule = keyof typeof KEEP_RULES;
export type KeepRules = Pick<BackupConfig, (typeof KEEP_RULES)[KeepRule]>;

const PERIOD_RULES = ['KEEP_DAILY', 'KEEP_MONTHLY', 'KEEP_WEEKLY', 'KEEP_YEARLY'] as const;

export const DEFAULT_BACKUP_CONFIG: BackupConfig = {
  mode: 'FULL',
  incrementMode: 'CBT',
  fsFreeze: 'NONE',
  freezeLimitSec: 10,
  freezeFailure: 'FAIL',
  keepLast: 0,
  backupVolatile: false,
  incrementalBackupId: -1,
  lastIncrementId: -1,
};

/**
 * Reads a BACKUP_CONFIG vector over `base`. System attributes in it are ignored, as clients send them back. `place` stands before
 * the attribute in errors.
 */
export function readBackupConfig(
  vector: Vector,
  base: BackupConfig = DEFAULT_BACKUP_CONFIG,
  place = 'BACKUP_CONFIG/',
): BackupConfig {
  const chosen = <T extends string>(name: string, allowed: readonly T[], otherwise: T): T =>
    oneOf(vector, name, allowed, otherwise, place);
  const { keepDaily: _d, keepWeekly: _w, keepMonthly: _m, keepYearly: _y, ...others } = base;
  return {
    ...others,
    ...readKeepRules(vector, base, place),
    mode: chosen('MODE', MODES, base.mode),
    incrementMode: chosen('INCREMENT_MODE', INCREMENT_MODES, base.incrementMode),
    fsFreeze: chosen('FS_FREEZE', FS_FREEZES, base.fsFreeze),
    freezeLimitSec: readFreezeLimit(vector, base.freezeLimitSec, place),
    freezeFailure: chosen('FREEZE_FAILURE', FREEZE_FAILURES, base.freezeFailure),
    backupVolatile: chosen('BACKUP_VOLATILE', ['NO', 'YES'], base.backupVolatile ? 'YES' : 'NO') === 'YES',
  };
}

/** The attributes a user may set, as a template has them; those that only OneVault has, when they are not as usual. */
export function writeBackupConfig(config: BackupConfig): Vector {
  return [
    ['BACKUP_VOLATILE', config.backupVolatile ? 'YES' : 'NO'],
    ...writeFreeze(config),
    ['FS_FREEZE', config.fsFreeze],
    ['INCREMENT_MODE', config.incrementMode],
    ...writeKeepRules(config),
    ['MODE', config.mode],
  ];
}

/** FREEZE_FAILURE and FREEZE_LIMIT, as far as they are not as usual. */
export function writeFreeze({ freezeLimitSec, freezeFailure }: BackupConfig): Array<[string, string]> {
  const usual = DEFAULT_BACKUP_CONFIG;
  return [
    ...(freezeFailure === usual.freezeFailure ? [] : [['FREEZE_FAILURE', freezeFailure] as [string, string]]),
    ...(freezeLimitSec === usual.freezeLimitSec ? [] : [['FREEZE_LIMIT', String(freezeLimitSec)] as [string, string]]),
  ];
}

/** The value of an attribute that has a few possible ones; empty is as left out. */
export function oneOf<T extends string>(
  vector: Vector,
  name: string,
  allowed: readonly T[],
  otherwise: T,
  place: string,
): T {
  const given = field(vector, name);
  if (given === undefined || given === '') return otherwise;
  const found = allowed.find((value) => value === given.toUpperCase());
  if (found !== undefined) return found;
  throw new OneError(
    CODE.INTERNAL,
    `${place}${name}="${given}" is not known; it must be one of ${allowed.join(', ')}.`,
  );
}

/** KEEP_LAST, and the rules of periods that are used, in the order of their names. */
export function writeKeepRules(config: KeepRules): Array<[string, string]> {
  return (['KEEP_DAILY', 'KEEP_LAST', 'KEEP_MONTHLY', 'KEEP_WEEKLY', 'KEEP_YEARLY'] as const).flatMap((rule) => {
    const most = config[KEEP_RULES[rule]] ?? 0;
    return most === 0 && rule !== 'KEEP_LAST' ? [] : [[rule, String(most)] as [string, string]];
  });
}

/** The rules of retention that a vector gives, over those of `base`; what is 0 is no rule. */
export function readKeepRules(vector: Vector, base: KeepRules, place = 'BACKUP_CONFIG/'): KeepRules {
  const read = (rule: KeepRule): number => readCount(vector, rule, base[KEEP_RULES[rule]] ?? 0, place);
  return {
    keepLast: read('KEEP_LAST'),
    ...used(Object.fromEntries(PERIOD_RULES.map((rule) => [KEEP_RULES[rule], read(rule)]))),
  };
}

/** Those of the rules of a configuration that are used, and KEEP_LAST. */
export function keepRulesOf({ keepLast, keepDaily, keepWeekly, keepMonthly, keepYearly }: KeepRules): KeepRules {
  return { keepLast, ...used({ keepDaily, keepWeekly, keepMonthly, keepYearly }) };
}

function used(rules: Record<string, number | undefined>): Omit<KeepRules, 'keepLast'> {
  return Object.fromEntries(Object.entries(rules).filter(([, most]) => most !== undefined && most > 0));
}

function readCount(vector: Vector, name: KeepRule, otherwise: number, place: string): number {
  const given = field(vector, name);
  if (given === undefined || given === '') return otherwise;
  if (!/^\d{1,9}$/.test(given)) {
    throw new OneError(
      CODE.INTERNAL,
      name === 'KEEP_LAST'
        ? `${place}KEEP_LAST="${given}" is not a number of backups; it must be 0 (keep all) to 999999999.`
        : `${place}${name}="${given}" is not a number of periods; it must be 0 (no such rule) to 999999999.`,
    );
  }
  return Number(given);
}

/** Longer, and the guest's own clients would give up on it. */
const MOST_FREEZE_SEC = 60;

function readFreezeLimit(vector: Vector, otherwise: number, place: string): number {
  const given = field(vector, 'FREEZE_LIMIT');
  if (given === undefined || given === '') return otherwise;
  const limit = /^\d{1,2}$/.test(given) ? Number(given) : 0;
  if (limit >= 1 && limit <= MOST_FREEZE_SEC) return limit;
  throw new OneError(
    CODE.INTERNAL,
    `${place}FREEZE_LIMIT="${given}" is not usable; it must be a number of seconds from 1 to ${MOST_FREEZE_SEC}.`,
  );
}
