import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { diskImage } from '../../tests/golden/objects.ts';
import { field, text, vectors, type Attributes } from '../model/attributes.ts';
import type { Image } from '../model/image.ts';
import type { Vm } from '../model/vm.ts';
import { allocateVm, type FindImage } from './allocate.ts';

const owner = { uid: 2, gid: 1, uname: 'ann', gname: 'users' };
const BASE: Attributes = [
  ['CPU', '0.5'],
  ['MEMORY', '64'],
];
const image: Image = { ...diskImage, state: 1 };
const findImage: FindImage = (disk) => (field(disk, 'IMAGE_ID') === undefined ? undefined : image);

function allocate(template: Attributes, hold = false): Vm {
  return allocateVm(5, [...BASE, ...template], owner, findImage, hold, 1000);
}

describe('a new VM', () => {
  it('waits, or is held, and belongs to its maker alone', () => {
    const vm = allocate([]);
    expect(vm).toMatchObject({ ...owner, id: 5, name: 'one-5', state: 1, lcmState: 0, stime: 1000, deployId: '' });
    expect(Object.entries(vm.permissions).filter(([, may]) => may)).toEqual([
      ['ownerU', true],
      ['ownerM', true],
    ]);
    expect(allocate([], true).state).toBe(2);
  });

  it('is named after its template when it has no name', () => {
    const vm = allocateVm(5, BASE, owner, findImage, false, 0, 'web');
    expect(vm.name).toBe('web-5');
    expect(allocate([['NAME', 'mine']]).name).toBe('mine');
  });

  it("keeps what belongs to the system apart from what is the user's, and loses nothing", () => {
    const system = fc.constantFrom('OS', 'GRAPHICS', 'FEATURES', 'RAW', 'NIC', 'CONTEXT', 'PCI');
    const own = fc.constantFrom('LABELS', 'NOTE', 'A', 'SCHED_REQUIREMENTS', 'DESCRIPTION');
    const value = fc.oneof(fc.string(), fc.array(fc.tuple(fc.constantFrom('X', 'Y'), fc.string()), { maxLength: 3 }));
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.oneof(system, own), value), { maxLength: 12 }), (given) => {
        const vm = allocate(given);
        const isSystem = ([name]: [string, unknown]): boolean =>
          ['OS', 'GRAPHICS', 'FEATURES', 'RAW', 'NIC', 'CONTEXT', 'PCI'].includes(name);
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
    expect(() => allocateVm(5, template, owner, findImage, false, 0)).toThrow(message);
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
    expect(() => allocateVm(5, [...BASE, ...two], owner, find, false, 0)).toThrow('so only one DISK may use it');
  });
});
