// Gives NICs their addresses: the one they ask for, or the lowest that is free in the network's ranges. To be used inside the
// transaction that writes the VM, so that no address is taken for a VM that is not there.
import { field, type Vector } from '../model/attributes.ts';
import { CODE, OneError } from '../model/errors.ts';
import { leaseAddress } from '../model/lease-address.ts';
import type { AddressRange, VirtualNetwork } from '../model/vnet.ts';
import type { Vm } from '../model/vm.ts';
import type { Store } from '../store/store.ts';
import { askedAddress, positionOf } from './address-range.ts';
import { giveAddress, readNics } from './nics.ts';

/** Takes an address for every NIC of a new VM and writes them into its record. */
export async function leaseAll(tx: Store, vm: Vm): Promise<Vm> {
  const nics = readNics(vm.template).filter(({ networkId }) => networkId >= 0);
  if (nics.length === 0) return vm;
  // what is asked for goes first, so that no other NIC of the same VM gets it
  const asking = nics.filter(({ vector }) => asksFor(vector));
  const others = nics.filter(({ vector }) => !asksFor(vector));
  for (const { vector } of [...asking, ...others]) await leaseNic(tx, vm.id, vector);
  return tx.vms.update(vm.id, (record) => void (record.template = vm.template));
}

/** Takes an address for one NIC and writes it into the vector. */
export async function leaseNic(tx: Store, vmId: number, nic: Vector): Promise<void> {
  const network = await tx.vnets.get(Number(field(nic, 'NETWORK_ID')));
  const { range, index } = await chosen(tx, network, nic);
  await tx.leases.take({ vnetId: network.id, arId: range.id, index, vm: vmId, nicId: Number(field(nic, 'NIC_ID')) });
  giveAddress(nic, range.id, leaseAddress(range, index));
}

interface Place {
  range: AddressRange;
  index: number;
}

async function chosen(tx: Store, network: VirtualNetwork, nic: Vector): Promise<Place> {
  if (asksFor(nic)) return asked(tx, network, nic);
  for (const range of network.ranges) {
    const index = await tx.leases.firstFree(network.id, range.id, range.size);
    if (index !== undefined) return { range, index };
  }
  const why = network.ranges.length === 0 ? 'has no address range; add one with onevnet addar' : 'has no free address';
  throw new OneError(CODE.ALLOCATE, `Network ${network.id} (${network.name}) ${why}.`, { objectId: network.id });
}

async function asked(tx: Store, network: VirtualNetwork, nic: Vector): Promise<Place> {
  const address = askedAddress(nic);
  const wanted = Object.entries(address)
    .map(([name, value]) => `${name.toUpperCase()}="${value}"`)
    .join(' with ');
  const place = placeOf(network, address);
  if (!place) {
    throw new OneError(CODE.ALLOCATE, `${wanted} is in no address range of network ${network.id} (${network.name}).`);
  }
  const taken = await tx.leases.find(network.id, place.range.id, place.index);
  if (!taken) return place;
  const by = taken.vm === -1 ? 'held (onevnet release frees it)' : `used by VM ${taken.vm}`;
  throw new OneError(CODE.ALLOCATE, `${wanted} of network ${network.id} (${network.name}) is ${by}.`);
}

/** Where in the network's ranges an address is. */
export function placeOf(network: VirtualNetwork, address: { ip?: string; mac?: string }): Place | undefined {
  for (const range of network.ranges) {
    const index = positionOf(range, address);
    if (index !== undefined) return { range, index };
  }
  return undefined;
}

function asksFor(nic: Vector): boolean {
  return (field(nic, 'IP') ?? '') !== '' || (field(nic, 'MAC') ?? '') !== '';
}
