import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { diskImage } from '../../tests/golden/objects.ts';
import { network } from '../../tests/golden/network.ts';
import { field, text, vectors, type Attributes, type Vector } from '../model/attributes.ts';
import type { Image } from '../model/image.ts';
import type { Vm } from '../model/vm.ts';
import { allocateVm, type FindImage, type VmOrder } from './allocate.ts';

const owner = { uid: 2, gid: 1, uname: 'ann', gname: 'users' };
const BASE: Attributes = [
  ['CPU', '0.5'],
  ['MEMORY', '64'],
];
const image: Image = { ...diskImage, state: 1 };
const findImage: FindImage = (disk) => (field(disk, 'IMAGE_ID') === undefined ? undefined : image);

const order = (template: Attributes, change: Partial<VmOrder> = {}): VmOrder => ({
  ...{ template, owner, findImage, findNetwork: () => network, hold: false, nowSec: 1000 },
  ...change,
});

function allocate(template: Attributes, change: Partial<VmOrder> = {}): Vm {
  return allocateVm(5, order([...BASE, ...template], change));
}

describe('a new VM', () => {
  it('waits, or is held, and belongs to its maker alone', () => {
    const vm = allocate([]);
    expect(vm).toMatchObject({ ...owner, id: 5, name: 'one-5', state: 1, lcmState: 0, stime: 1000, deployId: '' });
    expect(Object.entries(vm.permissions).filter(([, may]) => may)).toEqual([
      ['ownerU', true],
      ['ownerM', true],
    ]);
    expect(allocate([], { hold: true }).state).toBe(2);
  });

  it('is named after its template when it has no name', () => {
    const vm = allocate([], { nameBefore: 'web' });
    expect(vm.name).toBe('web-5');
    expect(allocate([['NAME', 'mine']]).name).toBe('mine');
  });

  it("keeps what belongs to the system apart from what is the user's, and loses nothing", () => {
    const system = fc.constantFrom('OS', 'GRAPHICS', 'FEATURES', 'RAW', 'CONTEXT', 'PCI');
    const own = fc.constantFrom('LABELS', 'NOTE', 'A', 'SCHED_REQUIREMENTS', 'DESCRIPTION');
    const value = fc.oneof(fc.string(), fc.array(fc.tuple(fc.constantFrom('X', 'Y'), fc.string()), { maxLength: 3 }));
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.oneof(system, own), value), { maxLength: 12 }), (given) => {
        const vm = allocate(given);
        const isSystem = ([name]: [string, unknown]): boolean =>
          ['OS', 'GRAPHICS', 'FEATURES', 'RAW', 'CONTEXT', 'PCI'].includes(name);
        expect(vm.userTemplate).toEqual(given.filter((entry) => !isSystem(entry)));
        expect(vm.template).toEqual([...BASE, ...given.filter(isSystem), ['VMID', '5']]);
      }),
    );
  });

  it('has its disks in order, and gives no target that another asked for', () => {
    const vm = allocate([
      ['DISK', [['IMAGE_ID', '2']]],
      [
        'DISK',
        [
          ['TYPE', 'fs'],
          ['SIZE', '1'],
        ],
      ],
      [
        'DISK',
        [
          ['TYPE', 'swap'],
          ['SIZE', '1'],
          ['TARGET', 'vda'],
        ],
      ],
    ]);
    const disks = vectors(vm.template, 'DISK');
    expect(disks.map((disk) => field(disk, 'DISK_ID'))).toEqual(['0', '1', '2']);
    expect(disks.map((disk) => field(disk, 'TARGET'))).toEqual(['vdb', 'vdc', 'vda']);
  });

  it('has a backup configuration only when it is given one', () => {
    expect(allocate([]).backups).toMatchObject({ configured: false, ids: [], config: { mode: 'FULL', keepLast: 0 } });
    const vm = allocate([['BACKUP_CONFIG', [['KEEP_LAST', '3']]]]);
    expect(vm.backups).toMatchObject({ configured: true, config: { keepLast: 3, fsFreeze: 'NONE' } });
    expect(text(vm.userTemplate, 'BACKUP_CONFIG')).toBeUndefined();
    expect(vectors([...vm.userTemplate, ...vm.template], 'BACKUP_CONFIG')).toEqual([]);
  });
});

describe('a template that will not do', () => {
  it.each([
    ['CPU', '', 'CPU is missing'],
    ['CPU', '-1', 'CPU="-1" is not right'],
    ['CPU', '1,5', 'CPU="1,5" is not right'],
    ['MEMORY', '0', 'MEMORY="0" is not right'],
    ['MEMORY', '1.5', 'MEMORY="1.5" is not right'],
    ['VCPU', 'two', 'VCPU="two" is not right; it must be a number above 0'],
    ['VCPU', '', 'VCPU is missing'],
  ])('%s="%s"', (name, value, message) => {
    const template: Attributes = [...BASE.filter(([key]) => key !== name), [name, value]];
    expect(() => allocateVm(5, order(template))).toThrow(message);
  });

  it('names the vector that was given as a text', () => {
    expect(() => allocate([['BACKUP_CONFIG', 'FULL']])).toThrow(
      'BACKUP_CONFIG="FULL" is not right; it must be a vector',
    );
    expect(() => allocate([['DISK', '0']])).toThrow('DISK="0" is not right');
    expect(allocate([['DISK', '']]).template).toContainEqual(['DISK', '']);
  });

  it('does not let two disks write to one image', () => {
    const two: Attributes = [
      ['DISK', [['IMAGE_ID', '2']]],
      ['DISK', [['IMAGE_ID', '2']]],
    ];
    expect(vectors(allocate(two).template, 'DISK')).toHaveLength(2);
    const find: FindImage = () => ({ ...image, persistent: true });
    expect(() => allocate(two, { findImage: find })).toThrow('so only one DISK may use it');
  });
});

describe('a NIC', () => {
  const nics = (vm: Vm): Vector[] => vectors(vm.template, 'NIC');
  it('is on its network, and has what NIC_DEFAULT says unless it says so itself', () => {
    const vm = allocate([
      ['NIC_DEFAULT', [['MODEL', 'e1000']]],
      ['NIC', [['NETWORK_ID', '3']]],
      [
        'NIC',
        [
          ['NETWORK', 'private'],
          ['MODEL', 'virtio'],
          ['IP', '192.168.0.11'],
          ['BRIDGE', 'evil'],
        ],
      ],
    ]);
    expect(nics(vm).map((nic) => Object.fromEntries(nic))).toEqual([
      expect.objectContaining({ NIC_ID: '0', BRIDGE: 'br0', MODEL: 'e1000', TARGET: 'one-5-0', CLUSTER_ID: '0,100' }),
      expect.objectContaining({ NIC_ID: '1', BRIDGE: 'br0', MODEL: 'virtio', NETWORK_ID: '3', IP: '192.168.0.11' }),
    ]);
    expect(vm.highestIds).toEqual({ disk: -1, nic: 1, snapshot: -1 });
  });

  it.each([
    [[['NIC', [['MODEL', 'virtio']]]], 'NIC 0 names no network; give NETWORK_ID, or NETWORK'],
    [[['NIC', [['NETWORK_MODE', 'auto']]]], 'NIC 0 has NETWORK_MODE="auto", which is not available'],
    [[['NIC', 'private']], 'NIC="private" is not right; it must be a vector'],
    [[['NIC_ALIAS', [['PARENT', 'NIC0']]]], 'NIC_ALIAS is not available'],
  ] as Array<[Attributes, string]>)('%j is refused', (template, message) => {
    expect(() => allocate(template, { findNetwork: () => undefined })).toThrow(message);
  });

  it('of an imported VM stays where it is, and so does a disk', () => {
    const file: Vector = [
      ['SOURCE', '/vms/a.qcow2'],
      ['FORMAT', 'qcow2'],
      ['TARGET', 'sda'],
    ];
    const template: Attributes = [
      [
        'NIC',
        [
          ['BRIDGE', 'br9'],
          ['MAC', '52:54:00:00:00:01'],
        ],
      ],
      ['DISK', file],
    ];
    const vm = allocate(template, { imported: true, findNetwork: () => undefined, findImage: () => undefined });
    expect(vm.imported).toBe(true);
    expect(nics(vm)).toEqual([
      [
        ['BRIDGE', 'br9'],
        ['MAC', '52:54:00:00:00:01'],
        ['NIC_ID', '0'],
      ],
    ]);
    expect(vectors(vm.template, 'DISK')).toEqual([[...file, ['DISK_ID', '0']]]);
    expect(() => allocate([['DISK', file]])).toThrow('DISK 0 has SOURCE="/vms/a.qcow2" and no image');
  });
});
