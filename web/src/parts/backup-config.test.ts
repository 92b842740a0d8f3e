import { expect, it } from 'vitest';
import { backupConfigValues } from './backup-config.ts';

it('has what is said, and what is usual', () => {
  expect(backupConfigValues({})).toEqual({
    ...{ MODE: 'FULL', INCREMENT_MODE: 'CBT', FS_FREEZE: 'NONE', KEEP_LAST: 0, BACKUP_VOLATILE: false },
  });
  expect(backupConfigValues({ MODE: 'INCREMENT', KEEP_LAST: 4, BACKUP_VOLATILE: 'YES' })).toMatchObject({
    ...{ MODE: 'INCREMENT', KEEP_LAST: 4, BACKUP_VOLATILE: true },
  });
});
