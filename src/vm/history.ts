// History records of a VM: one for each stay on a host, with the action that ended it; and its last error.
import { withText } from '../model/attributes.ts';
import type { Datastore } from '../model/datastore.ts';
import type { Host } from '../model/host.ts';
import type { HistoryRecord, Vm } from '../model/vm.ts';

/** OpenNebula's numbers of the actions that close a record. */
export const HISTORY_ACTION = { POWEROFF: 19, TERMINATE: 27, BACKUP: 50 } as const;

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
    uid: -1,
    gid: -1,
    requestId: '-1',
  };
}

export function closeHistory(vm: Vm, now: number, action: number): void {
  const record = vm.history.at(-1);
  if (!record) return;
  record.etime = now;
  record.retime ||= now;
  record.action = action;
}

/** Opens the record that follows a closed one on the same host, as a backup leaves it. */
export function reopenHistory(vm: Vm, now: number): void {
  const record = vm.history.at(-1);
  if (!record) return;
  vm.history.push({ ...record, seq: record.seq + 1, stime: now, rstime: now, etime: 0, retime: 0, action: 0 });
}
