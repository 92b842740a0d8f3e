import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { user } from '../../tests/golden/objects.ts';
import { CODE } from '../model/errors.ts';
import type { LoginToken } from '../model/user.ts';
import { changeTokens, findToken, hashToken, makeToken, MAX_TOKENS, TOKEN_BYTES } from './token.ts';

const NOW = 1_700_000_000;
const name = (number: number): string => makeToken(Buffer.alloc(TOKEN_BYTES, number));
const kept = (number: number, expires = -1, egid = -1): LoginToken => ({
  hash: hashToken(name(number)),
  expires,
  egid,
});
const owner = (tokens?: LoginToken[]) => ({ ...user, id: 5, gid: 1, groups: [1, 100], ...(tokens && { tokens }) });
const ask = (number: number, validSec: number, egid = -1) => ({ token: name(number), validSec, egid });

describe('a token', () => {
  it('is random bytes in hex, and kept as its SHA-256', () => {
    expect(makeToken(Buffer.alloc(TOKEN_BYTES, 0xab))).toBe('ab'.repeat(32));
    expect(() => makeToken(Buffer.alloc(8))).toThrow(RangeError);
    expect(hashToken('abc')).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
  });

  it('is found by itself alone', () => {
    const tokens = [kept(1, NOW + 10), kept(2, -1, 100), kept(3, NOW)];
    expect(findToken(tokens, name(1))).toEqual(tokens[0]);
    expect(findToken(tokens, name(2))?.egid).toBe(100);
    for (const other of ['', name(4), name(1).slice(1), hashToken(name(1)), `${name(1)} `]) {
      expect(findToken(tokens, other)).toBeUndefined();
    }
    expect(findToken(undefined, name(1))).toBeUndefined();
  });
});

describe('adding', () => {
  it.each([
    ['for a time', ask(1, 60), kept(1, NOW + 60)],
    ['for ever', ask(1, -1), kept(1, -1)],
    ['for one group', ask(1, 60, 100), kept(1, NOW + 60, 100)],
    ['for the primary group', ask(1, 60, 1), kept(1, NOW + 60, 1)],
  ])('%s', (_what, request, added) => {
    expect(changeTokens(owner(), request, NOW)).toEqual([added]);
    expect(changeTokens(owner([kept(2)]), request, NOW)).toEqual([kept(2), added]);
  });

  it('drops expired ones, and gives a known one another term', () => {
    const tokens = [kept(1, NOW), kept(2, NOW + 1), kept(3)];
    expect(changeTokens(owner(tokens), ask(2, 60, 100), NOW)).toEqual([kept(3), kept(2, NOW + 60, 100)]);
  });

  it(`stops at ${MAX_TOKENS} valid ones`, () => {
    const full = Array.from({ length: MAX_TOKENS }, (_, number) => kept(number));
    expect(() => changeTokens(owner(full), ask(99, 60), NOW)).toThrow(
      'User [5] has 10 login tokens, which is the most; revoke one.',
    );
    expect(changeTokens(owner(full), ask(3, 60), NOW)).toHaveLength(MAX_TOKENS);
    expect(changeTokens(owner([...full.slice(1), kept(0, NOW - 1)]), ask(99, 60), NOW)).toHaveLength(MAX_TOKENS);
  });

  it.each([
    ['a negative term', ask(1, -2), 'cannot be valid for -2 seconds'],
    ['half a second', ask(1, 0.5), 'cannot be valid for 0.5 seconds'],
    ['a group one is not in', ask(1, 60, 101), 'User [5] is not in group [101]'],
    ['a short token', { ...ask(1, 60), token: 'secret' }, 'has 6 characters; it must have 32'],
    ['no token', { ...ask(1, 60), token: '' }, 'has 0 characters'],
  ])('%s is refused', (_what, request, message) => {
    expect(() => changeTokens(owner(), request, NOW)).toThrow(
      expect.objectContaining({ code: CODE.XML_RPC_API, message: expect.stringContaining(message) as string }) as Error,
    );
  });
});

describe('revoking', () => {
  it('takes one, or all', () => {
    const tokens = [kept(1), kept(2), kept(3, NOW)];
    expect(changeTokens(owner(tokens), ask(1, 0), NOW)).toEqual([kept(2)]);
    expect(changeTokens(owner(tokens), { ...ask(1, 0), token: hashToken(name(1)) }, NOW)).toEqual([kept(2)]);
    expect(changeTokens(owner(tokens), { ...ask(1, 0), token: '' }, NOW)).toEqual([]);
    expect(changeTokens(owner(), { ...ask(1, 0), token: '' }, NOW)).toEqual([]);
  });

  it('says when there is none like that', () => {
    for (const number of [3, 4]) {
      expect(() => changeTokens(owner([kept(1), kept(3, NOW)]), ask(number, 0), NOW)).toThrow(
        expect.objectContaining({ code: CODE.NO_EXISTS }) as Error,
      );
    }
  });
});

it('whatever is asked for, at most ten are kept, all valid, and the user is not changed', () => {
  const request = fc.record({
    token: fc.nat(14).map(name),
    validSec: fc.constantFrom(-1, 0, 10, 1000),
    egid: fc.constantFrom(-1, 1, 100),
  });
  fc.assert(
    fc.property(fc.array(fc.tuple(request, fc.nat(40)), { maxLength: 40 }), (steps) => {
      let tokens: LoginToken[] = [];
      let now = NOW;
      for (const [wanted, later] of steps) {
        now += later;
        const before = structuredClone(tokens);
        try {
          tokens = changeTokens(owner(tokens), wanted, now);
          expect(findToken(tokens, wanted.token) !== undefined).toBe(wanted.validSec !== 0);
        } catch (error) {
          expect(error).toHaveProperty('code');
          expect(tokens).toEqual(before);
        }
        expect(tokens.length).toBeLessThanOrEqual(MAX_TOKENS);
        expect(new Set(tokens.map(({ hash }) => hash)).size).toBe(tokens.length);
      }
    }),
  );
});
