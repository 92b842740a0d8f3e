// A virtual machine as it is stored: its numbers are OpenNebula's.
import type { Attributes } from './attributes.ts';
import type { BackupConfig } from './backup-config.ts';
import type { Owned } from './permissions.ts';

export const VM_STATE = {
  INIT: 0,
  PENDING: 1,
  HOLD: 2,
  ACTIVE: 3,
  STOPPED: 4,
  SUSPENDED: 5,
  DONE: 6,
  POWEROFF: 8,
  UNDEPLOYED: 9,
} as const;
export type VmState = (typeof VM_STATE)[keyof typeof VM_STATE];

/** LCM states that this product enters. */
export const LCM = {
  LCM_INIT: 0,
  PROLOG: 1,
  BOOT: 2,
  RUNNING: 3,
  SAVE_SUSPEND: 6,
  EPILOG: 11,
  SHUTDOWN: 12,
  UNKNOWN: 16,
  SHUTDOWN_POWEROFF: 18,
  BOOT_POWEROFF: 20,
  BOOT_SUSPENDED: 21,
  CLEANUP_DELETE: 23,
  BOOT_FAILURE: 36,
  PROLOG_FAILURE: 39,
  EPILOG_FAILURE: 40,
  BACKUP: 69,
  BACKUP_POWEROFF: 70,
  RESTORE: 71,
} as const;
export type LcmState = (typeof LCM)[keyof typeof LCM];

export interface HistoryRecord {
  seq: number;
  hostname: string;
  hid: number;
  cid: number;
  dsId: number;
  vmMad: string;
  tmMad: string;
  /** Epoch seconds; 0 while not reached. */
  stime: number;
  etime: number;
  pstime: number;
  petime: number;
  rstime: number;
  retime: number;
  estime: number;
  eetime: number;
  /** OpenNebula's action number that closed the record; 0 for none. */
  action: number;
  uid: number;
  gid: number;
  requestId: string;
}

export interface Vm extends Owned {
  state: VmState;
  lcmState: LcmState;
  prevState: VmState;
  prevLcmState: LcmState;
  lastPoll: number;
  stime: number;
  etime: number;
  /** Name of the libvirt domain, empty before the first deployment. */
  deployId: string;
  monitoring: Attributes;
  /** What the system made of the template: DISK, NIC, CPU ... with ids and paths filled in. */
  template: Attributes;
  userTemplate: Attributes;
  history: HistoryRecord[];
  backups: { configured: boolean; config: BackupConfig; ids: number[] };
  /** The running operation that owns this VM, if any. */
  operationId: string | null;
}
