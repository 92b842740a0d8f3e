import { expect, test } from 'vitest';
import type { Attributes } from '../model/attributes.ts';
import type { VirtualNetwork } from '../model/vnet.ts';
import { nameOwners, networksToName } from './network-owners.ts';

const network = (id: number, name: string, uname: string): [number, VirtualNetwork] => [
  id,
  { id, name, uname } as VirtualNetwork,
];
const nic = (...fields: Array<[string, string]>): Attributes[number] => ['NIC', fields];

const SAVED: Attributes = [
  ['NAME', 'web'],
  nic(['NETWORK', 'lan'], ['NETWORK_ID', '0']),
  nic(['NETWORK', 'lan'], ['NETWORK_ID', '0'], ['NETWORK_UNAME', 'bob']),
  nic(['NETWORK', 'dmz'], ['NETWORK_ID', '3']),
  nic(['NETWORK', 'gone'], ['NETWORK_ID', '9']),
  nic(['MAC', '02:00:0a:00:00:01']),
];

test('the networks of NICs that do not say whose they are, once each', () => {
  expect(networksToName(SAVED)).toEqual([0, 3, 9]);
});

test('the owner is named where the network is still the same, and nothing else changes', () => {
  const networks = new Map([network(0, 'lan', 'oneadmin'), network(3, 'other', 'oneadmin')]);
  const named = nameOwners(SAVED, networks);
  expect(named[1]).toEqual(nic(['NETWORK', 'lan'], ['NETWORK_ID', '0'], ['NETWORK_UNAME', 'oneadmin']));
  expect(named.filter((_, index) => index !== 1)).toEqual(SAVED.filter((_, index) => index !== 1));
});
