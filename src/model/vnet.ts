// A virtual network: a bridge, and ranges of addresses that VMs get leases of.
import type { Attributes } from './attributes.ts';
import type { Owned } from './permissions.ts';

export const VNET_STATE = { INIT: 0, READY: 1, LOCK_CREATE: 2, LOCK_DELETE: 3, DONE: 4, ERROR: 5 } as const;
export type VnetState = (typeof VNET_STATE)[keyof typeof VNET_STATE];

export const AR_TYPES = ['IP4', 'IP6', 'IP4_6', 'ETHER'] as const;
export type AddressRangeType = (typeof AR_TYPES)[number];

/** A range: the n-th lease has the n-th address after the first ones. */
export interface AddressRange {
  id: number;
  type: AddressRangeType;
  size: number;
  /** First MAC address, `02:00:c0:a8:00:01`. */
  mac: string;
  /** First IPv4 address; empty without. */
  ip: string;
  /** IPv6 prefixes; empty without. */
  globalPrefix: string;
  ulaPrefix: string;
  /** Everything else that was given with the range. */
  attributes: Attributes;
}

/** One address in use. `vm` is the VM that has it, -1 when it is only held back from others. */
export interface Lease {
  vnetId: number;
  arId: number;
  /** Position in the range, from 0. */
  index: number;
  vm: number;
  nicId: number;
}

export interface VirtualNetwork extends Owned {
  clusters: number[];
  bridge: string;
  bridgeType: string;
  state: VnetState;
  prevState: VnetState;
  vnMad: string;
  phydev: string;
  vlanId: string;
  automaticVlanId: boolean;
  ranges: AddressRange[];
  nextRangeId: number;
  template: Attributes;
}
