import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DEFAULT_BACKUP_POLICY, readBackupPolicy } from './backup-policy.ts';

describe('the policy of a backup datastore', () => {
  it('is the usual one when the template says nothing, or nothing in particular', () => {
    expect(readBackupPolicy([['RESTIC_PASSWORD', 'x']])).toEqual(DEFAULT_BACKUP_POLICY);
    const names = [
      'VERIFY',
      'FLATTEN_SHARE',
      'PRUNE_INTERVAL',
      'PRUNE_BUDGET',
      'CHECK',
      'CHECK_INTERVAL',
      'CHECK_PARTS',
      'COPY_TO',
      'COPY_KEEP_LAST',
      'APPEND_ONLY',
    ];
    expect(readBackupPolicy(names.map((name) => [name, '']))).toEqual(DEFAULT_BACKUP_POLICY);
  });

  it('is what the template says', () => {
    const range = (max: number): fc.Arbitrary<number> => fc.integer({ min: 1, max });
    const policies = fc.tuple(
      fc.boolean(),
      range(1000),
      range(2_678_400),
      range(86_400),
      fc.boolean(),
      range(31_622_400),
      range(1000),
    );
    fc.assert(
      fc.property(
        policies,
        ([verify, flattenSharePercent, pruneIntervalSec, pruneBudgetSec, check, checkIntervalSec, checkParts]) => {
          expect(
            readBackupPolicy([
              ['VERIFY', verify ? 'yes' : 'NO'],
              ['FLATTEN_SHARE', String(flattenSharePercent)],
              ['PRUNE_INTERVAL', String(pruneIntervalSec)],
              ['PRUNE_BUDGET', String(pruneBudgetSec)],
              ['CHECK', check ? 'YES' : 'no'],
              ['CHECK_INTERVAL', String(checkIntervalSec)],
              ['CHECK_PARTS', String(checkParts)],
            ]),
          ).toEqual({
            ...DEFAULT_BACKUP_POLICY,
            ...{ verify, flattenSharePercent, pruneIntervalSec, pruneBudgetSec, check, checkIntervalSec, checkParts },
          });
        },
      ),
    );
  });

  it('says where copies go, and how many of those it holds are kept', () => {
    expect(readBackupPolicy([['COPY_TO', '105']])).toEqual({ ...DEFAULT_BACKUP_POLICY, copyTo: 105 });
    expect(readBackupPolicy([['APPEND_ONLY', 'YES']])).toEqual({ ...DEFAULT_BACKUP_POLICY, appendOnly: true });
    expect(readBackupPolicy([['COPY_KEEP_LAST', '7']])).toEqual({ ...DEFAULT_BACKUP_POLICY, copyKeepLast: 7 });
  });

  it.each([
    ['COPY_TO', 'there', 'COPY_TO="there" is not usable; it must be the id of a backup datastore.'],
    ['COPY_TO', '-1', 'COPY_TO="-1" is not usable; it must be the id of a backup datastore.'],
    ['COPY_KEEP_LAST', '0', 'COPY_KEEP_LAST="0" is not usable; it must be a number of points from 1 to 100000.'],
    ['VERIFY', 'MAYBE', 'VERIFY="MAYBE" is not known; it must be one of YES, NO.'],
    ['FLATTEN_SHARE', '0', 'FLATTEN_SHARE="0" is not usable; it must be a number of percent from 1 to 1000.'],
    ['FLATTEN_SHARE', '1001', 'FLATTEN_SHARE="1001" is not usable; it must be a number of percent from 1 to 1000.'],
    ['FLATTEN_SHARE', '50%', 'FLATTEN_SHARE="50%" is not usable; it must be a number of percent from 1 to 1000.'],
    ['PRUNE_INTERVAL', '-1', 'PRUNE_INTERVAL="-1" is not usable; it must be a number of seconds from 1 to 2678400.'],
    ['APPEND_ONLY', 'on', 'APPEND_ONLY="on" is not known; it must be one of YES, NO.'],
    ['CHECK', '1', 'CHECK="1" is not known; it must be one of YES, NO.'],
    ['CHECK_INTERVAL', '0', 'CHECK_INTERVAL="0" is not usable; it must be a number of seconds from 1 to 31622400.'],
    ['CHECK_PARTS', 'all', 'CHECK_PARTS="all" is not usable; it must be a number of parts from 1 to 1000.'],
    ['PRUNE_BUDGET', '1h', 'PRUNE_BUDGET="1h" is not usable; it must be a number of seconds from 1 to 86400.'],
  ])('refuses %s="%s" and says what would be right', (name, value, message) => {
    expect(() => readBackupPolicy([[name, value]])).toThrow(message);
  });

  it('refuses a vector where a value is wanted', () => {
    expect(() => readBackupPolicy([['VERIFY', [['A', 'b']]]])).toThrow(
      'VERIFY=[ ... ] is not right; it must be a plain value: VERIFY="...".',
    );
  });

  it('refuses a window that is not right, and takes one that is', () => {
    expect(() => readBackupPolicy([['BACKUP_WINDOW', [['DAYS', 'MON']]]])).toThrow(
      'BACKUP_WINDOW/DAYS="MON" is not right',
    );
    expect(readBackupPolicy([['BACKUP_WINDOW', [['DAYS', '1']]]])).toEqual(DEFAULT_BACKUP_POLICY);
  });
});
