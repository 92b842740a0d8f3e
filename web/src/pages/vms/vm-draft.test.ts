import { expect, it } from 'vitest';
import {
  diskVector,
  forDisks,
  NEW_DISK,
  NEW_NIC,
  NEW_VM,
  vmTemplate,
  wrongInDisk,
  wrongInNic,
  wrongInVm,
} from './vm-draft.ts';

it('is made with its disks, NICs and backup configuration', () => {
  const draft = { ...NEW_VM, name: ' web ', memoryMb: 2048 };
  const disks = [
    { ...NEW_DISK, imageId: '4' },
    { ...NEW_DISK, kind: 'volatile' as const, sizeMb: 512, fs: 'ext4' },
  ];
  const nics = [{ ...NEW_NIC, networkId: '0', ip: '10.0.0.7' }];
  expect(vmTemplate(draft, disks, nics, { MODE: 'FULL' }).split('\n')).toEqual([
    'NAME="web"',
    'CPU="1"',
    'VCPU="1"',
    'MEMORY="2048"',
    'DISK=[IMAGE_ID="4"]',
    'DISK=[TYPE="fs", SIZE="512", FORMAT="qcow2", FS="ext4"]',
    'NIC=[NETWORK_ID="0", IP="10.0.0.7"]',
    'BACKUP_CONFIG=[MODE="FULL"]',
  ]);
});

it('has no disks and no NICs when none are wanted', () => {
  expect(vmTemplate({ ...NEW_VM, name: 'a' }, [], [], {})).not.toMatch(/DISK|NIC/);
});

it('says which field is not right', () => {
  expect(Object.keys(wrongInVm({ name: ' ', cpu: 0, vcpu: 1.5, memoryMb: '' }))).toEqual([
    ...['name', 'cpu', 'vcpu', 'memoryMb'],
  ]);
  expect(wrongInVm({ ...NEW_VM, name: 'a', cpu: 0.5 })).toEqual({});
  expect(wrongInDisk(NEW_DISK)).toEqual({ imageId: 'Choose an image.' });
  expect(wrongInDisk({ ...NEW_DISK, kind: 'volatile' })).toEqual({ sizeMb: 'It must be a whole number above 0.' });
  expect(wrongInDisk({ ...NEW_DISK, imageId: '1', sizeMb: 0 })).toHaveProperty('sizeMb');
  expect(wrongInNic({ networkId: '', ip: 'x' })).toEqual({
    ...{ networkId: 'Choose a network.', ip: 'It must be an IPv4 address such as 192.168.0.10.' },
  });
});

it('takes the size of the image, or a larger one', () => {
  expect(diskVector({ ...NEW_DISK, imageId: '1' })).toEqual({ IMAGE_ID: '1', SIZE: undefined });
  expect(diskVector({ ...NEW_DISK, imageId: '1', sizeMb: 99 })).toEqual({ IMAGE_ID: '1', SIZE: 99 });
});

it('is made of images that can be disks and are ready', () => {
  const image = (ID: number, TYPE: number, STATE: number) => ({ ID, TYPE, STATE });
  const images = [image(0, 0, 1), image(1, 1, 2), image(2, 6, 1), image(3, 3, 1), image(4, 0, 4), image(5, 2, 8)];
  expect(forDisks(images).map(({ ID }) => ID)).toEqual([0, 1]);
});
