import { expect, it } from 'vitest';
import { deviceOf } from './qmp-block.ts';

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
