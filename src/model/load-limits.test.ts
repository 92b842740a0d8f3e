import { expect, it } from 'vitest';
import type { Attributes } from './attributes.ts';
import { DATASTORE_TYPE } from './datastore.ts';
import { datastoreLimits, hostLimits, USUAL_WEIGHT } from './load-limits.ts';

const host = (template: Attributes) => hostLimits({ template });
const datastore = (template: Attributes) => datastoreLimits({ type: DATASTORE_TYPE.BACKUP_DS, template });

it('says nothing of what is not given', () => {
  expect(host([])).toEqual({ maxBackups: undefined, weight: USUAL_WEIGHT, network: undefined });
  expect(datastore([['BANDWIDTH', '']])).toEqual({
    ...{ maxBackups: undefined, weight: USUAL_WEIGHT, bytesPerSec: undefined },
  });
});

it('reads what is given; bandwidth is in MB per second', () => {
  const common: Attributes = [
    ['MAX_BACKUPS', '0'],
    ['BACKUP_WEIGHT', '25'],
  ];
  expect(host([...common, ['BACKUP_NETWORK', 'rack-1']])).toEqual({ maxBackups: 0, weight: 25, network: 'rack-1' });
  expect(datastore([...common, ['BANDWIDTH', '100']])).toEqual({
    ...{ maxBackups: 0, weight: 25, bytesPerSec: 104_857_600 },
  });
});

it('leaves datastores alone that store no backups', () => {
  const template: Attributes = [['BANDWIDTH', 'much']];
  expect(datastoreLimits({ type: DATASTORE_TYPE.IMAGE_DS, template })).toMatchObject({ bytesPerSec: undefined });
});

it.each<[Attributes, string]>([
  [
    [['MAX_BACKUPS', 'many']],
    'MAX_BACKUPS="many" is not usable; it must be a number of backups from 0 (no limit) to 100000.',
  ],
  [[['MAX_BACKUPS', '-1']], 'MAX_BACKUPS="-1" is not usable'],
  [[['BACKUP_WEIGHT', '0']], 'BACKUP_WEIGHT="0" is not usable; it must be a number from 1 to 1000.'],
  [
    [['BACKUP_WEIGHT', [['A', '1']]]],
    'BACKUP_WEIGHT=[ ... ] is not right; it must be a plain value: BACKUP_WEIGHT="...".',
  ],
])('%j', (template, message) => {
  expect(() => host(template)).toThrow(message);
  expect(() => datastore(template)).toThrow(message);
});

it('names a bandwidth and a network that will not do', () => {
  expect(() => datastore([['BANDWIDTH', '0']])).toThrow(
    'BANDWIDTH="0" is not usable; it must be a number of MB per second from 1 to 1000000.',
  );
  expect(() => host([['BACKUP_NETWORK', 'a b']])).toThrow(
    'BACKUP_NETWORK="a b" is not usable; it must be a name of letters, digits, _, . and -, such as storage-net.',
  );
});
