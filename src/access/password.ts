// Passwords are kept as a salted scrypt hash; comparing takes the same time whatever the answer, and whether there is a user.
import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';

const derive = promisify<string, Buffer, number, { N: number; r: number; p: number; maxmem: number }, Buffer>(scrypt);
const COST = { N: 2 ** 15, r: 8, p: 1 };
const BYTES = 32;
const MIN_BYTES = 16;

/** No password has it; comparing with it takes as long as with any other, so that names which nobody has are not told by speed. */
export const NOBODYS_HASH = [
  'scrypt',
  ...[COST.N, COST.r, COST.p],
  Buffer.alloc(MIN_BYTES).toString('base64'),
  Buffer.alloc(BYTES).toString('base64'),
].join('$');

/** `scrypt$N$r$p$salt$hash`, salt and hash in base64. */
export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(16);
  const hash = await derive(password, salt, BYTES, { ...COST, maxmem: memory(COST) });
  return ['scrypt', COST.N, COST.r, COST.p, salt.toString('base64'), hash.toString('base64')].join('$');
}

/** `how` is how hashes are made; another way is for tests. */
export async function passwordMatches(password: string, stored: string, how = derive): Promise<boolean> {
  const [scheme, N, r, p, salt, hash] = stored.split('$');
  if (scheme !== 'scrypt' || salt === undefined || hash === undefined)
    return passwordMatches(password, NOBODYS_HASH, how);
  const expected = Buffer.from(hash, 'base64');
  // a hash cut short matches too much, an empty one everything
  if (expected.length < MIN_BYTES) return passwordMatches(password, NOBODYS_HASH, how);
  const cost = { N: Number(N), r: Number(r), p: Number(p) };
  const actual = await how(password, Buffer.from(salt, 'base64'), expected.length, {
    ...cost,
    maxmem: memory(cost),
  });
  return timingSafeEqual(actual, expected);
}

function memory(cost: { N: number; r: number }): number {
  return 256 * cost.N * cost.r;
}
