import { expect, it } from 'vitest';
import { ownerRows } from './rows.ts';

const quotas = (ID: number, IMAGES: number, IMAGES_USED: number) => ({
  ID,
  VM_QUOTA: {},
  DATASTORE_QUOTA: { DATASTORE: [{ ID: 100, IMAGES, IMAGES_USED, SIZE: -1, SIZE_USED: 0 }] },
  NETWORK_QUOTA: { NETWORK: [] },
  IMAGE_QUOTA: { IMAGE: [] },
});
const NONE = {
  VM_QUOTA: {},
  DATASTORE_QUOTA: { DATASTORE: [] },
  NETWORK_QUOTA: { NETWORK: [] },
  IMAGE_QUOTA: { IMAGE: [] },
};

it('has what each owner has, and the share of it; administrators are left out', () => {
  const owners = [
    { ID: 0, NAME: 'oneadmin' },
    { ID: 2, NAME: 'ann' },
    { ID: 3, NAME: 'ben' },
    { ID: 4, NAME: 'eve' },
  ];
  const rows = ownerRows([
    {
      noun: 'user',
      owners,
      quotas: [quotas(0, 1, 1), quotas(2, 4, 1), quotas(3, -1, 5), quotas(4, 0, 1)],
      defaults: NONE,
    },
    { noun: 'group', owners: [{ ID: 100, NAME: 'shop' }], quotas: [quotas(100, 10, 5)], defaults: NONE },
  ]);
  expect(rows.map(({ at, noun, owner, share }) => [at, noun, owner, share])).toEqual([
    [0, 'user', 'ann', 0.25],
    [1, 'user', 'ben', 0],
    [2, 'user', 'eve', 1],
    [3, 'group', 'shop', 0.5],
  ]);
});
