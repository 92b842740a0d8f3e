// onevm backup --dry-run: a plan as text.
import { expect, test } from 'vitest';
import { failure, runCommand } from '../../tests/golden/command.ts';
import type { BackupPreview } from '../model/backup-preview.ts';
import { backupPlanXml } from '../wire/documents/backup-plan.ts';
import { onevm } from './onevm.ts';

const increment: BackupPreview = {
  type: 'INCREMENT',
  reason: 'changes since increment 4 of image 7',
  live: true,
  datastoreId: 100,
  disks: [
    { diskId: 0, target: 'vda', path: '/var/lib/one/datastores/0/3/disk.0', virtualMb: 10240, dirtyMb: 12 },
    { diskId: 2, target: 'vdb', path: '/var/lib/one/datastores/1/3f21', virtualMb: 512, dirtyMb: 0 },
  ],
  leftOut: ['disk 1: swap is never backed up'],
  drops: [
    { imageId: 7, pointIds: [0, 1], reason: 'KEEP_LAST is 4, and 4 newer good ones are in datastore 100' },
    { imageId: 5, pointIds: [0], reason: 'its deletion failed earlier' },
  ],
  quota: [
    { whose: 'user 2 (ann)', metric: 'SIZE', used: 900, limit: 1000, adds: 40 },
    { whose: 'group 1 (users)', metric: 'SIZE', used: 90_000, limit: -2, adds: 40 },
  ],
};

const shown = async (line: string, plan: BackupPreview): Promise<{ status: number; text: string; calls: unknown }> => {
  const { status, out, err, calls } = await runCommand(onevm, line, { 'vm.backupplan': backupPlanXml(plan) });
  return { status, text: (out + err).replace(/ +$/gm, ''), calls };
};

test('tells all that a backup would do, and does nothing', async () => {
  const { status, text, calls } = await shown('backup --dry-run 3', increment);
  expect([status, calls]).toEqual([0, [['vm.backupplan', 3, -1, false]]]);
  expect(text).toBe(`BACKUP PLAN OF VIRTUAL MACHINE 3
TYPE      : INCREMENT
REASON    : changes since increment 4 of image 7
MACHINE   : running
DATASTORE : 100

DISKS
 ID TARGET     SIZE    DIRTY PATH
  0 vda         10G      12M /var/lib/one/datastores/0/3/disk.0
  2 vdb        512M       0M /var/lib/one/datastores/1/3f21

LEFT OUT
disk 1: swap is never backed up

DROPPED AFTERWARDS
IMAGE POINTS     REASON
    7 0,1        KEEP_LAST is 4, and 4 newer good ones are in datastore 100
    5 0          its deletion failed earlier

QUOTA
OF                   METRIC     USED    UP TO    LIMIT
user 2 (ann)         SIZE       900M     +40M    1000M
group 1 (users)      SIZE      87.9G     +40M        -
`);
});

test('is short when there is little to tell, and says when a quota is in the way', async () => {
  const full: BackupPreview = {
    ...{ type: 'FULL', reason: 'MODE is FULL', live: false, datastoreId: 100, leftOut: [], drops: [] },
    disks: [{ diskId: 0, target: '', path: '/d/disk.0', virtualMb: 256, dirtyMb: null }],
    quota: [
      { whose: 'user 2 (ann)', metric: 'SIZE', used: 900, limit: 1000, adds: 256 },
      { whose: 'user 2 (ann)', metric: 'IMAGES', used: 3, limit: 4, adds: 1 },
    ],
  };
  const { text, calls } = await shown('backup --dry-run --reset -d 100 3', full);
  expect(calls).toEqual([['vm.backupplan', 3, 100, true]]);
  expect(text).toBe(`BACKUP PLAN OF VIRTUAL MACHINE 3
TYPE      : FULL
REASON    : MODE is FULL
MACHINE   : powered off
DATASTORE : 100

DISKS
 ID TARGET     SIZE    DIRTY PATH
  0 -          256M        - /d/disk.0

QUOTA
OF                   METRIC     USED    UP TO    LIMIT
user 2 (ann)         SIZE       900M    +256M    1000M
user 2 (ann)         IMAGES        3       +1        4
The backup would be refused: the limit of SIZE of user 2 (ann) is 1000M.
`);
});

test('is of now, and cannot be scheduled', async () => {
  expect(await runCommand(onevm, 'backup --dry-run --schedule now 3', {})).toEqual(
    failure('--dry-run shows what would be done now; leave --schedule out.'),
  );
});
