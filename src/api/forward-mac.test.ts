import fc from 'fast-check';
import { expect, test } from 'vitest';
import { MOST_SKEW_MS, nodeKey, Nonces, signed, verified, type Behalf, type NodeRequest } from './forward-mac.ts';

const KEY = nodeKey(Buffer.alloc(32, 1));
const REQUEST: NodeRequest = { method: 'POST', path: '/api/node/call', body: '{"method":"one.vm.backup"}' };
const NOW = 1_700_000_000_000;
const BEHALF: Behalf = { uid: 3, egid: -1, to: 'abc123', atMs: NOW, nonce: 'a'.repeat(32) };

const look = (
  header: string,
  change: Partial<NodeRequest & { me: string; nowMs: number; key: Uint8Array }> = {},
): unknown => {
  const { me = 'abc123', nowMs = NOW, key = KEY, ...request } = change;
  return verified(key, { ...REQUEST, ...request }, { header, me, nowMs });
};

test('what another node has signed is believed', () => {
  expect(look(signed(KEY, REQUEST, BEHALF))).toEqual({ good: BEHALF });
  expect(look(signed(KEY, REQUEST, { ...BEHALF, egid: 100 }))).toEqual({ good: { ...BEHALF, egid: 100 } });
});

test('another body, path, method, node, time or key is refused', () => {
  const header = signed(KEY, REQUEST, BEHALF);
  expect(look(header, { body: '{}' })).toMatchObject({ wrong: expect.stringContaining('same secrets key') });
  expect(look(header, { path: '/api/node/call?x' })).toHaveProperty('wrong');
  expect(look(header, { method: 'GET' })).toHaveProperty('wrong');
  expect(look(header, { key: nodeKey(Buffer.alloc(32, 2)) })).toHaveProperty('wrong');
  expect(look(header, { me: 'other' })).toMatchObject({ wrong: 'it is for node abc123, and this is other' });
  expect(look(header, { nowMs: NOW + MOST_SKEW_MS })).toHaveProperty('good');
  expect(look(header, { nowMs: NOW + MOST_SKEW_MS + 600 })).toMatchObject({
    wrong: expect.stringContaining('31 s apart'),
  });
  expect(look(header, { nowMs: NOW - MOST_SKEW_MS - 600 })).toHaveProperty('wrong');
});

test('no text that was altered anywhere is believed', () => {
  const header = signed(KEY, REQUEST, BEHALF);
  fc.assert(
    fc.property(fc.nat(header.length - 1), fc.constantFrom('0', '1', '9', 'a', 'f', ' ', 'v'), (at, char) => {
      fc.pre(header[at] !== char);
      expect(look(header.slice(0, at) + char + header.slice(at + 1))).toHaveProperty('wrong');
    }),
  );
  fc.assert(
    fc.property(fc.string(), (text) => {
      expect(look(text)).toHaveProperty('wrong');
    }),
  );
});

test('a call is good once', () => {
  const nonces = new Nonces();
  expect(nonces.take('a', NOW)).toBe(true);
  expect(nonces.take('a', NOW + 1)).toBe(false);
  expect(nonces.take('b', NOW + 2 * MOST_SKEW_MS)).toBe(true);
  expect(nonces.take('a', NOW + 2 * MOST_SKEW_MS + 1)).toBe(true); // too old to be believed by then
});
