import fc from 'fast-check';
import { expect, it } from 'vitest';
import { leaseAddress } from './lease-address.ts';
import type { AddressRange } from './vnet.ts';

const range: AddressRange = {
  id: 0,
  type: 'IP4',
  size: 600,
  mac: '02:00:c0:a8:00:fe',
  ip: '192.168.0.254',
  globalPrefix: '',
  ulaPrefix: '',
  attributes: [],
};

it('counts on across the end of a byte', () => {
  expect(leaseAddress(range, 0)).toEqual({ mac: '02:00:c0:a8:00:fe', ip: '192.168.0.254' });
  expect(leaseAddress(range, 3)).toEqual({ mac: '02:00:c0:a8:01:01', ip: '192.168.1.1' });
  expect(leaseAddress({ ...range, ip: '10.255.255.255' }, 1).ip).toBe('11.0.0.0');
});

it('makes IPv6 addresses from prefixes and the MAC', () => {
  const six: AddressRange = { ...range, type: 'IP4_6', mac: '02:00:00:00:00:01', globalPrefix: '2001:db8::' };
  expect(leaseAddress(six, 0)).toEqual({
    mac: '02:00:00:00:00:01',
    ip: '192.168.0.254',
    ip6Link: 'fe80::ff:fe00:1',
    ip6Global: '2001:db8::ff:fe00:1',
  });
  expect(leaseAddress({ ...six, ip: '', ulaPrefix: 'fd00:1:2:3::', globalPrefix: '' }, 2)).toEqual({
    mac: '02:00:00:00:00:03',
    ip6Link: 'fe80::ff:fe00:3',
    ip6Ula: 'fd00:1:2:3:0:ff:fe00:3',
  });
  expect(leaseAddress({ ...range, type: 'ETHER', ip: '', globalPrefix: '2001:db8::' }, 1)).toEqual({
    mac: '02:00:c0:a8:00:ff',
  });
});

it('gives every position its own address', () => {
  fc.assert(
    fc.property(fc.nat(65_535), fc.nat(65_535), (a, b) => {
      fc.pre(a !== b);
      const [one, other] = [leaseAddress(range, a), leaseAddress(range, b)];
      expect(one.mac).not.toBe(other.mac);
      expect(one.ip).not.toBe(other.ip);
    }),
  );
});
