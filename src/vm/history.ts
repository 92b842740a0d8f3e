// History records of a VM: one for each stretch of its life on a host, with the action that ended it; and its last error. Pure.
import { withText } from '../model/attributes.ts';
import type { Datastore } from '../model/datastore.ts';
import type { Host } from '../model/host.ts';
import { LCM, VM_STATE, type HistoryRecord, type Vm } from '../model/vm.ts';

/** OpenNebula's numbers of the actions that end a record. */
export const HISTORY_ACTION = {
  MIGRATE: 1,
  UNDEPLOY: 5,
  UNDEPLOY_HARD: 6,
  STOP: 9,
  SUSPEND: 10,
  RESUME: 11,
  DELETE: 13,
  DELETE_RECREATE: 14,
  POWEROFF: 19,
  POWEROFF_HARD: 20,
  DISK_ATTACH: 21,
  DISK_DETACH: 22,
  NIC_ATTACH: 23,
  NIC_DETACH: 24,
  DISK_SNAPSHOT_CREATE: 25,
  DISK_SNAPSHOT_DELETE: 26,
  TERMINATE: 27,
  TERMINATE_HARD: 28,
  DISK_RESIZE: 29,
  RESIZE: 35,
  SNAPSHOT_CREATE: 37,
  SNAPSHOT_DELETE: 38,
  SNAPSHOT_REVERT: 39,
  DISK_SAVEAS: 40,
  DISK_SNAPSHOT_REVERT: 41,
  RECOVER: 42,
  MONITOR: 44,
  POFF_MIGRATE: 48,
  POFF_HARD_MIGRATE: 49,
  BACKUP: 50,
  RESTORE: 60,
} as const;

const HARD = new Set<number>([
  HISTORY_ACTION.UNDEPLOY_HARD,
  HISTORY_ACTION.POWEROFF_HARD,
  HISTORY_ACTION.TERMINATE_HARD,
  HISTORY_ACTION.POFF_HARD_MIGRATE,
]);

/** Who asked for an action, as its record tells; -1 for what happened by itself. */
export interface By {
  uid: number;
  gid: number;
}
export const NOBODY: By = { uid: -1, gid: -1 };

/** Why a VM waits for a host. */
export const SCHED_MESSAGE = 'SCHED_MESSAGE';

/** Puts a failure where OpenNebula's clients look for it: the ERROR attribute of the VM, with its time. */
export function showError(vm: Vm, reason: string, nowMs: number): void {
  const at = new Date(nowMs).toISOString().replace('T', ' ').slice(0, 19);
  vm.userTemplate = withText(vm.userTemplate, 'ERROR', `${at} UTC: ${reason}`);
}

export function openHistory(vm: Vm, host: Host, system: Datastore, now: number): HistoryRecord {
  return {
    seq: vm.history.length,
    hostname: host.name,
    hid: host.id,
    cid: host.clusterId,
    dsId: system.id,
    vmMad: host.vmMad,
    tmMad: system.tmMad,
    stime: now,
    etime: 0,
    pstime: now,
    petime: 0,
    rstime: 0,
    retime: 0,
    estime: 0,
    eetime: 0,
    action: 0,
    ...NOBODY,
    requestId: '-1',
  };
}

/** Notes what will end the present record, so that a restart of the daemon knows what was asked for. */
export function noteAction(vm: Vm, now: number, action: number, by: By = NOBODY): void {
  reopenHistory(vm, now);
  Object.assign(vm.history.at(-1) ?? {}, { action, ...by });
}

/** What was asked for did not happen. */
export function forgetAction(vm: Vm): void {
  if (vm.history.at(-1)?.etime === 0) Object.assign(vm.history.at(-1) ?? {}, { action: 0, ...NOBODY });
}

/** Whether what was asked for cuts the power at once. */
export function askedHard(history: readonly HistoryRecord[]): boolean {
  return HARD.has(history.at(-1)?.action ?? 0);
}

/** Ends the present record with `action`, or with what was noted. What comes after a closed one gets a record of its own. */
export function closeHistory(vm: Vm, now: number, action?: number, by?: By): void {
  reopenHistory(vm, vm.history.at(-1)?.etime ?? now);
  const record = vm.history.at(-1);
  if (!record) return;
  record.etime = now;
  if (record.pstime > 0) record.petime ||= now;
  if (record.rstime > 0) record.retime ||= now;
  if (record.estime > 0) record.eetime ||= now;
  if (action !== undefined) record.action = action;
  Object.assign(record, by);
}

/** Opens the record that follows a closed one on the same host, as a backup leaves it. It counts as running when the VM does. */
export function reopenHistory(vm: Vm, now: number): void {
  const record = vm.history.at(-1);
  if (record && record.etime > 0) continueFrom(vm, record, now);
}

/** Opens a record like an earlier one of the VM. */
export function continueFrom(vm: Vm, like: HistoryRecord, now: number): void {
  const runs = vm.state === VM_STATE.ACTIVE && vm.lcmState === LCM.RUNNING;
  const times = { stime: now, rstime: runs ? now : 0, pstime: 0, petime: 0, etime: 0, retime: 0, estime: 0, eetime: 0 };
  vm.history.push({ ...like, seq: vm.history.length, ...times, action: 0, ...NOBODY });
}

/** The guest runs from now on. */
export function startRunning(vm: Vm, now: number): void {
  reopenHistory(vm, now);
  const record = vm.history.at(-1);
  if (!record) return;
  if (record.pstime > 0) record.petime ||= now;
  record.rstime ||= now;
  record.retime = 0;
}
