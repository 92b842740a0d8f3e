// Records are read back as they were written, and nothing else is taken for one.
import fc from 'fast-check';
import { expect, it } from 'vitest';
import {
  completeRecord,
  MOST_RECORD_BYTES,
  readBackupRecord,
  writeBackupRecord,
  type BackupRecord,
} from './backup-record.ts';

const RECORD: BackupRecord = completeRecord(
  {
    installation: 'a-b-c',
    operation: '0123456789abcdef',
    chain: '0123456789abcdef',
    mode: 'INCREMENT',
    vm: { id: 7, name: 'web "1"' },
    owner: { uid: 2, gid: 1, uname: 'ann', gname: 'users' },
    point: { id: 3, below: 1, reason: 'changes since increment 2 of image 9' },
    directory: '/var/lib/one/7/backup',
    targets: { 0: 'vda' },
    vmTemplate: [
      ['CPU', '1'],
      ['DISK', [['DISK_ID', '0']]],
    ],
  },
  {
    date: 1_700_000_000,
    consistency: 'filesystem',
    disks: [
      {
        ...{ diskId: 0, file: 'disk.0.3', virtualBytes: 2 ** 40, fileBytes: 1000, sha256: '', originalFormat: 'raw' },
        samples: [{ cluster: 1, sha256: 'ab' }],
      },
    ],
  },
);
type Plain = { [name: string]: unknown };
const changed = (path: string, value: unknown): string => {
  const file = JSON.parse(writeBackupRecord(RECORD)) as Plain;
  const names = path.split('.');
  const last = names.pop() ?? '';
  const at = names.reduce((inside, name) => inside[name] as Plain, file);
  at[last] = value; // undefined is left out by JSON
  return JSON.stringify(file);
};

it('is read as it was written, blanks after it or not', () => {
  expect(readBackupRecord(writeBackupRecord(RECORD))).toEqual(RECORD);
  expect(readBackupRecord(`${writeBackupRecord(RECORD)}    `)).toEqual(RECORD);
  expect(RECORD.disks).toEqual([expect.objectContaining({ target: 'vda' })]);
  expect(RECORD.disks[0]).not.toHaveProperty('samples');
});

it('says what is not known, and what is no record', () => {
  expect(readBackupRecord(changed('format', 2))).toMatch(/has format 2, and this OneVault knows 1 alone/);
  for (const text of ['', '[]', 'null', '{', '{"format":"1"}']) expect(readBackupRecord(text)).toMatch(/no record/);
  expect(readBackupRecord(' '.repeat(MOST_RECORD_BYTES + 1))).toMatch(/larger than/);
});

it.each([
  ['installation', 'a/b'],
  ['operation', 'xyz'],
  ['chain', undefined],
  ['mode', 'SOME'],
  ['vm.id', -1],
  ['vm.id', 1.5],
  ['vm.name', 'a\nb'],
  ['owner.uid', '0'],
  ['point.below', 3],
  ['point.date', 1e300],
  ['point.consistency', 'none'],
  ['directory', '/a/../b\0'],
  ['directory', 'a/b'],
  ['directory', '/a/../b'],
  ['disks', []],
  ['disks.0.file', '../disk.0.0'],
  ['disks.0.virtualBytes', 2 ** 60],
  ['disks.0.sha256', 'ab'],
  ['disks.0.originalFormat', 'vmdk'],
  ['vmTemplate', [['CPU', 1]]],
  ['vmTemplate', [['A B', '1']]],
])('does not believe %s = %j', (path, value) => {
  expect(readBackupRecord(changed(path, value))).toBeTypeOf('string');
});

it('does not believe a disk twice', () => {
  expect(readBackupRecord(changed('disks', [...RECORD.disks, ...RECORD.disks]))).toMatch(/names a disk twice/);
});

it('never throws, whatever the file says', () => {
  fc.assert(
    fc.property(fc.json(), fc.string(), (json, text) => {
      expect(readBackupRecord(json)).toBeTypeOf('string');
      expect(readBackupRecord(text)).toBeTypeOf('string');
    }),
  );
});

it('takes disks in slices', () => {
  const slices = { layout: 'SLICES', file: 'disk.0', changedSha256: 'b'.repeat(64), sha256: 'a'.repeat(64) } as const;
  const record: BackupRecord = { ...RECORD, disks: RECORD.disks.map((disk) => ({ ...disk, ...slices })) };
  expect(readBackupRecord(writeBackupRecord(record))).toEqual(record);
});
