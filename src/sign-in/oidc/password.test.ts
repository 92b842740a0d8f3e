import { expect, it } from 'vitest';
import { NOBODYS_HASH } from '../../access/password.ts';
import { NoPasswords } from './password.ts';

it('knows no password, and takes as long to say so as OneVault itself', async () => {
  const compared: string[] = [];
  const driver = new NoPasswords((_password, hash) => {
    compared.push(hash);
    return Promise.resolve(true);
  });
  for (const password of ['', 'ann', '\0']) expect(await driver.check('ann', password)).toBeUndefined();
  expect(compared).toEqual([NOBODYS_HASH, NOBODYS_HASH, NOBODYS_HASH]);
  expect([driver.rememberMs, driver.makesUsers]).toEqual([0, false]);
});
