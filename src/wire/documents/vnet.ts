// The VNET document and the entries of VNET_POOL, which say how many addresses are in use but not which.
import type { Attributes, Vector } from '../../model/attributes.ts';
import { leaseAddress, type LeaseAddress } from '../../model/lease-address.ts';
import type { AddressRange, Lease, VirtualNetwork } from '../../model/vnet.ts';
import { alphabetical, attributeXml, templateXml } from '../template-xml.ts';
import { branch, cdataLeaf, idList, leaf } from '../xml-write.ts';
import { headXml, lockXml, permissionsXml } from './owned.ts';

export const VNET_POOL = 'VNET_POOL';

export function vnetXml(vnet: VirtualNetwork, leases: readonly Lease[]): string {
  const vms = [...new Set(leases.map(({ vm }) => vm).filter((vm) => vm >= 0))].toSorted((a, b) => a - b);
  return branch(
    'VNET',
    ...bodyOf(vnet, leases.length, vms),
    branch('AR_POOL', ...vnet.ranges.map((range) => rangeXml(range, leases))),
  );
}

/** `vms` have an address of it. */
export function vnetEntryXml(vnet: VirtualNetwork, usedLeases: number, vms: readonly number[] = []): string {
  const ranges = vnet.ranges.map((range) => templateXml(rangeAttributes(range), 'AR'));
  return branch('VNET', ...bodyOf(vnet, usedLeases, vms), branch('AR_POOL', ...ranges));
}

/** Networks are never reserved from another, nor are routers or second VLANs known: those elements are empty. */
function bodyOf(vnet: VirtualNetwork, usedLeases: number, vms: readonly number[]): string[] {
  return [
    headXml(vnet),
    lockXml(vnet.lock),
    permissionsXml(vnet.permissions),
    idList('CLUSTERS', vnet.clusters),
    cdataLeaf('BRIDGE', vnet.bridge),
    cdataLeaf('BRIDGE_TYPE', vnet.bridgeType),
    leaf('STATE', vnet.state),
    leaf('PREV_STATE', vnet.prevState),
    branch('PARENT_NETWORK_ID'),
    cdataLeaf('VN_MAD', vnet.vnMad),
    emptyOr('PHYDEV', vnet.phydev),
    emptyOr('VLAN_ID', vnet.vlanId),
    branch('OUTER_VLAN_ID'),
    leaf('VLAN_ID_AUTOMATIC', vnet.automaticVlanId),
    leaf('OUTER_VLAN_ID_AUTOMATIC', false),
    leaf('USED_LEASES', usedLeases),
    branch('VROUTERS'),
    idList('UPDATED_VMS', vms),
    branch('OUTDATED_VMS'),
    branch('UPDATING_VMS'),
    branch('ERROR_VMS'),
    templateXml(alphabetical(vnet.template)),
  ];
}

function emptyOr(name: string, text: string): string {
  return text === '' ? branch(name) : cdataLeaf(name, text);
}

/** The range as it was given, then what follows from it. */
function rangeXml(range: AddressRange, all: readonly Lease[]): string {
  const leases = all.filter(({ arId }) => arId === range.id).toSorted((a, b) => a.index - b.index);
  return branch(
    'AR',
    ...rangeAttributes(range).map(attributeXml),
    boundsXml(range),
    leaf('USED_LEASES', leases.length),
    branch('LEASES', ...leases.map((lease) => leaseXml(range, lease))),
  );
}

function rangeAttributes(range: AddressRange): Attributes {
  return alphabetical([
    ['AR_ID', String(range.id)],
    ...present([
      ['GLOBAL_PREFIX', range.globalPrefix],
      ['IP', range.ip],
      ['ULA_PREFIX', range.ulaPrefix],
    ]),
    ['MAC', range.mac],
    ['SIZE', String(range.size)],
    ['TYPE', range.type],
    ...range.attributes,
  ]);
}

function boundsXml(range: AddressRange): string {
  const first = leaseAddress(range, 0);
  const last = leaseAddress(range, range.size - 1);
  const bounds = present([
    ['MAC_END', last.mac],
    ['IP_END', last.ip],
    ['IP6_ULA', first.ip6Ula],
    ['IP6_ULA_END', last.ip6Ula],
    ['IP6_GLOBAL', first.ip6Global],
    ['IP6_GLOBAL_END', last.ip6Global],
  ]);
  return bounds.map(([name, text]) => cdataLeaf(name, text)).join('');
}

function leaseXml(range: AddressRange, lease: Lease): string {
  const fields = [...addressFields(leaseAddress(range, lease.index)), ['VM', String(lease.vm)] as const];
  return branch('LEASE', ...fields.map(([name, text]) => cdataLeaf(name, text)));
}

function addressFields(address: LeaseAddress): Vector {
  return present([
    ['IP', address.ip],
    ['IP6_GLOBAL', address.ip6Global],
    ['IP6_LINK', address.ip6Link],
    ['IP6_ULA', address.ip6Ula],
    ['MAC', address.mac],
  ]);
}

function present(fields: ReadonlyArray<[name: string, text: string | undefined]>): Vector {
  return fields.flatMap(([name, text]): Vector => (text ? [[name, text]] : []));
}
