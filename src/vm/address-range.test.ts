import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Vector } from '../model/attributes.ts';
import { leaseAddress } from '../model/lease-address.ts';
import type { AddressRange } from '../model/vnet.ts';
import { askedAddress, changeRange, positionOf, readRange, refuseOverlap } from './address-range.ts';

const vector = (text: Record<string, string>): Vector => Object.entries(text);
const range = (text: Record<string, string>, id = 0): AddressRange => readRange(vector(text), id, () => 0xdeadbeef);
const ip4 = (ip: string, size: string, id = 0, more = {}): AddressRange =>
  range({ TYPE: 'IP4', IP: ip, SIZE: size, ...more }, id);

describe('a range', () => {
  it('of IPv4 addresses has MAC addresses made of them', () => {
    expect(ip4('192.168.0.10', '20')).toEqual({
      ...{ id: 0, type: 'IP4', size: 20, mac: '02:00:c0:a8:00:0a', ip: '192.168.0.10' },
      ...{ globalPrefix: '', ulaPrefix: '', attributes: [] },
    });
  });

  it('of others has a MAC address by chance, unless one is given', () => {
    expect(range({ TYPE: 'ETHER', SIZE: '3' })).toMatchObject({ type: 'ETHER', mac: '02:00:de:ad:be:ef', ip: '' });
    expect(range({ TYPE: 'ether', SIZE: '3', MAC: '02:00:AA:00:00:01' }).mac).toBe('02:00:aa:00:00:01');
    expect(ip4('10.0.0.1', '1', 0, { MAC: '52:54:00:00:00:01' }).mac).toBe('52:54:00:00:00:01');
  });

  it('keeps IPv6 prefixes in their shortest form, and what it does not know', () => {
    const six = { TYPE: 'IP6', SIZE: '2', GLOBAL_PREFIX: '2001:DB8:0:0:0:0:0:0', ULA_PREFIX: 'fd00:1:2:3::' };
    expect(range({ ...six, GATEWAY6: 'fe80::1', AR_ID: '7', USED_LEASES: '1', IP_END: '' })).toMatchObject({
      ...{ globalPrefix: '2001:db8::', ulaPrefix: 'fd00:1:2:3::', attributes: [['GATEWAY6', 'fe80::1']] },
    });
  });

  it.each([
    [{}, 'TYPE="" is not right: it must be one of IP4, IP6, IP4_6, ETHER.'],
    [{ TYPE: 'IP6_STATIC', SIZE: '1' }, 'TYPE="IP6_STATIC" is not right'],
    [{ TYPE: 'IP4', IP: '10.0.0.1' }, 'SIZE="" is not right'],
    [{ TYPE: 'IP4', IP: '10.0.0.1', SIZE: '0' }, 'SIZE="0" is not right'],
    [{ TYPE: 'IP4', IP: '10.0.0.1', SIZE: '1e3' }, 'SIZE="1e3" is not right'],
    [{ TYPE: 'IP4', SIZE: '5' }, 'IP="" is not right: it must be the first IPv4 address'],
    [{ TYPE: 'IP4_6', IP: '10.0.0.256', SIZE: '5' }, 'IP="10.0.0.256" is not right'],
    [{ TYPE: 'ETHER', IP: '10.0.0.1', SIZE: '5' }, 'IP="10.0.0.1" is not right: a range of TYPE="ETHER" has no IPv4'],
    [{ TYPE: 'ETHER', SIZE: '5', ULA_PREFIX: 'fd00::' }, 'ULA_PREFIX="fd00::" is not right: a range of TYPE="ETHER"'],
    [{ TYPE: 'IP6', SIZE: '5', GLOBAL_PREFIX: '2001:db8::1' }, 'GLOBAL_PREFIX="2001:db8::1" is not right'],
    [{ TYPE: 'IP6', SIZE: '5', GLOBAL_PREFIX: 'x/../y' }, 'GLOBAL_PREFIX="x/../y" is not right'],
    [{ TYPE: 'IP6', SIZE: '5', MAC: '03:00:00:00:00:01' }, 'MAC="03:00:00:00:00:01" is not right'],
    [{ TYPE: 'IP6', SIZE: '5', MAC: '02-00-00-00-00-01' }, 'MAC="02-00-00-00-00-01" is not right'],
    [
      { TYPE: 'IP4', IP: '255.255.255.250', SIZE: '7' },
      'SIZE="7" is not right: the addresses after 255.255.255.250 end',
    ],
    [{ TYPE: 'ETHER', MAC: '02:00:ff:ff:ff:ff', SIZE: '2' }, 'SIZE="2" is not right'],
  ] as Array<[Record<string, string>, string]>)('%j says what is wrong', (given, message) => {
    expect(() => range(given)).toThrow(expect.objectContaining({ code: 0x800 }) as Error);
    expect(() => range(given)).toThrow(message);
  });
});

describe('two ranges', () => {
  it.each([
    ['10.0.0.1', '10', '10.0.0.10', '1', true],
    ['10.0.0.1', '10', '10.0.0.11', '1', false],
    ['10.0.0.5', '1', '10.0.0.1', '10', true],
    ['10.0.0.5', '1', '10.0.0.1', '4', false],
  ])('%s+%s and %s+%s: %s', (a, aSize, b, bSize, overlap) => {
    const refuse = (): void => refuseOverlap([ip4(a, aSize, 0)], ip4(b, bSize, 1));
    if (overlap) expect(refuse).toThrow(`IP="${b}" is not right: with SIZE="${bSize}" it overlaps range 0`);
    else expect(refuse).not.toThrow();
  });

  it('of different addresses share no MAC address either', () => {
    const ether = range({ TYPE: 'ETHER', MAC: '02:00:0a:00:00:01', SIZE: '1' }, 1);
    expect(() => refuseOverlap([ip4('10.0.0.1', '4')], ether)).toThrow('MAC="02:00:0a:00:00:01" is not right');
  });

  it('are told from one that is changed', () => {
    expect(() => refuseOverlap([ip4('10.0.0.1', '4', 3)], ip4('10.0.0.1', '9', 3))).not.toThrow();
  });
});

describe('a change', () => {
  const before = ip4('10.0.0.1', '4', 3, { NOTE: 'old' });
  it('takes size and what is told beside it, and keeps the rest', () => {
    const after = changeRange(before, vector({ AR_ID: '3', SIZE: '9', DNS: '10.0.0.254' }), 3);
    expect(after).toEqual({ ...before, size: 9, attributes: [['DNS', '10.0.0.254']] });
    expect(changeRange(before, vector({ IP: '10.0.0.1', MAC: '02:00:0A:00:00:01', NOTE: 'old' }), 3)).toEqual(before);
  });

  it.each([
    [{ IP: '10.0.0.2' }, 'IP="10.0.0.2" is not right: range 3 has "10.0.0.1", which cannot change'],
    [{ TYPE: 'ETHER' }, 'TYPE="ETHER" is not right'],
    [{ SIZE: '2' }, 'SIZE="2" is not right: address 2 of range 3 is in use, so it must be 3 or more'],
  ] as Array<[Record<string, string>, string]>)('%j is refused', (given, message) => {
    expect(() => changeRange(before, vector(given), 2)).toThrow(message);
  });
});

describe('an address', () => {
  it('is found where it is, by either of its names', () => {
    const mac = { MAC: '52:54:00:00:ff:00' };
    const made = fc.record({ size: fc.integer({ min: 1, max: 5000 }), at: fc.nat(6000), own: fc.boolean() });
    fc.assert(
      fc.property(made, ({ size, at, own }) => {
        const one = ip4('10.1.250.0', String(size), 0, own ? mac : {});
        const { ip = '', mac: its } = leaseAddress(one, at);
        const wanted = at < size ? at : undefined;
        expect(positionOf(one, { ip })).toBe(wanted);
        expect(positionOf(one, { mac: its })).toBe(wanted);
        expect(positionOf(one, { ip, mac: its })).toBe(wanted);
      }),
    );
  });

  it('of one position with the other name of another is nowhere', () => {
    expect(positionOf(ip4('10.0.0.1', '4'), { ip: '10.0.0.1', mac: '02:00:0a:00:00:02' })).toBeUndefined();
    expect(positionOf(range({ TYPE: 'ETHER', SIZE: '4' }), { ip: '10.0.0.1' })).toBeUndefined();
    expect(positionOf(ip4('10.0.0.1', '4'), {})).toBeUndefined();
  });

  it('is asked for in words that are one', () => {
    expect(askedAddress(vector({ IP: '10.0.0.1', MAC: '02:00:AA:00:00:01' }))).toEqual({
      ...{ ip: '10.0.0.1', mac: '02:00:aa:00:00:01' },
    });
    expect(askedAddress(vector({ IP: '', NAME: 'x' }))).toEqual({});
    expect(() => askedAddress(vector({ IP: 'here' }))).toThrow('IP="here" is not right');
  });
});
