// The record of a virtual network as its template asks for it, and how it changes. What a network of OpenNebula's may have and this
// host part does not do (making bridges, VLANs, filters) is refused: a network that only looks separated is worse than none. Pure.
import { text, vectors, withText, type Attributes, type Vector } from '../model/attributes.ts';
import { CODE, OneError } from '../model/errors.ts';
import { checkName } from '../model/names.ts';
import { VNET_STATE, type VirtualNetwork } from '../model/vnet.ts';
import { readRange, refuseOverlap } from './address-range.ts';

/** Both join a bridge that is there. */
const VN_MADS = ['bridge', 'dummy'];
const CONSUMED = new Set(['NAME', 'AR', 'LEASES']);
/** Longest name that the kernel gives an interface. */
const INTERFACE_NAME = /^[A-Za-z0-9_.-]{1,15}$/;

/** What the caller knows of the network beside its template. */
export type NetworkPlace = Pick<VirtualNetwork, 'id' | 'uid' | 'gid' | 'uname' | 'gname' | 'permissions' | 'clusters'>;

/** `chance` makes MAC addresses of ranges that tell none. */
export function newNetwork(place: NetworkPlace, template: Attributes, chance: () => number): VirtualNetwork {
  const network: VirtualNetwork = {
    ...place,
    name: checkName(text(template, 'NAME') ?? ''),
    bridge: '',
    bridgeType: 'linux',
    state: VNET_STATE.READY,
    prevState: VNET_STATE.INIT,
    vnMad: '',
    phydev: '',
    vlanId: '',
    automaticVlanId: false,
    ranges: [],
    nextRangeId: 0,
    template: [],
  };
  describeNetwork(network, template, CODE.ALLOCATE);
  for (const range of vectors(template, 'AR')) addRange(network, range, chance);
  return network;
}

/** Takes a template as the whole would be afterwards. BRIDGE and VN_MAD stay when it has none. */
export function describeNetwork(
  network: VirtualNetwork,
  given: Attributes,
  code: OneError['code'] = CODE.ACTION,
): void {
  const vnMad = text(given, 'VN_MAD') || network.vnMad || 'bridge';
  const bridge = text(given, 'BRIDGE') || network.bridge;
  const refuse = (name: string, value: string, right: string): never => {
    throw new OneError(code, `${name}="${value}" is not right: ${right}.`);
  };
  if (!VN_MADS.includes(vnMad)) {
    refuse('VN_MAD', vnMad, `networks join a bridge that is there, so it must be ${VN_MADS.join(' or ')}`);
  }
  if (!INTERFACE_NAME.test(bridge)) {
    refuse('BRIDGE', bridge, 'it must be the name of a bridge of the hosts, of at most 15 letters and digits');
  }
  for (const [name, allowed] of UNOFFERED) {
    const value = (text(given, name) ?? '').toUpperCase();
    if (!allowed.includes(value)) refuse(name, value, 'this is not available; separate networks by their bridges');
  }
  const kept = given.filter(([name]) => !CONSUMED.has(name));
  network.template = withText(withText(kept, 'BRIDGE', bridge), 'VN_MAD', vnMad);
  Object.assign(network, { bridge, vnMad });
}

/** With the values that ask for nothing. */
const UNOFFERED: ReadonlyArray<readonly [name: string, allowed: readonly string[]]> = [
  ['BRIDGE_TYPE', ['', 'LINUX']],
  ['PHYDEV', ['']],
  ['VLAN_ID', ['']],
  ['OUTER_VLAN_ID', ['']],
  ['AUTOMATIC_VLAN_ID', ['', 'NO']],
  ['AUTOMATIC_OUTER_VLAN_ID', ['', 'NO']],
  ['FILTER_IP_SPOOFING', ['', 'NO']],
  ['FILTER_MAC_SPOOFING', ['', 'NO']],
  ['SECURITY_GROUPS', ['', '0']],
];

/** Adds the range of an AR vector; one that overlaps another is refused. */
export function addRange(network: VirtualNetwork, given: Vector, chance: () => number): void {
  const range = readRange(given, network.nextRangeId, chance);
  refuseOverlap(network.ranges, range);
  network.ranges.push(range);
  network.nextRangeId += 1;
}
