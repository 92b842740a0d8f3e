import { expect, it } from 'vitest';
import { afterSwap, sizeDisks, type SwappedDisk } from './in-place.ts';
import type { Vm } from '../model/vm.ts';

const disk = (diskId: number): SwappedDisk => ({
  ...{ diskId, path: `/v/disk.${diskId}`, fresh: '', aside: '', overlays: '', overlaysAside: '' },
  ...{ sizeMb: 8, sizeBefore: 4, persistentImageId: -1 },
});

function vmWith(diskIds: number[]): Vm {
  const config = { incrementalBackupId: 7, lastIncrementId: 2 };
  return {
    template: [
      ...diskIds.map((id) => ['DISK', [['DISK_ID', String(id)], ['SIZE', '4']]]), // prettier-ignore
      ['SNAPSHOT', [['SNAPSHOT_ID', '0']]],
    ],
    diskSnapshots: diskIds.map((diskId) => ({ diskId, nextId: 3, snapshots: [{ id: 2 }] })),
    backups: { config },
    id: 1,
  } as unknown as Vm;
}

it('what lay in the restored disks is forgotten, and no snapshot id is given twice', () => {
  const vm = vmWith([0, 1]);
  afterSwap(vm, [disk(1)], 7, 2);
  expect(vm.diskSnapshots).toEqual([
    { diskId: 0, nextId: 3, snapshots: [{ id: 2 }] },
    { diskId: 1, nextId: 3, snapshots: [] },
  ]);
  expect(vm.template.map(([name]) => name)).toEqual(['DISK', 'DISK']);
  expect(vm.standalone).toEqual([1]);
  expect(vm.backups.config).toMatchObject({ incrementalBackupId: -1, lastIncrementId: -1 });
  expect(vm.backups.chainEnded).toBe('disk 1 was restored in place from increment 2 of image 7');
});

it('sizes are those of the backup, and those of before when it fails', () => {
  const vm = vmWith([0]);
  const size = (): unknown => (vm.template[0]?.[1] as Array<[string, string]>).find(([name]) => name === 'SIZE')?.[1];
  sizeDisks(vm, [disk(0), disk(5)], 'sizeMb');
  expect(size()).toBe('8');
  sizeDisks(vm, [disk(0), disk(5)], 'sizeBefore');
  expect(size()).toBe('4');
});
