import { expect, it } from 'vitest';
import { readBackupArgs } from './action-args.ts';

it.each([
  ['', -1, false],
  ['-1', -1, false],
  ['100', 100, false],
  ['100,0', 100, false],
  ['100, 1', 100, true],
  [',1', -1, true],
])('"%s" of a backup', (args, datastoreId, reset) => {
  expect(readBackupArgs(args)).toEqual({ datastoreId, reset });
});
