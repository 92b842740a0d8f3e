// OpenNebula's names for the numbers in its documents, long and short. It knows more states than this product enters, since
// the commands also talk to a real OpenNebula.
import type { XmlElement } from '../wire/xml-read.ts';

const VM_STATES: ReadonlyArray<readonly [long: string, short: string]> = [
  ['INIT', 'init'],
  ['PENDING', 'pend'],
  ['HOLD', 'hold'],
  ['ACTIVE', 'actv'],
  ['STOPPED', 'stop'],
  ['SUSPENDED', 'susp'],
  ['DONE', 'done'],
  ['FAILED', 'fail'],
  ['POWEROFF', 'poff'],
  ['UNDEPLOYED', 'unde'],
  ['CLONING', 'clon'],
  ['CLONING_FAILURE', 'fail'],
];

const LCM_STATES = (
  'LCM_INIT PROLOG BOOT RUNNING MIGRATE SAVE_STOP SAVE_SUSPEND SAVE_MIGRATE PROLOG_MIGRATE PROLOG_RESUME EPILOG_STOP EPILOG ' +
  'SHUTDOWN CANCEL FAILURE CLEANUP_RESUBMIT UNKNOWN HOTPLUG SHUTDOWN_POWEROFF BOOT_UNKNOWN BOOT_POWEROFF BOOT_SUSPENDED ' +
  'BOOT_STOPPED CLEANUP_DELETE HOTPLUG_SNAPSHOT HOTPLUG_NIC HOTPLUG_SAVEAS HOTPLUG_SAVEAS_POWEROFF HOTPLUG_SAVEAS_SUSPENDED ' +
  'SHUTDOWN_UNDEPLOY EPILOG_UNDEPLOY PROLOG_UNDEPLOY BOOT_UNDEPLOY HOTPLUG_PROLOG_POWEROFF HOTPLUG_EPILOG_POWEROFF ' +
  'BOOT_MIGRATE BOOT_FAILURE BOOT_MIGRATE_FAILURE PROLOG_MIGRATE_FAILURE PROLOG_FAILURE EPILOG_FAILURE EPILOG_STOP_FAILURE ' +
  'EPILOG_UNDEPLOY_FAILURE PROLOG_MIGRATE_POWEROFF PROLOG_MIGRATE_POWEROFF_FAILURE PROLOG_MIGRATE_SUSPEND ' +
  'PROLOG_MIGRATE_SUSPEND_FAILURE BOOT_UNDEPLOY_FAILURE BOOT_STOPPED_FAILURE PROLOG_RESUME_FAILURE PROLOG_UNDEPLOY_FAILURE ' +
  'DISK_SNAPSHOT_POWEROFF DISK_SNAPSHOT_REVERT_POWEROFF DISK_SNAPSHOT_DELETE_POWEROFF DISK_SNAPSHOT_SUSPENDED ' +
  'DISK_SNAPSHOT_REVERT_SUSPENDED DISK_SNAPSHOT_DELETE_SUSPENDED DISK_SNAPSHOT DISK_SNAPSHOT_REVERT DISK_SNAPSHOT_DELETE ' +
  'PROLOG_MIGRATE_UNKNOWN PROLOG_MIGRATE_UNKNOWN_FAILURE DISK_RESIZE DISK_RESIZE_POWEROFF DISK_RESIZE_UNDEPLOYED ' +
  'HOTPLUG_NIC_POWEROFF HOTPLUG_RESIZE HOTPLUG_SAVEAS_UNDEPLOYED HOTPLUG_SAVEAS_STOPPED BACKUP BACKUP_POWEROFF RESTORE'
).split(' ');

const ACTIONS = (
  'none migrate live-migrate shutdown shutdown-hard undeploy undeploy-hard hold release stop suspend resume boot delete ' +
  'delete-recreate reboot reboot-hard resched unresched poweroff poweroff-hard disk-attach disk-detach nic-attach nic-detach ' +
  'disk-snapshot-create disk-snapshot-delete terminate terminate-hard disk-resize deploy chown chmod updateconf rename resize ' +
  'update snapshot-create snapshot-delete snapshot-revert disk-saveas disk-snapshot-revert recover retry monitor ' +
  'disk-snapshot-rename alias-attach alias-detach poweroff-migrate poweroff-hard-migrate backup nic-update backup-cancel ' +
  'sched-add sched-update sched-delete sg-attach sg-detach pci-attach pci-detach restore'
).split(' ');

const IMAGE_STATES = 'init rdy used disa lock err clon dele used lock lock'.split(' ');
const IMAGE_TYPES = 'OS CDROM DATABLOCK KERNEL RAMDISK CONTEXT BACKUP FILESYSTEM'.split(' ');
const SHORT_IMAGE_TYPES = 'OS CD DB KL RD CX BK FS'.split(' ');
const DATASTORE_TYPES = 'IMAGE SYSTEM FILE BACKUP'.split(' ');
const SHORT_DATASTORE_TYPES = 'img sys fil bck'.split(' ');
const DISK_TYPES = 'FILE CD_ROM BLOCK RBD'.split(' ');
const HOST_STATES: ReadonlyArray<readonly [long: string, short: string]> = [
  ['INIT', 'init'],
  ['MONITORING_MONITORED', 'update'],
  ['MONITORED', 'on'],
  ['ERROR', 'err'],
  ['DISABLED', 'dsbl'],
  ['MONITORING_ERROR', 'retry'],
  ['MONITORING_INIT', 'init'],
  ['MONITORING_DISABLED', 'dsbl'],
  ['OFFLINE', 'off'],
];
const LOCKS = ['None', 'Use', 'Manage', 'Admin', 'All'];

/** The entry for a number in a document, or the number itself when it is unknown. */
function nameOf(names: readonly string[], number: string): string {
  return names[Number(number)] ?? number;
}

export const vmState = (number: string): string => VM_STATES[Number(number)]?.[0] ?? number;
export const lcmState = (number: string): string => nameOf(LCM_STATES, number);
export const historyAction = (number: string): string => nameOf(ACTIONS, number);
export const imageState = (number: string): string => nameOf(IMAGE_STATES, number);
export const imageType = (number: string): string => nameOf(IMAGE_TYPES, number);
export const shortImageType = (number: string): string => nameOf(SHORT_IMAGE_TYPES, number);
export const datastoreType = (number: string): string => nameOf(DATASTORE_TYPES, number);
export const shortDatastoreType = (number: string): string => nameOf(SHORT_DATASTORE_TYPES, number);
export const diskType = (number: string): string => nameOf(DISK_TYPES, number);
export const hostState = (number: string): string => HOST_STATES[Number(number)]?.[0] ?? number;
export const shortHostState = (number: string): string => HOST_STATES[Number(number)]?.[1] ?? number;

/** The four letters of `onevm list`: the LCM state of an ACTIVE VM, the state of any other. */
export function shortVmState(vm: XmlElement): string {
  const state = vm.textOf('STATE');
  if (state === '3') return shortLcmState(vm.textOf('LCM_STATE'));
  return VM_STATES[Number(state)]?.[1] ?? state;
}

function shortLcmState(number: string): string {
  const name = lcmState(number);
  if (name.includes('FAILURE')) return 'fail';
  if (name.startsWith('PROLOG_MIGRATE_')) return 'migr';
  if (name.includes('SNAPSHOT')) return 'snap';
  if (name.startsWith('DISK_RESIZE')) return 'drsz';
  if (name === 'LCM_INIT') return 'init';
  return name.slice(0, 4).toLowerCase();
}

/** LOCK of any object. */
export function lockOf(object: XmlElement): string {
  return nameOf(LOCKS, object.textOf('LOCK/LOCKED') || '0');
}
