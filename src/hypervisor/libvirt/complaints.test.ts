import { expect, it } from 'vitest';
import { hintFor } from './complaints.ts';

it.each([
  ["Cannot get interface MTU on 'br7': No such device", 'no bridge "br7"'],
  ["Network not found: no network with matching name 'lan'", 'no network "lan"'],
  ["Requested operation is not valid: network 'default' is not active", 'virsh net-start default'],
])('explains %j', (complaint, words) => {
  expect(hintFor(`Failed to start domain 'one-1' ${complaint}`)).toContain(words);
});

it('adds nothing to what it does not know', () => {
  expect(hintFor('internal error: process exited while connecting to monitor')).toBe('');
});
