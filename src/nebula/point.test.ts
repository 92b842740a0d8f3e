import { expect, it } from 'vitest';
import { HEADER_BYTES, QCOW2_MAGIC, writeHeader } from '../disk/qcow2-format.ts';
import type { BackupPoint } from '../model/image.ts';
import { backupFilesOf, machineOf, pointOf, virtualBytesOf, whyNotOn } from './point.ts';

const at = (directory: string, ...names: string[]) => names.map((name) => ({ path: `${directory}/${name}`, bytes: 9 }));

it('finds the disks of a backup, whatever increment their names tell of', () => {
  expect(backupFilesOf(at('/one/0/7/backup', 'vm.xml', 'disk.10.4', 'disk.2.3', 'disk.tpm.0'))).toEqual({
    directory: '/one/0/7/backup',
    disks: [
      { diskId: 2, file: 'disk.2.3', bytes: 9 },
      { diskId: 10, file: 'disk.10.4', bytes: 9 },
    ],
    others: ['disk.tpm.0'],
  });
});

it.each([
  [at('/b', 'disk.0.0'), 'it has no vm.xml'],
  [at('/b', 'vm.xml'), 'it has no disks'],
  [at('/b', 'vm.xml', 'disk.0.0', 'disk.0.1'), 'it has two files of disk 0'],
  [at('/b', 'vm.xml', 'disk.0.1.rbdiff'), 'disk.0.1.rbdiff is in the export format of Ceph'],
  [[...at('/b', 'vm.xml'), ...at('/c', 'disk.0.0')], 'its files lie in /b and in /c'],
  [at('/b/../../etc', 'vm.xml', 'disk.0.0'), 'the path of its files, "/b/../../etc", is not one that can be read'],
])('refuses other files: %j', (files, why) => {
  expect(backupFilesOf(files)).toBe(why);
});

function header(backing?: string): Buffer {
  const bytes = Buffer.alloc(65_536);
  const placed = {
    virtualBytes: 1 << 20,
    l1Entries: 1,
    l1Offset: 65_536,
    refcountTableOffset: 131_072,
    refcountTableClusters: 1,
  };
  writeHeader({ ...placed, backing: backing === undefined ? undefined : { file: backing, format: 'raw' } }, bytes);
  return bytes;
}

it('believes only the size of a header, and of a full backup not that it stands on something', () => {
  expect(virtualBytesOf('disk.0.1', header('nbd+unix:///?socket=/gone'), false)).toBe(1 << 20);
  expect(virtualBytesOf('disk.0.0', header(), true)).toBe(1 << 20);
  expect(virtualBytesOf('disk.0.0', header('/etc/shadow'), true)).toMatch(/^disk.0.0 holds changes alone/);
  const external = header();
  external.writeUInt32BE(4, 76);
  expect(virtualBytesOf('disk.0.0', external, true)).toBe(
    'disk.0.0 cannot be read: an external data file is not supported',
  );
  const raw = Buffer.alloc(HEADER_BYTES);
  expect(raw.readUInt32BE(0)).not.toBe(QCOW2_MAGIC);
  expect(virtualBytesOf('disk.0.0', raw, true)).toMatch(/^disk.0.0 could not be read as a qcow2/);
});

const VM =
  '<VM><ID>7</ID><TEMPLATE><CPU>1</CPU><NAME>a</NAME></TEMPLATE><USER_TEMPLATE><NAME>b</NAME></USER_TEMPLATE></VM>';

it('reads the machine out of vm.xml in base64', () => {
  const wanted = [
    ['CPU', '1'],
    ['NAME', 'b'],
  ];
  expect(machineOf(Buffer.from(VM).toString('base64').replace(/.{20}/g, '$&\n'), 7)).toEqual(wanted);
  expect(machineOf(VM, 7)).toEqual(wanted);
});

it.each([
  [VM.replace('<ID>7<', '<ID>8<'), 'its vm.xml is of machine 8, the image of 7'],
  ['<HOST/>', 'its vm.xml describes a HOST, not a VM'],
])('does not believe %s', (xml, why) => {
  expect(machineOf(xml, 7)).toBe(why);
});

it('does not read what is no XML, or names entities', () => {
  expect(machineOf('<VM>', 7)).toMatch(/^its vm.xml cannot be read/);
  expect(machineOf('<!DOCTYPE VM SYSTEM "file:///etc/passwd"><VM/>', 7)).toMatch(/^its vm.xml cannot be read/);
});

function point(id: number, disks: Array<[diskId: number, virtualBytes: number]>): BackupPoint {
  return pointOf({
    increment: { id, parentId: id - 1, type: id === 0 ? 'FULL' : 'INCREMENT', date: 3, source: 'aabbcc' },
    files: {
      directory: '/b',
      disks: disks.map(([diskId]) => ({ diskId, file: `disk.${diskId}.${id}`, bytes: 2 ** 20 + 1 })),
      others: [],
    },
    virtualBytes: new Map(disks),
    vmTemplate: [
      [
        'DISK',
        [
          ['DISK_ID', '1'],
          ['FORMAT', 'raw'],
        ],
      ],
    ],
    origin: 'OpenNebula image 12',
  });
}

it('records a point as it lies there, and what the disks were', () => {
  expect(
    point(1, [
      [0, 5],
      [1, 6],
    ]),
  ).toMatchObject({
    ...{ id: 1, parentId: 0, type: 'INCREMENT', sizeMb: 3, source: 'aabbcc', tracker: '' },
    layers: [
      {
        ...{ path: '/b', pointId: 1 },
        disks: [
          { file: 'disk.0.1', virtualBytes: 5, layout: 'QEMU', sha256: '', originalFormat: 'qcow2' },
          { file: 'disk.1.1', virtualBytes: 6, originalFormat: 'raw' },
        ],
      },
    ],
  });
});

it('says why a point does not stand on the one before', () => {
  expect(whyNotOn(point(0, [[0, 5]]), point(1, [[0, 5]]))).toBeUndefined();
  expect(whyNotOn(point(0, [[0, 5]]), point(1, [[1, 5]]))).toBe('it holds the disks 1, and the one before 0');
  expect(whyNotOn(point(0, [[0, 5]]), point(1, [[0, 6]]))).toBe(
    'disk 0 has 6 bytes, and 5 in the one before: it was resized',
  );
});
