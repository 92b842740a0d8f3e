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
  /** How many backups are kept; 0 keeps all. */
  keepLast: number;
  backupVolatile: boolean;
  /** Image that holds the active chain, -1 for none. */
  incrementalBackupId: number;
  /** Newest increment inside that image, -1 for none. */
  lastIncrementId: number;
  /** The backup job that the VM is in; left out when it is in none. */
  backupJobId?: number;
}

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
  return {
    ...base,
    mode: chosen('MODE', MODES, base.mode),
    incrementMode: chosen('INCREMENT_MODE', INCREMENT_MODES, base.incrementMode),
    fsFreeze: chosen('FS_FREEZE', FS_FREEZES, base.fsFreeze),
    freezeLimitSec: readFreezeLimit(vector, base.freezeLimitSec, place),
    freezeFailure: chosen('FREEZE_FAILURE', FREEZE_FAILURES, base.freezeFailure),
    keepLast: readKeepLast(vector, base.keepLast, place),
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
    ['KEEP_LAST', String(config.keepLast)],
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

function readKeepLast(vector: Vector, otherwise: number, place: string): number {
  const given = field(vector, 'KEEP_LAST');
  if (given === undefined || given === '') return otherwise;
  if (!/^\d{1,9}$/.test(given)) {
    throw new OneError(
      CODE.INTERNAL,
      `${place}KEEP_LAST="${given}" is not a number of backups; it must be 0 (keep all) or more.`,
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
