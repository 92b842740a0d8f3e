import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Vector } from './attributes.ts';
import {
  DEFAULT_BACKUP_CONFIG,
  FREEZE_FAILURES,
  FS_FREEZES,
  INCREMENT_MODES,
  MODES,
  readBackupConfig,
  writeBackupConfig,
  type BackupConfig,
} from './backup-config.ts';

const most = fc.integer({ min: 1, max: 999_999_999 });
const periods = fc.record(
  { keepDaily: most, keepWeekly: most, keepMonthly: most, keepYearly: most },
  { requiredKeys: [] },
);
const always: fc.Arbitrary<BackupConfig> = fc.record({
  mode: fc.constantFrom(...MODES),
  incrementMode: fc.constantFrom(...INCREMENT_MODES),
  fsFreeze: fc.constantFrom(...FS_FREEZES),
  freezeLimitSec: fc.integer({ min: 1, max: 60 }),
  freezeFailure: fc.constantFrom(...FREEZE_FAILURES),
  keepLast: fc.nat(999_999_999),
  backupVolatile: fc.boolean(),
  incrementalBackupId: fc.integer({ min: -1 }),
  lastIncrementId: fc.integer({ min: -1 }),
});
const configs = fc.tuple(always, periods).map(([config, rules]): BackupConfig => ({ ...config, ...rules }));

it('what is 0 takes a rule away', () => {
  const base = { ...DEFAULT_BACKUP_CONFIG, keepDaily: 7, keepYearly: 1 };
  expect(readBackupConfig([['KEEP_DAILY', '0']], base)).toEqual({ ...DEFAULT_BACKUP_CONFIG, keepYearly: 1 });
});

describe('every attribute', () => {
  it.each([
    ['MODE', 'increment', { mode: 'INCREMENT' }],
    ['MODE', 'FULL', { mode: 'FULL' }],
    ['INCREMENT_MODE', 'Snapshot', { incrementMode: 'SNAPSHOT' }],
    ['FS_FREEZE', 'agent', { fsFreeze: 'AGENT' }],
    ['FS_FREEZE', 'SUSPEND', { fsFreeze: 'SUSPEND' }],
    ['FREEZE_LIMIT', '30', { freezeLimitSec: 30 }],
    ['FREEZE_FAILURE', 'continue', { freezeFailure: 'CONTINUE' }],
    ['KEEP_LAST', '0', { keepLast: 0 }],
    ['KEEP_LAST', '0012', { keepLast: 12 }],
    ['KEEP_DAILY', '7', { keepDaily: 7 }],
    ['KEEP_WEEKLY', '4', { keepWeekly: 4 }],
    ['KEEP_MONTHLY', '12', { keepMonthly: 12 }],
    ['KEEP_YEARLY', '0', {}],
    ['BACKUP_VOLATILE', 'yes', { backupVolatile: true }],
    ['BACKUP_VOLATILE', 'NO', { backupVolatile: false }],
    ['INCREMENTAL_BACKUP_ID', '7', {}],
    ['LAST_INCREMENT_ID', '7', {}],
    ['LAST_DATASTORE_ID', '7', {}],
  ] as Array<[string, string, Partial<BackupConfig>]>)('%s="%s"', (name, value, wanted) => {
    expect(readBackupConfig([[name, value]])).toEqual({ ...DEFAULT_BACKUP_CONFIG, ...wanted });
  });

  it.each([
    ['MODE', 'FAST', 'BACKUP_CONFIG/MODE="FAST" is not known; it must be one of FULL, INCREMENT.'],
    ['INCREMENT_MODE', 'QCOW', 'BACKUP_CONFIG/INCREMENT_MODE="QCOW" is not known; it must be one of CBT, SNAPSHOT.'],
    ['FS_FREEZE', 'yes', 'BACKUP_CONFIG/FS_FREEZE="yes" is not known; it must be one of NONE, AGENT, SUSPEND.'],
    ['BACKUP_VOLATILE', 'true', 'BACKUP_CONFIG/BACKUP_VOLATILE="true" is not known; it must be one of NO, YES.'],
    [
      'KEEP_LAST',
      '-1',
      'BACKUP_CONFIG/KEEP_LAST="-1" is not a number of backups; it must be 0 (keep all) to 999999999.',
    ],
    [
      'KEEP_DAILY',
      'x',
      'BACKUP_CONFIG/KEEP_DAILY="x" is not a number of periods; it must be 0 (no such rule) to 999999999.',
    ],
    ['KEEP_LAST', '1.5', 'BACKUP_CONFIG/KEEP_LAST="1.5" is not a number'],
    ['KEEP_LAST', 'all', 'BACKUP_CONFIG/KEEP_LAST="all" is not a number'],
  ])('%s="%s" is an error, never a default', (name, value, message) => {
    expect(() => readBackupConfig([[name, value]])).toThrow(message);
  });

  it('that is missing or empty stays as it was', () => {
    const names = ['MODE', 'INCREMENT_MODE', 'FS_FREEZE', 'KEEP_LAST', 'KEEP_DAILY', 'BACKUP_VOLATILE'];
    fc.assert(
      fc.property(configs, fc.subarray(names), (base, empty) => {
        expect(
          readBackupConfig(
            empty.map((name): Vector[number] => [name, '']),
            base,
          ),
        ).toEqual(base);
      }),
    );
  });
});

it("what is written is read back, and what is the system's stays the system's", () => {
  fc.assert(
    fc.property(configs, configs, (config, { incrementalBackupId, lastIncrementId }) => {
      const base = { ...DEFAULT_BACKUP_CONFIG, incrementalBackupId, lastIncrementId };
      expect(readBackupConfig(writeBackupConfig(config), base)).toEqual({
        ...config,
        incrementalBackupId,
        lastIncrementId,
      });
    }),
  );
});
