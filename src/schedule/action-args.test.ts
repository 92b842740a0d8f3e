import { expect, it } from 'vitest';
import { readBackupArgs, readDiskSnapshotArgs } from './action-args.ts';

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

it('a snapshot of a disk may have commas in its name', () => {
  const read = readDiskSnapshotArgs('disk-snapshot-create', '2, before, again');
  expect(read).toEqual({ diskId: 2, snapshot: 'before, again' });
  expect(readDiskSnapshotArgs('disk-snapshot-revert', '0,3')).toEqual({ diskId: 0, snapshot: '3' });
});
