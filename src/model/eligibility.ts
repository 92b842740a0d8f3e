// Whether the next backup of a VM can be an increment, and what is in the way, disk by disk.
import type { BackupConfig } from './backup-config.ts';

export interface DiskEligibility {
  diskId: number;
  target: string;
  format: string;
  sizeMb: number;
  takesPart: boolean;
  /** Its changes can be backed up instead of the whole. */
  increment: boolean;
  /** Why it takes no part, or why its changes cannot be backed up; empty when they can. */
  reason: string;
}

export interface Eligibility extends Pick<BackupConfig, 'mode' | 'incrementMode'> {
  vmId: number;
  /** NONE: there can be no backup now. */
  next: 'FULL' | 'INCREMENT' | 'NONE';
  /** Why that is next, in words. */
  reason: string;
  /** Increments can be made at all. */
  possible: boolean;
  /** What of the VM as a whole is in the way. */
  obstacles: string[];
  disks: DiskEligibility[];
}
