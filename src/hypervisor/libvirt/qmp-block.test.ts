import { expect, it } from 'vitest';
import { deviceOf, layersOver, nodesOf } from './qmp-block.ts';

const block = (qdev: string, node: string, drv = 'qcow2'): unknown => ({ qdev, inserted: { 'node-name': node, drv } });

it('finds the node of the device that libvirt named, and no other', () => {
  const answer = [
    { device: 'floppy0' },
    block('/machine/peripheral/virtio-disk1/virtio-backend', 'libvirt-1-format', 'raw'),
    block('/machine/peripheral/virtio-disk10/virtio-backend', 'libvirt-10-format'),
    block('scsi0-0-0-0', 'libvirt-3-format'),
    { qdev: 'ide0-0-0' },
  ];
  expect(deviceOf(answer, 'virtio-disk1')).toEqual({ name: 'libvirt-1-format', format: 'raw' });
  expect(deviceOf(answer, 'virtio-disk10')?.name).toBe('libvirt-10-format');
  expect(deviceOf(answer, 'scsi0-0-0-0')?.name).toBe('libvirt-3-format');
  for (const alias of ['virtio-disk2', 'ide0-0-0', '']) expect(deviceOf(answer, alias)).toBeUndefined();
  expect(deviceOf({}, 'virtio-disk1')).toBeUndefined();
});

it('reads the bitmaps of each node, and passes over those that QEMU made for itself', () => {
  const bitmap = { name: 'one-7-1', recording: true, persistent: true, busy: false, granularity: 65536, count: 131072 };
  const image = (compat: string): unknown => ({ 'format-specific': { type: 'qcow2', data: { compat } } });
  const answer = [
    { 'node-name': 'libvirt-1-format', drv: 'qcow2', image: image('1.1'), 'dirty-bitmaps': [bitmap, { count: 0 }] },
    {
      'node-name': 'libvirt-2-format',
      drv: 'qcow2',
      image: image('0.10'),
      'dirty-bitmaps': [{ ...bitmap, recording: false, inconsistent: true }],
    },
    { 'node-name': 'libvirt-2-storage', drv: 'file', image: {} },
    { drv: 'qcow2' },
  ];
  expect([...nodesOf(answer)]).toEqual([
    [
      'libvirt-1-format',
      {
        format: 'qcow2',
        old: false,
        bitmaps: [{ name: 'one-7-1', recording: true, inconsistent: false, dirtyBytes: 131072 }],
      },
    ],
    [
      'libvirt-2-format',
      {
        format: 'qcow2',
        old: true,
        bitmaps: [{ name: 'one-7-1', recording: false, inconsistent: true, dirtyBytes: 131072 }],
      },
    ],
    ['libvirt-2-storage', { format: 'file', old: false, bitmaps: [] }],
  ]);
  expect(nodesOf({}).size).toBe(0);
});

it('finds what a disk stands on, under the names that libvirt gave', () => {
  const node = (name: string, drv: string, file: string): unknown => ({ 'node-name': name, drv, file });
  const own = node('libvirt-3-storage', 'file', '/vms/7/disk.0');
  const server = node('libvirt-4-storage', 'nbd', 'nbd+unix:///disk.0?socket=/run/a%20b/disk.0.sock');
  const found = { top: 'libvirt-3-format', below: { storage: 'libvirt-4-storage', format: 'libvirt-4-format' } };
  expect(layersOver([own, server], '/vms/7/disk.0', '/run/a b/disk.0.sock')).toEqual(found);
  expect(layersOver([own, server], '/vms/7/disk.0', '/run/other.sock')).toBe('other');
  expect(layersOver([own], '/vms/7/disk.0', '/run/a b/disk.0.sock')).toBe('other');
  expect(layersOver([server], '/vms/7/disk.0', '/run/a b/disk.0.sock')).toBeUndefined();
  const strange = node('#block1', 'nbd', 'nbd+unix:///disk.0?socket=/run/a%20b/disk.0.sock');
  expect(layersOver([own, strange], '/vms/7/disk.0', '/run/a b/disk.0.sock')).toBeUndefined();
  for (const answer of [null, {}, [3]]) expect(layersOver(answer, '/a', '/b')).toBeUndefined();
});
