import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { backupImage, diskImage, vm } from '../../tests/golden/objects.ts';
import { field, type Vector } from '../model/attributes.ts';
import type { Image } from '../model/image.ts';
import { diskPath, makeDisk, readDisks } from './disks.ts';

const ready: Image = { ...diskImage, state: 1 };
const make = (disk: Vector, image?: Image, used = new Set<string>()): Vector => makeDisk(disk, 0, image, used);

describe('a DISK with an image', () => {
  it.each([
    ['is used through a qcow2 on top of it', { format: 'raw', persistent: false }, ['qcow2', 'NO', 'YES', 'NO', 'NO']],
    [
      'is the image itself when that is persistent',
      { format: 'raw', persistent: true },
      ['raw', 'YES', 'NO', 'YES', 'NO'],
    ],
    ['is the image itself when that is a CDROM', { format: 'raw', type: 1 as const }, ['raw', 'NO', 'NO', 'NO', 'YES']],
  ])('%s', (_what, change, wanted) => {
    const disk = make([['IMAGE_ID', '2']], { ...ready, ...change });
    expect(['FORMAT', 'PERSISTENT', 'CLONE', 'SAVE', 'READONLY'].map((name) => field(disk, name))).toEqual(wanted);
    const where = readDisks([['DISK', disk]]).map((read) => diskPath(read, '/vms/5'));
    expect(where).toEqual([wanted[2] === 'YES' ? '/vms/5/disk.0' : ready.source]);
  });

  it('keeps what it does not know, and takes the image at its word', () => {
    const given: Vector = [
      ['IMAGE', 'something'],
      ['CACHE', 'none'],
      ['SOURCE', '/etc/shadow'],
      ['DISK_ID', '7'],
      ['FORMAT', 'raw'],
    ];
    const disk = make(given, ready);
    expect(field(disk, 'CACHE')).toBe('none');
    expect(field(disk, 'SOURCE')).toBe(ready.source);
    expect(field(disk, 'IMAGE')).toBe(ready.name);
    expect(field(disk, 'DISK_ID')).toBe('0');
    expect(given).toContainEqual(['FORMAT', 'raw']);
  });

  it.each([
    ['locked', { state: 4 }, 'is not ready; wait until it is in state rdy (oneimage show 2)'],
    ['in error', { state: 5 }, 'could not be made, or its data is gone; oneimage show 2 says why'],
    ['disabled', { state: 3 }, 'is disabled; oneimage enable 2'],
    ['being deleted', { state: 7 }, 'is being deleted'],
    ['persistent and in use', { state: 8, persistent: true }, 'is persistent and in use by another VM'],
    ['persistent and used otherwise', { state: 2, persistent: true }, 'is not ready'],
    ['a backup', { type: 6 }, 'is a backup: restore it first'],
  ] as Array<[string, Partial<Image>, string]>)('refuses an image that is %s', (_what, change, message) => {
    expect(() => make([['IMAGE_ID', '2']], { ...ready, ...change })).toThrow(message);
  });

  it('shares one that is not persistent', () => {
    expect(field(make([], { ...ready, state: 2 }), 'IMAGE_ID')).toBe('2');
  });

  it('takes the same SIZE or a larger one, and keeps what the image has', () => {
    expect(field(make([['SIZE', '1536']], ready), 'SIZE')).toBe('1536');
    const larger = make([['SIZE', '2000']], ready);
    expect([field(larger, 'SIZE'), field(larger, 'ORIGINAL_SIZE')]).toEqual(['2000', '1536']);
  });

  it.each([
    ['1535', {}, 'DISK 0 has SIZE="1535", but image 2 (alpine) has 1536 MB, and a disk cannot be smaller'],
    ['2000', { persistent: true }, 'is persistent; let it grow with onevm disk-resize'],
    ['2000', { type: 1 }, 'is a CDROM; leave SIZE out'],
    ['2 GB', {}, 'DISK 0 has SIZE="2 GB"; it must be a number of MB from 1 to'],
    ['99999999', {}, 'it must be a number of MB from 1 to 16777216'],
  ] as Array<[string, Partial<Image>, string]>)('refuses SIZE="%s" for %j', (size, change, message) => {
    expect(() => make([['SIZE', size]], { ...ready, name: 'alpine', ...change })).toThrow(message);
  });

  it('never takes a backup, whatever state it is in', () => {
    for (let state = 0; state <= 10; state++) {
      const image = { ...backupImage, state: state as Image['state'] };
      expect(() => make([], image)).toThrow('restore it first');
    }
  });
});

describe('a volatile DISK', () => {
  it.each([
    [
      [
        ['TYPE', 'FS'],
        ['SIZE', '5'],
      ],
      { kind: 'fs', format: 'qcow2', sizeMb: 5, fs: '' },
    ],
    [
      [
        ['TYPE', 'swap'],
        ['SIZE', '5'],
      ],
      { kind: 'swap', format: 'raw' },
    ],
    [
      [
        ['TYPE', 'fs'],
        ['SIZE', '5'],
        ['FORMAT', 'RAW'],
        ['FS', 'ext4'],
      ],
      { kind: 'fs', format: 'raw', fs: 'ext4' },
    ],
  ] as Array<[Vector, object]>)('%j', (given, wanted) => {
    const [read] = readDisks([['DISK', make(given)]]);
    expect(read).toMatchObject({ ...wanted, imageId: -1, source: '', persistent: false, target: 'vda' });
  });
});

describe('targets', () => {
  const wish = fc.option(fc.constantFrom('vda', 'vdb', 'sda', 'vdz', 'vdaa'), { nil: undefined });
  it('are never given twice', () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom('', 'vd', 'sd', 'hd'), { maxLength: 60 }),
        fc.array(wish),
        (prefixes, taken) => {
          const used = new Set(taken.flatMap((target) => target ?? []));
          const before = used.size;
          const targets = prefixes.map((prefix, id) => {
            const disk = makeDisk(
              [
                ['TYPE', 'fs'],
                ['SIZE', '1'],
                ['DEV_PREFIX', prefix],
              ],
              id,
              undefined,
              used,
            );
            return field(disk, 'TARGET') ?? '';
          });
          expect(new Set([...targets, ...taken.flatMap((target) => target ?? [])]).size).toBe(before + targets.length);
          targets.forEach((target, id) => expect(target).toMatch(new RegExp(`^${prefixes[id] || 'vd'}[a-z]{1,2}$`)));
        },
      ),
      { numRuns: 30 },
    );
  });

  it('go on after z', () => {
    const used = new Set(Array.from('abcdefghijklmnopqrstuvwxyz', (letter) => `vd${letter}`));
    expect(field(make([], ready, used), 'TARGET')).toBe('vdaa');
  });

  it.each([
    ['vd', { template: [] }, []],
    ['hd', { template: [], type: 1 }, []],
    ['sd', { template: [['DEV_PREFIX', 'sd']], type: 1 }, []],
    ['sd', { template: [['DEV_PREFIX', 'vd']] }, [['DEV_PREFIX', 'sd']]],
  ] as Array<[string, Partial<Image>, Vector]>)('begin with %s for %j and %j', (prefix, change, disk) => {
    expect(field(make(disk, { ...ready, ...change }), 'TARGET')).toBe(`${prefix}a`);
  });

  it('are refused when another disk has them', () => {
    expect(() => make([['TARGET', 'vda']], ready, new Set(['vda']))).toThrow('TARGET="vda", which another disk uses');
  });
});

it('reads the disks of a VM as its record has them', () => {
  expect(readDisks(vm.template)).toMatchObject([
    { diskId: 0, kind: 'file', imageId: 0, format: 'raw', persistent: false, target: 'vda', sizeMb: 256 },
    { diskId: 1, kind: 'fs', imageId: -1, format: 'raw', target: 'vdb', sizeMb: 1024 },
  ]);
});
