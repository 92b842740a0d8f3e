import { scryptSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { NOBODYS_HASH, passwordMatches } from '../../access/password.ts';
import { passwordDriverContract } from '../contract.ts';
import { CorePasswords } from './index.ts';

/** A cheap one, so that the tests are quick. */
const HASH = `scrypt$16$1$1$c2FsdA==$${scryptSync('opening words', 'salt', 32, { N: 16, r: 1, p: 1 }).toString('base64')}`;
const quickly: typeof passwordMatches = async (password, hash) =>
  hash !== NOBODYS_HASH && (await passwordMatches(password, hash));

describe('passwords that OneVault keeps', () => {
  passwordDriverContract({
    driver: () => new CorePasswords(quickly),
    name: 'ann',
    password: () => 'opening words',
    hash: () => Promise.resolve(HASH),
  });
});

it('compares also where there is nothing to compare with, so that names are not told by speed', async () => {
  const compared: string[] = [];
  const driver = new CorePasswords((_password, hash) => {
    compared.push(hash);
    return Promise.resolve(true);
  });
  expect(await driver.check('nobody', 'x', '')).toBeUndefined();
  expect(compared).toHaveLength(1);
});
