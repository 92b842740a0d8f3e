// Whether every NIC of a living VM has its address, and no other has it. Pure.
import { field, vectors, type Vector } from '../model/attributes.ts';
import { VM_STATE } from '../model/vm.ts';
import type { Lease } from '../model/vnet.ts';
import { positionOf } from '../vm/address-range.ts';
import { finding, type Finding } from './finding.ts';
import type { Records } from './records.ts';

const HELD = -1;

export function checkLeases(records: Records): Finding[] {
  const say = finding('leases');
  const { wanted, unknown } = wantedLeases(records);
  const found = unknown.map((text) => finding('reference')(text));
  const kept = new Set<string>();
  for (const lease of records.leases) {
    const range = records.vnets.get(lease.vnetId)?.ranges.find(({ id }) => id === lease.arId);
    if (!range || lease.index >= range.size) found.push(say(`${shown(lease)} is in no range of a network.`));
    else if (lease.vm === HELD || wanted.has(keyOf(lease))) kept.add(keyOf(lease));
    else found.push(say(`${shown(lease)}, whose NIC ${lease.nicId} does not have it.`));
  }
  for (const [key, lease] of wanted) {
    if (!kept.has(key))
      found.push(
        say(`NIC ${lease.nicId} of VM ${lease.vm} has an address that is not noted as its own: ${at(lease)}.`),
      );
  }
  return found;
}

/** The leases that the NICs of living VMs say they have, and in words those that cannot be. */
export function wantedLeases(records: Records): { wanted: Map<string, Lease>; unknown: string[] } {
  const wanted = new Map<string, Lease>();
  const unknown: string[] = [];
  for (const vm of records.vms.values()) {
    if (vm.state === VM_STATE.DONE) continue;
    for (const nic of vectors(vm.template, 'NIC')) {
      const lease = leaseOf(records, vm.id, nic);
      if (typeof lease === 'string') unknown.push(lease);
      else if (lease) wanted.set(keyOf(lease), lease);
    }
  }
  return { wanted, unknown };
}

function leaseOf({ vnets }: Records, vm: number, nic: Vector): Lease | string | undefined {
  const [networkId, arId, nicId] = ['NETWORK_ID', 'AR_ID', 'NIC_ID'].map((name) => Number(field(nic, name) || -1));
  if (networkId === undefined || arId === undefined || nicId === undefined || networkId < 0) return undefined;
  const mac = field(nic, 'MAC') ?? '';
  const range = vnets.get(networkId)?.ranges.find(({ id }) => id === arId);
  const index = range && positionOf(range, { mac });
  if (index !== undefined) return { vnetId: networkId, arId, index, vm, nicId };
  return `NIC ${nicId} of VM ${vm} has the address ${mac || 'none'} of range ${arId} of network ${networkId}, which does not have it.`;
}

export function keyOf({ vnetId, arId, index, vm, nicId }: Lease): string {
  return [vnetId, arId, index, vm, nicId].join(' ');
}

function shown(lease: Lease): string {
  return `${at(lease)} is noted as ${lease.vm === HELD ? 'held' : `VM ${lease.vm}'s`}`;
}

function at({ vnetId, arId, index }: Lease): string {
  return `address ${index} of range ${arId} of network ${vnetId}`;
}
