import { expect, it } from 'vitest';
import { CODE } from '../model/errors.ts';
import { readOptions, type RestoreOptions } from './options.ts';

it.each([
  [[], {}],
  [[['NO_IP', 'YES']], { noIp: true }],
  [[['NO_NIC', 'yes']], { noNic: true }],
  [[['NO_BACKUP_CONFIG', 'YES']], { noBackupConfig: true }],
  [
    [
      ['NO_IP', 'no'],
      ['NO_NIC', 'NO'],
    ],
    {},
  ],
  [[['NAME', 'mine']], { name: 'mine' }],
  [[['INCREMENT_ID', '0']], { incrementId: 0 }],
  [
    [
      ['INCREMENT_ID', '-1'],
      ['DISK_ID', '-1'],
    ],
    {},
  ],
  [[['DISK_ID', '12']], { diskId: 12 }],
  [[['COLOUR', 'blue']], {}],
] as Array<[Array<[string, string]>, Partial<RestoreOptions>]>)('%j', (given, wanted) => {
  const none: RestoreOptions = {
    noIp: false,
    noNic: false,
    noBackupConfig: false,
    name: undefined,
    incrementId: undefined,
    diskId: undefined,
  };
  expect(readOptions(given)).toEqual({ ...none, ...wanted });
});

it.each([
  ['NO_IP', 'maybe', 'it must be YES or NO'],
  ['NO_NIC', '', 'it must be YES or NO'],
  ['INCREMENT_ID', 'last', 'it must be a number from 0'],
  ['INCREMENT_ID', '1.5', 'it must be a number from 0'],
  ['DISK_ID', '-2', 'it must be a number from 0'],
  ['DISK_ID', '', 'it must be a number from 0'],
])('%s="%s" is refused', (name, value, right) => {
  const message = `The restore option ${name}="${value}" is not right; ${right}.`;
  expect(() => readOptions([[name, value]])).toThrow(
    expect.objectContaining({ code: CODE.INTERNAL, message }) as Error,
  );
});
