import { expect, it } from 'vitest';
import { vm as golden } from '../../tests/golden/objects.ts';
import { field, vectors, type Attributes } from '../model/attributes.ts';
import type { Vm } from '../model/vm.ts';
import { addSnapshot, clearActive, hypervisorIds, markActive, removeSnapshot, snapshotOf } from './snapshot-list.ts';

function machine(template: Attributes = [], mode: 'FULL' | 'INCREMENT' = 'FULL'): Vm {
  const vm = structuredClone(golden);
  vm.backups.config.mode = mode;
  return {
    ...vm,
    template: [
      [
        'DISK',
        [
          ['DISK_ID', '0'],
          ['FORMAT', 'qcow2'],
        ],
      ],
      ...template,
    ],
  };
}

it('has the words of OpenNebula, and ids that are never given twice', () => {
  const vm = machine();
  expect(addSnapshot(vm, '', 1000)).toBe(0);
  expect(snapshotOf(vm, 0)).toEqual([
    ['ACTIVE', 'YES'],
    ['HYPERVISOR_ID', 'snap-0'],
    ['NAME', 'snapshot-0'],
    ['SNAPSHOT_ID', '0'],
    ['TIME', '1000'],
  ]);
  clearActive(vm);
  expect(field(snapshotOf(vm, 0), 'ACTIVE')).toBeUndefined();
  expect(addSnapshot(vm, 'mine', 1001)).toBe(1);
  expect(hypervisorIds(vm)).toEqual(['snap-0', 'snap-1']);
  removeSnapshot(vm, 1);
  expect(addSnapshot(vm, '', 1002)).toBe(2);
  expect(vectors(vm.template, 'DISK')).toHaveLength(1);
});

it('says of which work goes on', () => {
  const vm = machine();
  addSnapshot(vm, 'a', 0);
  addSnapshot(vm, 'b', 0);
  clearActive(vm);
  markActive(vm, 1);
  expect(vectors(vm.template, 'SNAPSHOT').map((one) => field(one, 'ACTIVE'))).toEqual([undefined, 'YES']);
  expect(() => markActive(vm, 5)).toThrow('Virtual machine 0 has no snapshot 5; it has 0, 1.');
});

it('needs qcow2 wherever the guest writes, and no increments', () => {
  const raw: Attributes = [
    [
      'DISK',
      [
        ['DISK_ID', '3'],
        ['TYPE', 'swap'],
        ['FORMAT', 'raw'],
      ],
    ],
  ];
  expect(() => addSnapshot(machine(raw), '', 0)).toThrow('every disk must be qcow2, and disk 3 (FORMAT="raw") is not.');
  const cdrom: Attributes = [
    [
      'DISK',
      [
        ['DISK_ID', '3'],
        ['TYPE', 'CDROM'],
        ['FORMAT', 'raw'],
      ],
    ],
  ];
  expect(addSnapshot(machine(cdrom), '', 0)).toBe(0);
  expect(() => addSnapshot(machine([], 'INCREMENT'), '', 0)).toThrow(
    'snapshot-create is not possible with incremental',
  );
});
