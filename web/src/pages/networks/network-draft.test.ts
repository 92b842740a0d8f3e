import { expect, it } from 'vitest';
import {
  leaseTemplate,
  NEW_NETWORK,
  NEW_RANGE,
  networkTemplate,
  rangeTemplate,
  wrongAddress,
  wrongInNetwork,
  wrongInRange,
} from './network-draft.ts';

it('is a bridge with a range of addresses, or without one', () => {
  const network = { ...NEW_NETWORK, name: 'lan', bridge: 'br0' };
  const range = { ...NEW_RANGE, ip: '192.168.0.10', size: 50 };
  expect([wrongInNetwork(network), wrongInRange(range)]).toEqual([{}, {}]);
  expect(networkTemplate(network, range)).toBe(
    'NAME="lan"\nVN_MAD="bridge"\nBRIDGE="br0"\nAR=[TYPE="IP4", IP="192.168.0.10", SIZE="50"]',
  );
  expect(networkTemplate({ ...network, withRange: false }, range)).toBe('NAME="lan"\nVN_MAD="bridge"\nBRIDGE="br0"');
});

it('sends of a range what its kind of addresses has', () => {
  const filled = { ...NEW_RANGE, ip: '10.0.0.1', size: 5, mac: '02:00:00:00:00:01', prefix: '2001:db8::' };
  expect(rangeTemplate({ ...filled, type: 'ETHER' })).toBe('AR=[TYPE="ETHER", SIZE="5", MAC="02:00:00:00:00:01"]');
  expect(rangeTemplate({ ...filled, type: 'IP6', mac: '' })).toBe(
    'AR=[TYPE="IP6", SIZE="5", GLOBAL_PREFIX="2001:db8::"]',
  );
});

it('says which field is not right', () => {
  expect(Object.keys(wrongInNetwork({ ...NEW_NETWORK, bridge: 'a bridge' }))).toEqual(['name', 'bridge']);
  expect(Object.keys(wrongInRange({ ...NEW_RANGE, ip: '10.0.0.256', size: 0, mac: 'x' }))).toEqual([
    'ip',
    'size',
    'mac',
  ]);
  expect(Object.keys(wrongInRange({ ...NEW_RANGE, type: 'ETHER', ip: '', size: '' }))).toEqual(['size']);
});

it('names an address by IP or MAC', () => {
  expect(leaseTemplate(' 10.0.0.1 ')).toBe('LEASES=[IP="10.0.0.1"]');
  expect(leaseTemplate('02:00:00:00:00:01')).toBe('LEASES=[MAC="02:00:00:00:00:01"]');
  expect(wrongAddress('10.0.0')).toMatch(/must be an IPv4 address/);
  expect(wrongAddress('10.0.0.1')).toBeUndefined();
});
