import { expect, it } from 'vitest';
import { hashPassword, NOBODYS_HASH, passwordMatches } from './password.ts';

it('knows a password again, and no other, and never makes the same hash twice', async () => {
  const password = 'päss word:"€"';
  const [one, other] = await Promise.all([hashPassword(password), hashPassword(password)]);
  expect(one).toMatch(/^scrypt\$32768\$8\$1\$[A-Za-z0-9+/]{22}==\$[A-Za-z0-9+/]{43}=$/);
  expect(other).not.toBe(one);
  expect(one).not.toContain(password);
  expect(await passwordMatches(password, one)).toBe(true);
  for (const wrong of ['', `${password} `, password.toUpperCase()])
    expect(await passwordMatches(wrong, one)).toBe(false);
});

it('reads hashes of other costs, as older installations may have them', async () => {
  const stored = 'scrypt$16$1$1$c2FsdA==$';
  const derived = await import('node:crypto').then(({ scryptSync }) =>
    scryptSync('secret', 'salt', 32, { N: 16, r: 1, p: 1 }).toString('base64'),
  );
  expect(await passwordMatches('secret', stored + derived)).toBe(true);
  expect(await passwordMatches('Secret', stored + derived)).toBe(false);
});

it.each(['', 'secret', 'md5$x', 'scrypt$16$1$1$c2FsdA==', 'scrypt$16$1$1$c2FsdA==$'])(
  'nothing matches "%s"',
  async (stored) => {
    expect(await passwordMatches('', stored)).toBe(false);
    expect(await passwordMatches('secret', stored)).toBe(false);
  },
);

it('costs the same for a name that nobody has, for one without a password and for a wrong password', async () => {
  const stored = await hashPassword('secret');
  for (const hash of [stored, NOBODYS_HASH, '', 'scrypt$16$1$1$c2FsdA==$']) {
    const costs: unknown[] = [];
    const how = (_password: string, _salt: Buffer, bytes: number, cost: object): Promise<Buffer> => {
      costs.push([bytes, cost]);
      return Promise.resolve(Buffer.alloc(bytes, 1));
    };
    expect(await passwordMatches('guess', hash, how)).toBe(false);
    expect(costs).toEqual([[32, { N: 32768, r: 8, p: 1, maxmem: 256 * 32768 * 8 }]]);
  }
});
