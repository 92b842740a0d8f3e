// A hypervisor host and what it was last seen to have.
import type { Attributes } from './attributes.ts';

export const HOST_STATE = { INIT: 0, MONITORED: 2, ERROR: 3, DISABLED: 4, OFFLINE: 8 } as const;
export type HostState = (typeof HOST_STATE)[keyof typeof HOST_STATE];

export interface Host {
  id: number;
  name: string;
  state: HostState;
  prevState: HostState;
  imMad: string;
  vmMad: string;
  clusterId: number;
  cluster: string;
  /** Capacity in hundredths of a core and KiB of memory. */
  totalCpu: number;
  totalMemKb: number;
  usedCpu: number;
  usedMemKb: number;
  lastMonitored: number;
  /** Whether guests really run under KVM here: tested by booting one, not by looking for /dev/kvm. */
  kvm: boolean | null;
  /** Ids that VMs must not get: domains of another OneVault or of OpenNebula have the names that ours would have. */
  foreignVmIds?: number[];
  template: Attributes;
}

/** What VMs take of a host: hundredths of a core and MB. */
export interface HostShare {
  cpu: number;
  memoryMb: number;
  vms: number;
}
