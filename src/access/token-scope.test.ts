import { expect, it } from 'vitest';
import { isWithin, readScopes, requireWithin } from './token-scope.ts';

it('is read as names with commas between, and none is no limit', () => {
  expect(readScopes('')).toBeUndefined();
  expect(readScopes(' ')).toBeUndefined();
  expect(readScopes('read')).toEqual(['read']);
  expect(readScopes('restore, BACKUP,restore')).toEqual(['backup', 'restore']);
});

it.each(['all', 'read,', 'read backup', 'read,constructor', ','])('%j is refused', (given) =>
  expect(() => readScopes(given)).toThrow('of a login token is not right'),
);

it('adds up, and has nothing that is listed nowhere', () => {
  expect(isWithin(['backup'], 'one.vm.backup')).toBe(true);
  expect(isWithin(['restore'], 'one.vm.backup')).toBe(false);
  expect(isWithin(['backup', 'restore'], 'one.image.restore')).toBe(true);
  for (const asked of ['', 'one.vm.new', 'one.user.login', 'constructor', 'GET /api/new', 'POST /api/session']) {
    expect(isWithin(['read', 'backup', 'restore'], asked)).toBe(false);
  }
  expect(isWithin([], 'one.vm.info')).toBe(false);
});

it('refuses with the scope that the token has', () => {
  expect(() => requireWithin(undefined, 'one.vm.delete', 5)).not.toThrow();
  expect(() => requireWithin(['read'], 'one.vm.backup', 5)).toThrow(
    'User [5] : Not authorized to perform one.vm.backup: the login token has the scope read.',
  );
  expect(() => requireWithin(['read'], '', 5)).toThrow('Not authorized to sign in to the console');
});
