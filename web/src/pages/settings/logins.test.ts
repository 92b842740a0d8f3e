import { expect, it } from 'vitest';
import { loginsOf, shortName } from './logins.ts';

const login = (TOKEN: string, EXPIRATION_TIME: number) => ({ TOKEN, EXPIRATION_TIME, EGID: -1 });
const session = (TOKEN: string, EXPIRATION_TIME: number) => ({
  ...login(TOKEN, EXPIRATION_TIME),
  SESSION: 'YES' as const,
});

it('tells sessions of the console from tokens, the one that ends last first', () => {
  const { tokens, sessions } = loginsOf([login('b', -1), session('x', 10), login('a', 5), session('y', 20)]);
  expect(tokens.map(({ TOKEN }) => TOKEN)).toEqual(['b', 'a']);
  expect(sessions.map(({ TOKEN }) => TOKEN)).toEqual(['y', 'x']);
});

it('is called by the beginning of its hash', () => {
  expect(shortName(login('0123456789abcdef', -1))).toBe('0123456789ab');
});
