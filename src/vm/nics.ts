// The NICs of a VM: how a template's NIC becomes one of the VM, and what it takes of the address it is given. Pure.
import { field, setField, vectors, type Attributes, type Vector } from '../model/attributes.ts';
import { CODE, OneError } from '../model/errors.ts';
import type { LeaseAddress } from '../model/lease-address.ts';
import { VNET_STATE, type VirtualNetwork } from '../model/vnet.ts';

/** Set by the system alone; what a template has of them is not read. */
const SYSTEM = new Set([
  ...['NIC_ID', 'AR_ID', 'BRIDGE', 'BRIDGE_TYPE', 'CLUSTER_ID', 'PHYDEV', 'TARGET', 'VN_MAD', 'SECURITY_GROUPS'],
  ...['VLAN_ID', 'OUTER_VLAN_ID', 'VLAN_TAGGED_ID', 'IP6_GLOBAL', 'IP6_ULA', 'IP6_LINK', 'ATTACH'],
]);
/** What else tells a network's addresses; a guest is told the same. */
const OF_NETWORK = ['PHYDEV', 'VLAN_ID'] as const;

/** The network that a NIC names, by NETWORK_ID or by NETWORK and NETWORK_UNAME. */
export type FindNetwork = (nic: Vector) => VirtualNetwork | undefined;

/** Ids of the VM's NICs with the networks they have leases of; -1 for one on no network of ours. */
export function readNics(template: Attributes): Array<{ nicId: number; networkId: number; vector: Vector }> {
  return vectors(template, 'NIC').map((vector) => ({
    nicId: Number(field(vector, 'NIC_ID') ?? -1),
    networkId: Number(field(vector, 'NETWORK_ID') ?? -1),
    vector,
  }));
}

/** One NIC of a template made ready for a VM; its address comes later, from the network. `defaults` is NIC_DEFAULT. */
export function makeNic(
  wanted: Vector,
  vmId: number,
  nicId: number,
  network: VirtualNetwork | undefined,
  defaults: Vector = [],
): Vector {
  if (!network) throw refusal(nicId, 'names no network; give NETWORK_ID, or NETWORK (with NETWORK_UNAME)');
  if (network.state !== VNET_STATE.READY) throw refusal(nicId, `names network ${network.id}, which is not ready`);
  const own = new Set(wanted.map(([name]) => name));
  const given = [...wanted, ...defaults.filter(([name]) => !own.has(name))];
  const nic = given.flatMap(([name, value]): Vector => (SYSTEM.has(name) || value === '' ? [] : [[name, value]]));
  const values: Array<[string, string]> = [
    ['NIC_ID', String(nicId)],
    ['NETWORK_ID', String(network.id)],
    ['NETWORK', network.name],
    ['BRIDGE', network.bridge],
    ['BRIDGE_TYPE', network.bridgeType],
    ['CLUSTER_ID', network.clusters.join(',')],
    ['SECURITY_GROUPS', '0'],
    ['TARGET', `one-${vmId}-${nicId}`],
    ['VN_MAD', network.vnMad],
  ];
  for (const [name, value] of values) setField(nic, name, value);
  const told = { PHYDEV: network.phydev, VLAN_ID: network.vlanId };
  for (const name of OF_NETWORK) if (told[name] !== '') setField(nic, name, told[name]);
  return nic;
}

/** Writes the address that a NIC got into it. */
export function giveAddress(nic: Vector, arId: number, address: LeaseAddress): void {
  const values: Array<[string, string | undefined]> = [
    ['AR_ID', String(arId)],
    ['IP', address.ip],
    ['MAC', address.mac],
    ['IP6_GLOBAL', address.ip6Global],
    ['IP6_LINK', address.ip6Link],
    ['IP6_ULA', address.ip6Ula],
  ];
  for (const [name, value] of values) if (value !== undefined) setField(nic, name, value);
}

/** Throws for what other installations offer and this one does not: it would be lost silently. */
export function refuseUnofferedNics(template: Attributes): void {
  if (vectors(template, 'NIC_ALIAS').length > 0) {
    throw new OneError(CODE.ALLOCATE, 'NIC_ALIAS is not available; give the guest another NIC instead.');
  }
  vectors(template, 'NIC').forEach((nic, index) => {
    const mode = field(nic, 'NETWORK_MODE') ?? '';
    if (mode !== '') throw refusal(index, `has NETWORK_MODE="${mode}", which is not available; name a network instead`);
  });
}

function refusal(nicId: number, why: string): OneError {
  return new OneError(CODE.ALLOCATE, `NIC ${nicId} ${why}.`);
}
