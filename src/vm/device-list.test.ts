import { describe, expect, it } from 'vitest';
import { network } from '../../tests/golden/network.ts';
import { diskImage, vm as golden } from '../../tests/golden/objects.ts';
import { field, vectors, type Vector } from '../model/attributes.ts';
import type { DiskSnapshot, Vm } from '../model/vm.ts';
import {
  addDisk,
  addNic,
  diskOf,
  nicOf,
  onlyVector,
  refuseDetach,
  refuseNicDetach,
  refuseResize,
  removeDisk,
  removeNic,
  setDiskSize,
} from './device-list.ts';

const machine = (change: Partial<Vm> = {}): Vm => structuredClone({ ...golden, ...change });
const volatile: Vector = [
  ['TYPE', 'fs'],
  ['SIZE', '5'],
];
const image = { ...diskImage, state: 1 as const };
const snapshot: DiskSnapshot = { id: 0, name: 's', parent: -1, children: [], date: 0, sizeMb: 1, active: true };
const withSnapshot = (vm: Vm): Vm => ({ ...vm, template: [...vm.template, ['SNAPSHOT', [['SNAPSHOT_ID', '4']]]] });

describe('a disk', () => {
  it('gets an id that none ever had, and a name that none has', () => {
    const vm = machine();
    expect(addDisk(vm, volatile, undefined)).toBe(2);
    expect(diskOf(vm, 2)).toMatchObject({ kind: 'fs', sizeMb: 5, target: 'vdc' });
    removeDisk(vm, 2);
    removeDisk(vm, 1);
    expect(vectors(vm.template, 'DISK')).toHaveLength(1);
    expect(addDisk(vm, volatile, undefined)).toBe(3);
    expect(diskOf(vm, 3).target).toBe('vdb');
  });

  it('is added after those that a record without counters has', () => {
    const vm = machine({ highestIds: { disk: 7, nic: -1, snapshot: -1 } });
    expect(addDisk(vm, volatile, undefined)).toBe(8);
    expect(vm.highestIds).toEqual({ disk: 8, nic: -1, snapshot: -1 });
  });

  it('does not write to an image that another disk of the VM writes to', () => {
    const vm = machine();
    const own = { ...image, persistent: true };
    addDisk(vm, [['IMAGE_ID', '2']], own);
    expect(() => addDisk(vm, [['IMAGE_ID', '2']], own)).toThrow('is persistent and a disk of this VM already');
  });

  it('takes its snapshots along when it goes', () => {
    const list = { diskId: 1, nextId: 1, snapshots: [snapshot] };
    const vm = machine({ diskSnapshots: [list, { ...list, diskId: 0 }] });
    removeDisk(vm, 1);
    expect(vm.diskSnapshots?.map(({ diskId }) => diskId)).toEqual([0]);
  });

  it('that is persistent keeps its VM while it has snapshots', () => {
    const vm = machine({ diskSnapshots: [{ diskId: 0, nextId: 1, snapshots: [snapshot] }] });
    expect(() => refuseDetach(vm, 0)).not.toThrow();
    const persistent = machine({ diskSnapshots: vm.diskSnapshots ?? [] });
    vectors(persistent.template, 'DISK')[0]?.push(['PERSISTENT', 'YES']);
    expect(() => refuseDetach(persistent, 0)).toThrow('is a persistent image with snapshots, which would be lost');
  });

  it('that is not there is told with those that are', () => {
    expect(() => refuseDetach(machine(), 9)).toThrow('Virtual machine 0 has no disk 9; it has 0, 1.');
    expect(() => diskOf(machine({ template: [] }), 0)).toThrow('it has none');
  });
});

describe('a new size', () => {
  it('is larger', () => {
    const vm = machine();
    expect(refuseResize(vm, 0, '257')).toBe(257);
    setDiskSize(vm, 0, 257);
    expect(diskOf(vm, 0).sizeMb).toBe(257);
  });

  it.each([
    ['256', {}, 'has 256 MB, and a disk only grows: 256 MB is not larger'],
    ['1', {}, '1 MB is not larger'],
    ['1G', {}, 'Disk 0 has SIZE="1G"; it must be a number of MB'],
    ['-5', {}, 'Disk 0 has SIZE="-5"'],
    ['300', { diskSnapshots: [{ diskId: 0, nextId: 1, snapshots: [snapshot] }] }, 'has snapshots of its present size'],
  ] as Array<[string, Partial<Vm>, string]>)('%s of %j is refused', (size, change, message) => {
    expect(() => refuseResize(machine(change), 0, size)).toThrow(message);
  });

  it('is nothing for a CDROM', () => {
    const vm = machine();
    const [disk] = vectors(vm.template, 'DISK');
    disk?.splice(0, disk.length, ['DISK_ID', '0'], ['TYPE', 'CDROM'], ['SIZE', '1']);
    expect(() => refuseResize(vm, 0, '300')).toThrow('is a CDROM, which cannot grow');
  });
});

describe('a NIC', () => {
  it('gets an id that none ever had', () => {
    const vm = machine();
    const nic = addNic(vm, [['NETWORK_ID', '3']], network);
    expect(Object.fromEntries(nic)).toMatchObject({ NIC_ID: '1', TARGET: 'one-0-1', BRIDGE: 'br0' });
    removeNic(vm, 1);
    expect(field(addNic(vm, [], network), 'NIC_ID')).toBe('2');
    expect(nicOf(vm, 2).networkId).toBe(3);
    expect(() => refuseNicDetach(vm, 1)).toThrow('has no NIC 1; it has 0, 2.');
  });

  it('needs a network that is ready', () => {
    expect(() => addNic(machine(), [], undefined)).toThrow('NIC 1 names no network');
    expect(() => addNic(machine(), [], { ...network, state: 5 })).toThrow('names network 3, which is not ready');
  });
});

it.each([
  ['attaching a disk', (vm: Vm) => addDisk(vm, volatile, undefined)],
  ['detaching a disk', (vm: Vm) => refuseDetach(vm, 0)],
  ['resizing a disk', (vm: Vm) => refuseResize(vm, 0, '300')],
  ['attaching a NIC', (vm: Vm) => addNic(vm, [], network)],
  ['detaching a NIC', (vm: Vm) => refuseNicDetach(vm, 0)],
])('%s is refused while the VM has snapshots', (what, change) => {
  const vm = withSnapshot(machine());
  expect(() => change(vm)).toThrow(`has snapshots (4), and ${what} would make them useless; delete them first`);
});

it('a template must hold the one vector that is meant', () => {
  const disk: Vector = [['IMAGE_ID', '1']];
  expect(onlyVector([['DISK', disk]], 'DISK')).toBe(disk);
  expect(() => onlyVector([], 'DISK')).toThrow('must have one DISK=[ ... ]; it has 0.');
  expect(() =>
    onlyVector(
      [
        ['DISK', disk],
        ['DISK', disk],
      ],
      'DISK',
    ),
  ).toThrow('it has 2.');
  expect(() => onlyVector([['DISK', 'vda']], 'DISK')).toThrow('it has a text.');
});
