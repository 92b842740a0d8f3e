import { expect, it } from 'vitest';
import type { Attributes } from '../model/attributes.ts';
import { strippedOf } from './stripped.ts';

const template: Attributes = [
  ['CPU', '1'],
  ['VMID', '4'],
  [
    'NIC',
    [
      ['NETWORK', 'lan'],
      ['IP', '10.0.0.2'],
      ['MAC', '02:00:0a:00:00:02'],
    ],
  ],
  [
    'DISK',
    [
      ['DISK_ID', '0'],
      ['IMAGE_ID', '7'],
      ['SIZE', '10'],
    ],
  ],
  ['BACKUP_CONFIG', [['KEEP_LAST', '3']]],
];
const usual = { imageIds: new Map([[0, -1]]), noIp: false, noNic: false };

it('names what the system makes anew', () => {
  expect(strippedOf(template, usual)).toEqual([
    { name: 'VMID', value: '4', reason: 'the system makes it anew' },
    { name: 'NIC/MAC', value: '02:00:0a:00:00:02', reason: 'the system makes it anew' },
    { name: 'DISK/DISK_ID', value: '0', reason: 'it is of the old disk' },
    { name: 'DISK/IMAGE_ID', value: '7', reason: 'it becomes a new image' },
    { name: 'DISK/SIZE', value: '10', reason: 'it is of the old disk' },
  ]);
});

it('names what was asked for to be left out', () => {
  const reasons = (given: Partial<Parameters<typeof strippedOf>[1]>): string[] =>
    strippedOf(template, { ...usual, ...given }).map(({ name, reason }) => `${name}: ${reason}`);
  expect(reasons({ noIp: true })).toContain('NIC/IP: NO_IP');
  expect(reasons({ noNic: true })).toContain('NIC: NO_NIC');
  expect(reasons({ noBackupConfig: true })).toContain('BACKUP_CONFIG: NO_BACKUP_CONFIG');
  expect(reasons({})).not.toContain('BACKUP_CONFIG: NO_BACKUP_CONFIG');
});
