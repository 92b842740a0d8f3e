import { describe, expect, it } from 'vitest';
import { datastore, vm } from '../../tests/golden/objects.ts';
import type { Attributes, Vector } from '../model/attributes.ts';
import type { BackupConfig } from '../model/backup-config.ts';
import { DATASTORE_TYPE } from '../model/datastore.ts';
import { CODE } from '../model/errors.ts';
import type { Vm } from '../model/vm.ts';
import { planBackup, type BackupPlan } from './plan.ts';

const disk = (id: number, ...more: Vector): Attributes[number] => ['DISK', [['DISK_ID', String(id)], ...more]];
const IMAGE = disk(0, ['IMAGE_ID', '3'], ['TYPE', 'FILE'], ['FORMAT', 'qcow2'], ['TARGET', 'vda'], ['SOURCE', '/ds/3']);
const OWN = disk(1, ['IMAGE_ID', '4'], ['TYPE', 'FILE'], ['FORMAT', 'raw'], ['PERSISTENT', 'YES'], ['SOURCE', '/ds/4']);
const CDROM = disk(2, ['IMAGE_ID', '5'], ['TYPE', 'CDROM'], ['FORMAT', 'raw'], ['SOURCE', '/ds/5']);
const SWAP = disk(3, ['TYPE', 'swap'], ['FORMAT', 'raw'], ['TARGET', 'vdd']);
const FS = disk(4, ['TYPE', 'fs'], ['FORMAT', 'raw'], ['TARGET', 'vde']);

function machine(template: Attributes, config: Partial<BackupConfig> = {}, change: Partial<Vm> = {}): Vm {
  const base = { ...structuredClone(vm), state: 3 as const, lcmState: 3 as const };
  const backups = { ...base.backups, config: { ...base.backups.config, mode: 'FULL' as const, ...config } };
  return { ...base, template, backups, ...change };
}

const plan = (vm: Vm, to = datastore): BackupPlan => planBackup({ vm, datastore: to, vmDirectory: '/vms/0' });

describe('which disks are taken', () => {
  it('all but swap, CDROMs and volatile ones, each with its reason', () => {
    const planned = plan(machine([IMAGE, OWN, CDROM, SWAP, FS]));
    expect(planned.disks.map(({ diskId, path, format, file }) => [diskId, path, format, file])).toEqual([
      [0, '/vms/0/disk.0', 'qcow2', 'disk.0.0'],
      [1, '/ds/4', 'raw', 'disk.1.0'],
    ]);
    expect(planned.leftOut).toEqual([
      'disk 2: CDROMs are never backed up',
      'disk 3: swap is never backed up',
      'disk 4: volatile, and BACKUP_VOLATILE is NO',
    ]);
    expect(planned).toMatchObject({ type: 'FULL', reason: 'MODE is FULL', live: true });
  });

  it('volatile ones when BACKUP_VOLATILE is YES, but never swap', () => {
    const planned = plan(machine([SWAP, FS], { backupVolatile: true }));
    expect(planned.disks.map(({ diskId }) => diskId)).toEqual([4]);
  });
});

it('a VM that is off has no targets, and one that runs has them', () => {
  const off = plan(machine([IMAGE], {}, { state: 8, lcmState: 0 }));
  expect([off.live, off.disks[0]?.target]).toEqual([false, '']);
  const live = plan(machine([IMAGE]));
  expect([live.live, live.disks[0]?.target]).toEqual([true, 'vda']);
});

describe('no backup is possible', () => {
  it('without a disk, and why none is left', () => {
    const refuse = (template: Attributes) => () => plan(machine(template));
    expect(refuse([])).toThrow('Virtual machine 0 has no disk to back up.');
    expect(refuse([SWAP])).toThrow('has no disk to back up (disk 3: swap is never backed up).');
  });

  it('to a datastore that is for something else', () => {
    for (const type of [DATASTORE_TYPE.IMAGE_DS, DATASTORE_TYPE.SYSTEM_DS, DATASTORE_TYPE.FILE_DS]) {
      expect(() => plan(machine([IMAGE]), { ...datastore, type })).toThrow(
        expect.objectContaining({ code: CODE.ACTION, objectId: 100 }) as Error,
      );
    }
  });
});
