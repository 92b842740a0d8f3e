import { expect, it } from 'vitest';
import { isPublic, publicLookup } from './address.ts';

it.each(['93.184.216.34', '8.8.8.8', '2606:4700::1111'])('%s is of the internet', (address) => {
  expect(isPublic(address)).toBe(true);
});

it.each([
  ...[
    '127.0.0.1',
    '10.1.2.3',
    '169.254.169.254',
    '192.168.0.1',
    '172.31.255.255',
    '100.64.0.1',
    '0.0.0.0',
    '224.0.0.1',
  ],
  ...['255.255.255.255', '::1', '::', 'fe80::1', 'fc00::1', '::ffff:127.0.0.1', '::ffff:8.8.8.8', '2002:7f00:1::'],
  ...['64:ff9b::7f00:1', 'ff02::1', 'localhost', ''],
])('%s is not', (address) => {
  expect(isPublic(address)).toBe(false);
});

it.each([{ all: true }, {}])('a name that leads home is refused when it is resolved', async (options) => {
  const error = await new Promise((answer) => publicLookup('localhost', options, answer));
  expect(String(error)).toMatch(/localhost is an address of this machine/);
});
