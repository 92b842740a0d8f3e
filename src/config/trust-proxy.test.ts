import { expect, it } from 'vitest';
import { readTrustProxy } from './trust-proxy.ts';

it('takes addresses and networks, and trusts nobody by default', () => {
  expect(readTrustProxy()).toEqual([]);
  expect(readTrustProxy(' 127.0.0.1, ::1 10.0.0.0/8,2001:db8::/32 ')).toEqual([
    ...['127.0.0.1', '::1', '10.0.0.0/8', '2001:db8::/32'],
  ]);
});

it.each([
  ['proxy.example.org', 'it must be addresses or networks, such as 127.0.0.1 or 10.0.0.0/8'],
  ['yes', 'it must be addresses or networks'],
  ['10.0.0', 'it must be addresses or networks'],
  ['10.0.0.0/8/8', 'it must be addresses or networks'],
  ['10.0.0.0/33', 'the length of the network must be from 1 to 32'],
  ['10.0.0.0/', 'the length of the network must be from 1 to 32'],
  ['0.0.0.0/0', 'the length of the network must be from 1 to 32: to trust everybody is to trust nobody'],
  ['::/129', 'the length of the network must be from 1 to 128'],
])('refuses %s', (entry, why) => {
  const refusal = `The configuration's TRUST_PROXY="${entry}" is not right: ${why}`;
  expect(() => readTrustProxy(`127.0.0.1,${entry}`)).toThrow(refusal);
});
