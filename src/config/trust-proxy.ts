// The web servers before the daemon that it believes: what they say of the browser's address and of TLS is taken, what others say is not.
import { isIP } from 'node:net';
import { bad } from './value.ts';

const BITS: Readonly<Record<number, number>> = { 4: 32, 6: 128 };

/** Addresses and networks, with commas or blanks between them. */
export function readTrustProxy(given = ''): string[] {
  const list = given.split(/[\s,]+/).filter((entry) => entry !== '');
  for (const entry of list) {
    const [address = '', length, ...more] = entry.split('/');
    const bits = BITS[isIP(address)];
    if (bits === undefined || more.length > 0) {
      bad(
        'TRUST_PROXY',
        entry,
        'it must be addresses or networks, such as 127.0.0.1 or 10.0.0.0/8, with commas between',
      );
    }
    if (length === undefined) continue;
    if (/^\d{1,3}$/.test(length) && Number(length) >= 1 && Number(length) <= bits) continue;
    bad(
      'TRUST_PROXY',
      entry,
      `the length of the network must be from 1 to ${bits}: to trust everybody is to trust nobody`,
    );
  }
  return list;
}
