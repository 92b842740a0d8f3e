import { expect, it } from 'vitest';
import type { LoginToken } from '../model/user.ts';
import { isUseToNote, isValid, validTokens, withUse } from './session-use.ts';

const NOW = 1_700_000_000;
const session = (usedAt: number, expires = NOW + 1000): LoginToken => ({
  ...{ hash: 'h', expires, egid: -1, session: true, usedAt },
});
const token: LoginToken = { hash: 't', expires: -1, egid: -1 };

it('ends at its time, and after so long without use', () => {
  expect(isValid(session(NOW), NOW + 999)).toBe(true);
  expect(isValid(session(NOW + 999), NOW + 1000)).toBe(false);
  expect(isValid(session(NOW), NOW + 299, 300)).toBe(true);
  expect(isValid(session(NOW), NOW + 300, 300)).toBe(false);
});

it('is no limit for login tokens, and begins for older sessions with their next use', () => {
  expect(isValid(token, NOW * 2, 300)).toBe(true);
  const { usedAt: _none, ...older } = session(NOW);
  expect(isValid(older, NOW + 999, 300)).toBe(true);
  expect(isUseToNote(older, NOW, 300)).toBe(true);
});

it('is noted now and then alone', () => {
  expect(isUseToNote(session(NOW), NOW + 29, 300)).toBe(false);
  expect(isUseToNote(session(NOW), NOW + 30, 300)).toBe(true);
  expect(isUseToNote(session(NOW), NOW + 59, 86_400)).toBe(false);
  expect(isUseToNote(session(NOW), NOW + 60, 86_400)).toBe(true);
  expect(isUseToNote(session(NOW), NOW + 60, 0)).toBe(false);
  expect(isUseToNote(token, NOW, 300)).toBe(false);
});

it('is noted of what is there, and what is over is dropped', () => {
  expect(withUse([session(NOW), token], 'h', NOW + 5)).toEqual([session(NOW + 5), token]);
  expect(withUse([token], 'h', NOW + 5)).toEqual([token]);
  expect(validTokens([session(NOW), session(NOW - 300), session(NOW, NOW), token], NOW, 300)).toEqual([
    session(NOW),
    token,
  ]);
  expect(validTokens(undefined, NOW, 300)).toEqual([]);
});
