// Trackers that nobody needs once a backup is recorded, as the mover is told to drop them.
import type { HypervisorConfig } from '../hypervisor-config.ts';
import type { TaskDisk } from './backup.ts';

/** After a backup is recorded: drops every tracker of the VM but `keep`, the newest last. Safe to repeat; empty drops all. */
export interface SettleTask {
  kind: 'settle';
  operationId: string;
  vmId: number;
  domain: string;
  hypervisor: HypervisorConfig;
  disks: TaskDisk[];
  keep: string[];
}

export interface SettleResult {
  /** What was dropped or merged, in words. */
  done: string[];
}
