import { expect, it } from 'vitest';
import { datastore, vm } from '../../tests/golden/objects.ts';
import type { StoredDisk } from '../model/image.ts';
import type { BackupResult } from '../model/tasks/backup.ts';
import { planBackup } from './plan.ts';
import { backupImage } from './image.ts';

const MIB = 2 ** 20;
const stored: StoredDisk = {
  ...{ diskId: 0, file: 'disk.0.0', virtualBytes: 256 * MIB, fileBytes: 3 * MIB },
  ...{ sha256: 'ab', originalFormat: 'raw' as const },
};
const result: BackupResult = {
  ...{ source: '25f4b298', date: 1_669_901_816, disks: [stored] },
  ...{ processedBytes: 3 * MIB + 1, storedBytes: MIB, scratchBytes: 0, peakRssBytes: 0, consistency: 'filesystem' },
};
const config = { ...vm.backups.config, mode: 'FULL' as const };
const machine = { ...vm, uid: 2, uname: 'ann', gid: 1, gname: 'users', backups: { ...vm.backups, config } };

it('is ready, belongs to the owner of the VM alone, and tells of the one point it holds', () => {
  const plan = planBackup({ vm: machine, datastore, vmDirectory: '/vms/0' });
  const nowMs = new Date(2022, 11, 1, 13, 36, 56).getTime() + 999;
  const made = {
    id: 9,
    chain: '00000000000000a0',
    vm: machine,
    datastore,
    plan,
    result,
    directory: '/vms/0/backup',
    nowMs,
  };
  const image = backupImage({
    ...made,
    taken: new Set(['0 01-Dec 13.36.56']),
    chain: '00000000000000a0',
    vmTemplate: [['CPU', '1']],
  });
  expect(image).toMatchObject({
    ...{ id: 9, uid: 2, gid: 1, uname: 'ann', gname: 'users', name: '0 01-Dec-2022 13.36.56', type: 6, state: 1 },
    ...{ source: '25f4b298', format: 'raw', sizeMb: 4, vms: [0], persistent: true, isChain: false },
    ...{ datastoreId: 100, datastore: 'RBackups', regtime: Math.floor(nowMs / 1000) },
  });
  expect(Object.values(image.permissions).filter(Boolean)).toHaveLength(2);
  expect(image.points).toEqual([
    {
      ...{ id: 0, parentId: -1, type: 'FULL', date: 1_669_901_816, sizeMb: 4, source: '25f4b298' },
      ...{ reason: 'MODE is FULL', vmTemplate: [['CPU', '1']], consistency: 'filesystem', tracker: '' },
      layers: [{ source: '25f4b298', path: '/vms/0/backup', pointId: 0, sizeMb: 4, disks: [stored] }],
    },
  ]);
  expect(image.template).toEqual([['BACKUP_REASON', 'MODE is FULL']]);
});
