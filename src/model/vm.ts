// A virtual machine as it is stored: its numbers are OpenNebula's.
import type { Attributes } from './attributes.ts';
import type { BackupConfig } from './backup-config.ts';
import type { Proof } from './drill.ts';
import type { BackupPoint } from './image.ts';
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

/** LCM states that this product enters or, in records of others, may meet. */
export const LCM = {
  LCM_INIT: 0,
  PROLOG: 1,
  BOOT: 2,
  RUNNING: 3,
  MIGRATE: 4,
  SAVE_STOP: 5,
  SAVE_SUSPEND: 6,
  SAVE_MIGRATE: 7,
  PROLOG_MIGRATE: 8,
  PROLOG_RESUME: 9,
  EPILOG_STOP: 10,
  EPILOG: 11,
  SHUTDOWN: 12,
  CLEANUP_RESUBMIT: 15,
  UNKNOWN: 16,
  HOTPLUG: 17,
  SHUTDOWN_POWEROFF: 18,
  BOOT_UNKNOWN: 19,
  BOOT_POWEROFF: 20,
  BOOT_SUSPENDED: 21,
  BOOT_STOPPED: 22,
  CLEANUP_DELETE: 23,
  HOTPLUG_SNAPSHOT: 24,
  HOTPLUG_NIC: 25,
  HOTPLUG_SAVEAS: 26,
  HOTPLUG_SAVEAS_POWEROFF: 27,
  HOTPLUG_SAVEAS_SUSPENDED: 28,
  SHUTDOWN_UNDEPLOY: 29,
  EPILOG_UNDEPLOY: 30,
  PROLOG_UNDEPLOY: 31,
  BOOT_UNDEPLOY: 32,
  HOTPLUG_PROLOG_POWEROFF: 33,
  HOTPLUG_EPILOG_POWEROFF: 34,
  BOOT_MIGRATE: 35,
  BOOT_FAILURE: 36,
  BOOT_MIGRATE_FAILURE: 37,
  PROLOG_MIGRATE_FAILURE: 38,
  PROLOG_FAILURE: 39,
  EPILOG_FAILURE: 40,
  EPILOG_STOP_FAILURE: 41,
  EPILOG_UNDEPLOY_FAILURE: 42,
  PROLOG_MIGRATE_POWEROFF: 43,
  PROLOG_MIGRATE_POWEROFF_FAILURE: 44,
  PROLOG_MIGRATE_SUSPEND: 45,
  PROLOG_MIGRATE_SUSPEND_FAILURE: 46,
  BOOT_UNDEPLOY_FAILURE: 47,
  BOOT_STOPPED_FAILURE: 48,
  PROLOG_RESUME_FAILURE: 49,
  PROLOG_UNDEPLOY_FAILURE: 50,
  DISK_SNAPSHOT_POWEROFF: 51,
  DISK_SNAPSHOT_REVERT_POWEROFF: 52,
  DISK_SNAPSHOT_DELETE_POWEROFF: 53,
  DISK_SNAPSHOT_SUSPENDED: 54,
  DISK_SNAPSHOT_DELETE_SUSPENDED: 56,
  DISK_SNAPSHOT: 57,
  DISK_SNAPSHOT_DELETE: 59,
  DISK_RESIZE: 62,
  DISK_RESIZE_POWEROFF: 63,
  DISK_RESIZE_UNDEPLOYED: 64,
  HOTPLUG_NIC_POWEROFF: 65,
  HOTPLUG_RESIZE: 66,
  HOTPLUG_SAVEAS_UNDEPLOYED: 67,
  HOTPLUG_SAVEAS_STOPPED: 68,
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

export interface DiskSnapshot {
  id: number;
  name: string;
  /** -1 for none. */
  parent: number;
  children: number[];
  /** Epoch seconds. */
  date: number;
  /** Virtual size of the disk then. */
  sizeMb: number;
  /** Whether the disk goes on from this one. */
  active: boolean;
}

/** Snapshots of one disk. System snapshots are SNAPSHOT vectors of the template, as OpenNebula has them. */
export interface DiskSnapshots {
  diskId: number;
  nextId: number;
  snapshots: DiskSnapshot[];
}

/** Where the data of a disk is read while its image is not there yet. */
export interface ServedDiskOf {
  diskId: number;
  /** NBD unix socket and export name. */
  socket: string;
  exportName: string;
  virtualBytes: number;
}

/** What is being changed of a VM's devices or snapshots. */
export type VmChange =
  | { kind: 'attach-disk' | 'detach-disk'; diskId: number }
  | { kind: 'attach-nic' | 'detach-nic'; nicId: number }
  | { kind: 'resize-disk'; diskId: number; sizeMb: number; sizeBefore: number }
  | { kind: 'save-disk'; diskId: number; snapshotId: number; imageId: number }
  | { kind: DiskSnapshotChange; diskId: number; snapshotId: number }
  | { kind: SnapshotChange; snapshotId: number };
export type DiskSnapshotChange = 'create-disk-snapshot' | 'revert-disk-snapshot' | 'delete-disk-snapshot';
export type SnapshotChange = 'create-snapshot' | 'revert-snapshot' | 'delete-snapshot';

/** `pointId` is the increment in the image, 0 for a full backup. */
export type LastBackup = { imageId: number; pointId: number } & Pick<
  BackupPoint,
  'type' | 'reason' | 'consistency' | 'date'
>;

/** A point that a drill has booted; `pointDate` is the instant that it holds, in epoch seconds. */
export type ProvenPoint = { imageId: number; pointId: number; pointDate: number } & Proof;

export interface Vm extends Owned {
  state: VmState;
  lcmState: LcmState;
  prevState: VmState;
  prevLcmState: LcmState;
  lastPoll: number;
  stime: number;
  etime: number;
  /** Name of the libvirt domain, empty before the first deployment. An imported VM keeps the name its domain had. */
  deployId: string;
  /** Taken over as it was found on its host: neither its definition nor its disks are ours to make or delete. */
  imported?: boolean;
  /** UUID of an imported VM's domain, once it is deployed: another domain of that name is not it. */
  domainUuid?: string;
  /** Asked to move to another host as soon as there is one. */
  resched?: boolean;
  diskSnapshots?: DiskSnapshots[];
  /** Disks that were restored in place: their files hold everything, though they began on top of an image. */
  standalone?: number[];
  /** Disks whose images are still being restored: until then each is read from a server of the backup. */
  instant?: { operationId: string; disks: ServedDiskOf[] };
  /** The highest ids that a disk, a NIC and a snapshot ever had here: none is given twice. */
  highestIds?: { disk: number; nic: number; snapshot: number };
  /** A change of devices or snapshots that is under way: what a daemon that died has to take up. */
  change?: VmChange;
  monitoring: Attributes;
  /** What the system made of the template: DISK, NIC, CPU ... with ids and paths filled in. */
  template: Attributes;
  userTemplate: Attributes;
  history: HistoryRecord[];
  backups: {
    configured: boolean;
    config: BackupConfig;
    ids: number[];
    /** The backup that is under way. */
    running?: { datastoreId: number };
    /** The newest backup that ended well, as it was when it was taken; its image may be gone. */
    last?: LastBackup;
    /** The newest point that a drill has booted; its image may be gone. */
    proven?: ProvenPoint;
    /** Whether the hypervisor may have trackers of this VM. */
    tracked?: boolean;
    /** Number of the next tracker, `one-<vmid>-<n>`: counted on for ever, so that no name ever means two points. */
    nextTracker?: number;
    /** Why the last chain of increments ended, in words: the reason of the full backup that follows. */
    chainEnded?: string;
  };
  /** The running operation that owns this VM, if any. */
  operationId: string | null;
}
