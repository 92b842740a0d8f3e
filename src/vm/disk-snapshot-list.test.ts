import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { vm as golden } from '../../tests/golden/objects.ts';
import type { DiskSnapshot, Vm } from '../model/vm.ts';
import {
  activateDiskSnapshot,
  addDiskSnapshot,
  diskSnapshotOf,
  dropDiskSnapshot,
  refuseDelete,
  renameDiskSnapshot,
} from './disk-snapshot-list.ts';

function machine(mode: 'FULL' | 'INCREMENT' = 'FULL'): Vm {
  const vm = structuredClone(golden);
  vm.backups.config.mode = mode;
  vm.template = [
    [
      'DISK',
      [
        ['DISK_ID', '0'],
        ['FORMAT', 'qcow2'],
        ['SIZE', '256'],
      ],
    ],
    [
      'DISK',
      [
        ['DISK_ID', '1'],
        ['FORMAT', 'raw'],
        ['SIZE', '9'],
      ],
    ],
    [
      'DISK',
      [
        ['DISK_ID', '2'],
        ['TYPE', 'CDROM'],
        ['FORMAT', 'qcow2'],
      ],
    ],
  ];
  return vm;
}
const list = (vm: Vm): DiskSnapshot[] => vm.diskSnapshots?.[0]?.snapshots ?? [];
const tree = (vm: Vm): Array<[number, number, number[], boolean]> =>
  list(vm).map(({ id, parent, children, active }) => [id, parent, children, active]);

describe('snapshots of a disk', () => {
  it('come from one another, and the disk goes on from the last', () => {
    const vm = machine();
    expect(addDiskSnapshot(vm, 0, 'first', 1000)).toBe(0);
    expect(addDiskSnapshot(vm, 0, '', 1001)).toBe(1);
    expect(tree(vm)).toEqual([
      [0, -1, [1], false],
      [1, 0, [], true],
    ]);
    expect(list(vm)[1]).toMatchObject({ name: 'snapshot-1', date: 1001, sizeMb: 256 });
  });

  it('branch where the disk went back, and their ids are never used again', () => {
    const vm = machine();
    for (const name of ['a', 'b']) addDiskSnapshot(vm, 0, name, 0);
    activateDiskSnapshot(vm, 0, 0);
    refuseDelete(vm, 0, 1);
    dropDiskSnapshot(vm, 0, 1);
    expect(addDiskSnapshot(vm, 0, 'c', 0)).toBe(2);
    expect(tree(vm)).toEqual([
      [0, -1, [2], false],
      [2, 0, [], true],
    ]);
  });

  it('that could not be made are as if they had never been', () => {
    const vm = machine();
    addDiskSnapshot(vm, 0, 'a', 0);
    dropDiskSnapshot(vm, 0, addDiskSnapshot(vm, 0, 'b', 0));
    expect(tree(vm)).toEqual([[0, -1, [], true]]);
    dropDiskSnapshot(vm, 0, 0);
    expect(tree(vm)).toEqual([]);
  });

  it('stay while another snapshot came from them; the disk goes on from the parent of the one that goes', () => {
    const vm = machine();
    for (const name of ['a', 'b']) addDiskSnapshot(vm, 0, name, 0);
    expect(() => refuseDelete(vm, 0, 0)).toThrow('Snapshot 0 of disk 0 of virtual machine 0 has children (1)');
    expect(() => refuseDelete(vm, 0, 1)).not.toThrow();
    expect(() => refuseDelete(vm, 0, 7)).toThrow('Disk 0 of virtual machine 0 has no snapshot 7; it has 0, 1.');
    dropDiskSnapshot(vm, 0, 1);
    expect(diskSnapshotOf(vm, 0, 0).active).toBe(true);
    expect(() => refuseDelete(vm, 0, 0)).not.toThrow();
  });

  it('can be named anew', () => {
    const vm = machine();
    addDiskSnapshot(vm, 0, 'a', 0);
    renameDiskSnapshot(vm, 0, 0, 'before the update');
    expect(diskSnapshotOf(vm, 0, 0).name).toBe('before the update');
    expect(() => renameDiskSnapshot(vm, 0, 0, '')).toThrow('is empty');
  });

  it.each([
    [1, 'Disk 1 of virtual machine 0 has FORMAT="raw", and only qcow2 holds snapshots.'],
    [2, 'Disk 2 of virtual machine 0 is a CDROM'],
    [5, 'has no disk 5; it has 0, 1, 2.'],
  ])('are refused of disk %i', (diskId, message) => {
    expect(() => addDiskSnapshot(machine(), diskId, '', 0)).toThrow(message);
  });

  it('are refused while backups are incremental, unless none are configured', () => {
    expect(() => addDiskSnapshot(machine('INCREMENT'), 0, '', 0)).toThrow(
      'has BACKUP_CONFIG/MODE="INCREMENT": disk-snapshot-create is not possible with incremental backups.',
    );
    const vm = machine('INCREMENT');
    vm.backups.configured = false;
    expect(addDiskSnapshot(vm, 0, '', 0)).toBe(0);
  });
});

it('whatever is done, one snapshot is active and every parent knows its children', () => {
  const step = fc.tuple(fc.constantFrom('add', 'revert', 'delete'), fc.nat(6));
  fc.assert(
    fc.property(fc.array(step, { maxLength: 25 }), (steps) => {
      const vm = machine();
      let highest = -1;
      for (const [what, index] of steps) {
        const one = list(vm)[index % Math.max(1, list(vm).length)];
        if (what === 'add') {
          const id = addDiskSnapshot(vm, 0, '', 0);
          expect(id).toBeGreaterThan(highest);
          highest = id;
        } else if (one && what === 'revert') activateDiskSnapshot(vm, 0, one.id);
        else if (one && !one.active && one.children.length === 0) dropDiskSnapshot(vm, 0, one.id);
      }
      const all = list(vm);
      expect(all.filter(({ active }) => active)).toHaveLength(all.length === 0 ? 0 : 1);
      for (const { id, children } of all) {
        expect(children.toSorted()).toEqual(
          all
            .filter(({ parent }) => parent === id)
            .map((child) => child.id)
            .toSorted(),
        );
      }
    }),
  );
});
