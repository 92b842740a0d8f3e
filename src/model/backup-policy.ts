// How a backup datastore looks after what it holds, as its template says: whether each backup is verified, when the base of a chain is
// rewritten, when space is given back, when backups may begin. A value that is not understood is an error that names it.
import { text, vectors, type Attributes } from './attributes.ts';
import { oneOf } from './backup-config.ts';
import { readBackupWindows } from './backup-window.ts';
import { CODE, OneError } from './errors.ts';

export interface BackupPolicy {
  /** Each backup is verified after it was taken. */
  verify: boolean;
  /** Percent of a chain's base that what lies over it may reach before the base is rewritten. */
  flattenSharePercent: number;
  /** Shortest time from one prune to the next. */
  pruneIntervalSec: number;
  /** Longest time that one prune may take. */
  pruneBudgetSec: number;
  /** Whether what the datastore holds is checked, a part at a time. */
  check: boolean;
  /** Shortest time from one check to the next. */
  checkIntervalSec: number;
  /** How many checks read everything once. */
  checkParts: number;
  /** Datastore that each backup is copied to; left out for none. */
  copyTo?: number;
  /** The store lets nobody remove what it has: nothing is dropped, merged or pruned. */
  appendOnly: boolean;
  /** How many points of a VM are kept of the copies that the datastore holds; 0 keeps all. */
  copyKeepLast: number;
}

export const DEFAULT_BACKUP_POLICY: BackupPolicy = {
  verify: false,
  flattenSharePercent: 50,
  pruneIntervalSec: 3600,
  pruneBudgetSec: 600,
  check: true,
  checkIntervalSec: 86_400,
  checkParts: 30,
  appendOnly: false,
  copyKeepLast: 0,
};

export const COPY_TO = 'COPY_TO';
const APPEND_ONLY = 'APPEND_ONLY';
const LARGEST_ID = 0x7fff_ffff;

/** A number attribute: what it counts, and how much of it there may be. */
interface Range {
  name: string;
  unit: string;
  most: number;
}
const FLATTEN_SHARE: Range = { name: 'FLATTEN_SHARE', unit: 'percent', most: 1000 };
const PRUNE_INTERVAL: Range = { name: 'PRUNE_INTERVAL', unit: 'seconds', most: 31 * 86_400 };
const CHECK_INTERVAL: Range = { name: 'CHECK_INTERVAL', unit: 'seconds', most: 366 * 86_400 };
const CHECK_PARTS: Range = { name: 'CHECK_PARTS', unit: 'parts', most: 1000 };
const COPY_KEEP_LAST: Range = { name: 'COPY_KEEP_LAST', unit: 'points', most: 100_000 };
const PRUNE_BUDGET: Range = { name: 'PRUNE_BUDGET', unit: 'seconds', most: 86_400 };

/** BACKUP_WINDOW is checked with it; what its windows are, readBackupWindows says to who knows the zone of those that name none. */
export function readBackupPolicy(attributes: Attributes): BackupPolicy {
  const usual = DEFAULT_BACKUP_POLICY;
  const ranges = [FLATTEN_SHARE, PRUNE_INTERVAL, PRUNE_BUDGET, CHECK_INTERVAL, CHECK_PARTS, COPY_KEEP_LAST];
  for (const name of ['VERIFY', 'CHECK', APPEND_ONLY, COPY_TO, ...ranges.map((range) => range.name)]) {
    if (vectors(attributes, name).length === 0) continue;
    throw new OneError(CODE.INTERNAL, `${name}=[ ... ] is not right; it must be a plain value: ${name}="...".`);
  }
  readBackupWindows(attributes, 'UTC');
  const copyTo = readCopyTo(attributes);
  const verify = oneOf([['VERIFY', text(attributes, 'VERIFY') ?? '']], 'VERIFY', ['YES', 'NO'], 'NO', '');
  const check = oneOf([['CHECK', text(attributes, 'CHECK') ?? '']], 'CHECK', ['YES', 'NO'], 'YES', '');
  const appendOnly = oneOf([[APPEND_ONLY, text(attributes, APPEND_ONLY) ?? '']], APPEND_ONLY, ['YES', 'NO'], 'NO', '');
  return {
    verify: verify === 'YES',
    flattenSharePercent: count(attributes, FLATTEN_SHARE, usual.flattenSharePercent),
    pruneIntervalSec: count(attributes, PRUNE_INTERVAL, usual.pruneIntervalSec),
    pruneBudgetSec: count(attributes, PRUNE_BUDGET, usual.pruneBudgetSec),
    check: check === 'YES',
    checkIntervalSec: count(attributes, CHECK_INTERVAL, usual.checkIntervalSec),
    checkParts: count(attributes, CHECK_PARTS, usual.checkParts),
    appendOnly: appendOnly === 'YES',
    copyKeepLast: count(attributes, COPY_KEEP_LAST, usual.copyKeepLast),
    ...(copyTo !== undefined && { copyTo }),
  };
}

/** The datastore that backups are copied to; undefined when none is named. */
export function readCopyTo(attributes: Attributes): number | undefined {
  const given = text(attributes, COPY_TO) ?? '';
  if (given === '') return undefined;
  if (/^\d{1,10}$/.test(given) && Number(given) <= LARGEST_ID) return Number(given);
  throw new OneError(CODE.INTERNAL, `${COPY_TO}="${given}" is not usable; it must be the id of a backup datastore.`);
}

function count(attributes: Attributes, { name, unit, most }: Range, otherwise: number): number {
  const given = text(attributes, name) ?? '';
  if (given === '') return otherwise;
  const number = /^\d{1,9}$/.test(given) ? Number(given) : 0;
  if (number >= 1 && number <= most) return number;
  throw new OneError(
    CODE.INTERNAL,
    `${name}="${given}" is not usable; it must be a number of ${unit} from 1 to ${most}.`,
  );
}
