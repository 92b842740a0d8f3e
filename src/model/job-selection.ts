// Which VMs a backup job would back up, told before it is saved.
import type { Vm } from './vm.ts';

export interface ChosenVm {
  vm: Vm;
  how: 'listed' | 'selected';
  /** Of the disks that are backed up. */
  sizeMb: number;
}

export interface JobSelection {
  /** How many there are in all; `vms` may be fewer. */
  total: number;
  /** Of all of them. */
  sizeMb: number;
  vms: ChosenVm[];
  /** Listed, but there no more. */
  gone: number[];
  /** In another job. */
  elsewhere: Array<{ vmId: number; name: string; jobId: number }>;
  /** Not backed up, as the caller may not do that. */
  refused: Array<{ vmId: number; name: string; reason: string }>;
}
