// Names the owners of the networks that a restored VM had its NICs on: what a template names by name alone is looked for among the networks
// of whoever instantiates it. Pure.
import { field, type Attributes, type Vector } from '../model/attributes.ts';
import type { VirtualNetwork } from '../model/vnet.ts';

/** Ids of the networks that NICs of a saved VM name without saying whose they are. */
export function networksToName(vmTemplate: Attributes): number[] {
  const ids = vmTemplate.flatMap(([name, value]) => (name === 'NIC' && isNameless(value) ? [networkId(value)] : []));
  return [...new Set(ids)].filter((id) => id >= 0);
}

/** The same VM with NETWORK_UNAME where the network is still there under its name. One of another name may be another network. */
export function nameOwners(vmTemplate: Attributes, networks: ReadonlyMap<number, VirtualNetwork>): Attributes {
  return vmTemplate.map(([name, value]) => {
    if (name !== 'NIC' || !isNameless(value)) return [name, value];
    const network = networks.get(networkId(value));
    if (!network || network.name !== field(value, 'NETWORK')) return [name, value];
    return [name, [...value, ['NETWORK_UNAME', network.uname]]];
  });
}

function isNameless(value: string | Vector): value is Vector {
  return typeof value !== 'string' && !field(value, 'NETWORK_UNAME');
}

function networkId(nic: Vector): number {
  return Number(field(nic, 'NETWORK_ID') || -1);
}
