// The addresses at a position of an address range: the n-th has the n-th MAC and IPv4 address after the first, and IPv6
// addresses made of a prefix and that MAC (EUI-64), as guests make them themselves.
import type { AddressRange } from './vnet.ts';

/** Those that the range's type has. */
export interface LeaseAddress {
  mac: string;
  ip?: string;
  ip6Global?: string;
  ip6Ula?: string;
  ip6Link?: string;
}

export function leaseAddress(range: AddressRange, index: number): LeaseAddress {
  const mac = macAfter(range.mac, index);
  const has6 = range.type === 'IP6' || range.type === 'IP4_6';
  return {
    mac,
    ...(range.ip !== '' && { ip: ipAfter(range.ip, index) }),
    ...(has6 && { ip6Link: ip6('fe80::', mac) }),
    ...(has6 && range.globalPrefix !== '' && { ip6Global: ip6(range.globalPrefix, mac) }),
    ...(has6 && range.ulaPrefix !== '' && { ip6Ula: ip6(range.ulaPrefix, mac) }),
  };
}

function macAfter(first: string, index: number): string {
  const number = parseInt(first.replaceAll(':', ''), 16) + index;
  const digits = number.toString(16).padStart(12, '0');
  return (digits.match(/../g) ?? []).join(':');
}

function ipAfter(first: string, index: number): string {
  const number = first.split('.').reduce((sum, byte) => sum * 256 + Number(byte), 0) + index;
  return [24, 16, 8, 0].map((shift) => Math.floor(number / 2 ** shift) % 256).join('.');
}

/** The first 64 bits of the prefix, then the MAC with its local bit turned and ff:fe in the middle; in the shortest form. */
function ip6(prefix: string, mac: string): string {
  const network = `${prefix.split('::')[0] ?? ''}:0:0:0:0`.split(':').filter((group) => group !== '');
  const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0] = mac.split(':').map((byte) => parseInt(byte, 16));
  const host = [((a ^ 2) << 8) | b, (c << 8) | 0xff, 0xfe00 | d, (e << 8) | f].map((group) => group.toString(16));
  return new URL(`http://[${[...network.slice(0, 4), ...host].join(':')}]`).hostname.slice(1, -1);
}
