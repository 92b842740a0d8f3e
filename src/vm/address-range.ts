// How AR vectors of a network's template become address ranges, how a range may change, and where in it an address is. Pure: a MAC
// address by chance is handed in.
import { field, setField, type Vector } from '../model/attributes.ts';
import { CODE, OneError } from '../model/errors.ts';
import { leaseAddress } from '../model/lease-address.ts';
import { AR_TYPES, type AddressRange, type AddressRangeType } from '../model/vnet.ts';

/** What the server says of a range; clients send it back, and it is not read. */
const SAID = new Set([
  ...['AR_ID', 'TYPE', 'SIZE', 'MAC', 'IP', 'GLOBAL_PREFIX', 'ULA_PREFIX', 'USED_LEASES', 'LEASES', 'ALLOCATED'],
  ...['MAC_END', 'IP_END', 'IP6', 'IP6_END', 'IP6_GLOBAL', 'IP6_GLOBAL_END', 'IP6_ULA', 'IP6_ULA_END'],
]);
/** MAC addresses made of an IPv4 address begin so, as OpenNebula's do. */
const MAC_PREFIX = '02:00';
const SPACE = 2 ** 32;

/** The range that an AR vector asks for. `chance` makes the last four bytes of a MAC address when nothing else tells them. */
export function readRange(given: Vector, id: number, chance: () => number): AddressRange {
  const type = typeOf(given);
  const range: AddressRange = {
    id,
    type,
    size: sizeOf(given),
    mac: '',
    ip: ipOf(given, type),
    globalPrefix: prefixOf(given, 'GLOBAL_PREFIX', type),
    ulaPrefix: prefixOf(given, 'ULA_PREFIX', type),
    attributes: given.filter(([name, value]) => !SAID.has(name) && value !== ''),
  };
  range.mac = macOf(given) ?? macAt(range.ip === '' ? chance() % SPACE : ipNumber(range.ip));
  refuseTooLong(range);
  return range;
}

/** The range after one.vn.update_ar. `lastUsed` is the highest position in use, -1 for none. */
export function changeRange(before: AddressRange, given: Vector, lastUsed: number): AddressRange {
  for (const [name, has] of [
    ['TYPE', before.type],
    ['IP', before.ip],
    ['MAC', before.mac],
  ] as const) {
    const wanted = field(given, name) ?? '';
    if (wanted === '' || wanted.toLowerCase() === has.toLowerCase()) continue;
    throw wrong(name, wanted, `range ${before.id} has "${has}", which cannot change; add another range`);
  }
  const whole: Vector = given.map(([name, value]): Vector[number] => [name, value]);
  const filled: Array<[string, string]> = [
    ['TYPE', before.type],
    ['IP', before.ip],
    ['MAC', before.mac],
    ['SIZE', field(given, 'SIZE') || String(before.size)],
    ['GLOBAL_PREFIX', field(given, 'GLOBAL_PREFIX') || before.globalPrefix],
    ['ULA_PREFIX', field(given, 'ULA_PREFIX') || before.ulaPrefix],
  ];
  for (const [name, value] of filled) setField(whole, name, value);
  const after = readRange(whole, before.id, () => 0);
  if (after.size > lastUsed) return after;
  const why = `address ${lastUsed} of range ${before.id} is in use, so it must be ${lastUsed + 1} or more`;
  throw wrong('SIZE', String(after.size), why);
}

/** Throws when an address of `added` is also in one of the others. */
export function refuseOverlap(ranges: readonly AddressRange[], added: AddressRange): void {
  for (const range of ranges) {
    if (range.id === added.id) continue;
    const what = range.ip !== '' && added.ip !== '' && meet(ips(range), ips(added)) ? 'IP' : 'MAC';
    if (what === 'MAC' && !meet(macs(range), macs(added))) continue;
    const has = leaseAddress(range, 0);
    const first = what === 'IP' ? added.ip : added.mac;
    throw wrong(
      what,
      first,
      `with SIZE="${added.size}" it overlaps range ${range.id}, which begins at ${what === 'IP' ? has.ip : has.mac}`,
    );
  }
}

/** Where in the range an address is that is asked for by IP or MAC; undefined when it is not in it. */
export function positionOf(range: AddressRange, asked: { ip?: string; mac?: string }): number | undefined {
  const offsets = [
    ...(asked.ip === undefined ? [] : [range.ip === '' ? -1 : ipNumber(asked.ip) - ipNumber(range.ip)]),
    ...(asked.mac === undefined ? [] : [macNumber(asked.mac) - macNumber(range.mac)]),
  ];
  const [first = -1] = offsets;
  const inside = first >= 0 && first < range.size && offsets.every((offset) => offset === first);
  return inside ? first : undefined;
}

/** The IP and MAC that a NIC or a LEASES vector asks for; throws when they are no addresses. */
export function askedAddress(given: Vector): { ip?: string; mac?: string } {
  const ip = field(given, 'IP') ?? '';
  if (ip !== '' && !isIp(ip)) throw wrong('IP', ip, 'it must be an IPv4 address such as 192.168.0.10');
  const mac = macOf(given);
  return { ...(ip !== '' && { ip }), ...(mac !== undefined && { mac }) };
}

function typeOf(given: Vector): AddressRangeType {
  const type = field(given, 'TYPE') ?? '';
  const found = AR_TYPES.find((known) => known === type.toUpperCase());
  if (found) return found;
  throw wrong('TYPE', type, `it must be one of ${AR_TYPES.join(', ')}`);
}

function sizeOf(given: Vector): number {
  const size = field(given, 'SIZE') ?? '';
  if (/^[1-9]\d{0,8}$/.test(size)) return Number(size);
  throw wrong('SIZE', size, 'it must be the number of addresses, from 1 to 999999999');
}

function ipOf(given: Vector, type: AddressRangeType): string {
  const ip = field(given, 'IP') ?? '';
  const has4 = type === 'IP4' || type === 'IP4_6';
  if (!has4 && ip !== '') throw wrong('IP', ip, `a range of TYPE="${type}" has no IPv4 addresses; leave it out`);
  if (has4 && !isIp(ip)) throw wrong('IP', ip, 'it must be the first IPv4 address, such as 192.168.0.10');
  return ip;
}

function macOf(given: Vector): string | undefined {
  const mac = (field(given, 'MAC') ?? '').toLowerCase();
  if (mac === '') return undefined;
  if (/^[0-9a-f][02468ace](:[0-9a-f]{2}){5}$/.test(mac)) return mac;
  throw wrong('MAC', mac, 'it must be six bytes of which the first is even, such as 02:00:c0:a8:00:0a');
}

function prefixOf(given: Vector, name: string, type: AddressRangeType): string {
  const prefix = field(given, name) ?? '';
  if (prefix === '') return '';
  if (type === 'IP4' || type === 'ETHER') {
    throw wrong(name, prefix, `a range of TYPE="${type}" has no IPv6 addresses; leave it out`);
  }
  const canonical = /^[0-9a-f:]+$/i.test(prefix) ? canonicalIp6(prefix) : '';
  if (canonical.endsWith('::') && canonical.split(':').filter((group) => group !== '').length <= 4) return canonical;
  throw wrong(name, prefix, 'it must be the first 64 bits of IPv6 addresses, such as 2001:db8:1:2::');
}

/** The shortest form, empty for what is no IPv6 address. */
function canonicalIp6(address: string): string {
  const url = `http://[${address}]`;
  return URL.canParse(url) ? new URL(url).hostname.slice(1, -1) : '';
}

function refuseTooLong(range: AddressRange): void {
  const ends = [macNumber(range.mac) % SPACE, ...(range.ip === '' ? [] : [ipNumber(range.ip)])];
  if (ends.every((first) => first + range.size <= SPACE)) return;
  throw wrong('SIZE', String(range.size), `the addresses after ${range.ip || range.mac} end before that`);
}

const isIp = (text: string): boolean =>
  /^\d{1,3}(\.\d{1,3}){3}$/.test(text) && text.split('.').every((byte) => Number(byte) < 256);
const ipNumber = (ip: string): number => ip.split('.').reduce((sum, byte) => sum * 256 + Number(byte), 0);
const macNumber = (mac: string): number => parseInt(mac.replaceAll(':', ''), 16);

function macAt(last: number): string {
  const digits = last.toString(16).padStart(8, '0');
  return [MAC_PREFIX, ...(digits.match(/../g) ?? [])].join(':');
}

type Span = [first: number, size: number];
const ips = ({ ip, size }: AddressRange): Span => [ipNumber(ip), size];
const macs = ({ mac, size }: AddressRange): Span => [macNumber(mac), size];
const meet = ([a, aSize]: Span, [b, bSize]: Span): boolean => a < b + bSize && b < a + aSize;

function wrong(name: string, value: string, right: string): OneError {
  return new OneError(CODE.ACTION, `${name}="${value}" is not right: ${right}.`);
}
