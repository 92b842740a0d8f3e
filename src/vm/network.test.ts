import { describe, expect, it } from 'vitest';
import { permissionsFromOctet } from '../../src/model/permissions.ts';
import type { Attributes } from '../model/attributes.ts';
import type { VirtualNetwork } from '../model/vnet.ts';
import { addRange, describeNetwork, newNetwork } from './network.ts';

const place = {
  ...{ id: 7, uid: 2, gid: 1, uname: 'ann', gname: 'users' },
  permissions: permissionsFromOctet(0o600),
  clusters: [0],
};
const make = (template: Attributes): VirtualNetwork => newNetwork(place, [['NAME', 'net'], ...template], () => 7);
const ar = (ip: string): Attributes[number] => [
  'AR',
  [
    ['TYPE', 'IP4'],
    ['IP', ip],
    ['SIZE', '4'],
  ],
];

it('joins a bridge, and has its ranges with ids that go on', () => {
  const network = make([['BRIDGE', 'br0'], ['DNS', '10.0.0.1'], ar('10.0.0.10'), ar('10.0.0.20')]);
  expect(network).toMatchObject({
    ...{ id: 7, uname: 'ann', name: 'net', bridge: 'br0', bridgeType: 'linux', vnMad: 'bridge', state: 1 },
    ranges: [
      { id: 0, ip: '10.0.0.10' },
      { id: 1, ip: '10.0.0.20' },
    ],
    nextRangeId: 2,
    template: [
      ['DNS', '10.0.0.1'],
      ['BRIDGE', 'br0'],
      ['VN_MAD', 'bridge'],
    ],
  });
  network.ranges.pop();
  const [, vector] = ar('10.0.0.30');
  if (typeof vector !== 'string') addRange(network, vector, () => 7);
  expect(network.ranges.map(({ id }) => id)).toEqual([0, 2]);
});

describe('a template that will not do', () => {
  it.each([
    [[], 'BRIDGE="" is not right'],
    [[['BRIDGE', 'br0; reboot']], 'BRIDGE="br0; reboot" is not right'],
    [[['BRIDGE', 'a-name-that-is-too-long']], 'is not right'],
    [
      [
        ['BRIDGE', 'br0'],
        ['VN_MAD', '802.1Q'],
      ],
      'VN_MAD="802.1Q" is not right: networks join a bridge that is there',
    ],
    [
      [
        ['BRIDGE', 'br0'],
        ['VLAN_ID', '12'],
      ],
      'VLAN_ID="12" is not right: this is not available',
    ],
    [
      [
        ['BRIDGE', 'br0'],
        ['FILTER_IP_SPOOFING', 'YES'],
      ],
      'FILTER_IP_SPOOFING="YES" is not right',
    ],
    [[['BRIDGE', 'br0'], ar('10.0.0.1'), ar('10.0.0.4')], 'IP="10.0.0.4" is not right: with SIZE="4" it overlaps'],
    [
      [
        ['BRIDGE', 'br0'],
        ['NAME', 'a"b'],
      ],
      undefined,
    ],
  ] as Array<[Attributes, string | undefined]>)('%j', (template, message) => {
    if (message === undefined)
      expect(make(template).name).toBe('net'); // the first NAME counts
    else expect(() => make(template)).toThrow(message);
  });
});

it('keeps its bridge when an update says none', () => {
  const network = make([['BRIDGE', 'br0']]);
  describeNetwork(network, [['NOTE', 'x']]);
  expect(network.template).toEqual([
    ['NOTE', 'x'],
    ['BRIDGE', 'br0'],
    ['VN_MAD', 'bridge'],
  ]);
  describeNetwork(network, [['BRIDGE', 'br1']]);
  expect(network.bridge).toBe('br1');
  expect(() => describeNetwork(network, [['BRIDGE', 'x y']])).toThrow(
    expect.objectContaining({ code: 0x800 }) as Error,
  );
});
