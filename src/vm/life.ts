// A VM's life, step by step: for each state in which OneVault does something to a VM, what the VM becomes when that is done and
// when it fails. A pure table; the work itself is in steps.ts.
import { LCM, VM_STATE, type LcmState, type Vm, type VmState } from '../model/vm.ts';
import { closeHistory, continueFrom, forgetAction, HISTORY_ACTION, startRunning } from './history.ts';
import { endChain } from './increment-ability.ts';
import { setState } from './states.ts';

/** A change of a VM's record. `now` is in epoch seconds. */
export type Change = (vm: Vm, now: number) => void;

export interface Step {
  done: Change;
  failed: Change;
}

/** On to another step, or to wait for somebody after a failure. */
const to =
  (lcm: LcmState): Change =>
  (vm) =>
    setState(vm, VM_STATE.ACTIVE, lcm);

/** At rest; `action` ends the record unless another was noted. */
function rest(vm: Vm, now: number, state: VmState): void {
  setState(vm, state, LCM.LCM_INIT);
  vm.monitoring = [];
  if (vm.history.at(-1)?.etime === 0) closeHistory(vm, now);
}

export const running: Change = (vm, now) => {
  setState(vm, VM_STATE.ACTIVE, LCM.RUNNING);
  vm.lastPoll = now;
  startRunning(vm, now);
};

/** The guest powered off as it was asked to, or by itself. */
export const poweredOff: Change = (vm, now) => {
  if (vm.history.at(-1)?.action === 0) closeHistory(vm, now, HISTORY_ACTION.MONITOR);
  rest(vm, now, VM_STATE.POWEROFF);
};

export const unknown: Change = to(LCM.UNKNOWN);

/** What was asked for did not happen: the guest goes on. */
export const runsOn: Change = (vm) => {
  setState(vm, VM_STATE.ACTIVE, LCM.RUNNING);
  forgetAction(vm);
};

export const ended: Change = (vm, now) => {
  vm.etime = now;
  vm.resched = false;
  rest(vm, now, VM_STATE.DONE);
};

const at =
  (state: VmState): Change =>
  (vm, now) =>
    rest(vm, now, state);

/** Powered off on its new host, whose record stays open. */
const moved =
  (state: VmState): Change =>
  (vm, now) => {
    setState(vm, state, LCM.LCM_INIT);
    const record = vm.history.at(-1);
    if (record && record.etime === 0) record.petime ||= now;
  };

/** It has left its old host; from here its memory, if it was saved, is complete. */
const leaves: Change = (vm, now) => {
  setState(vm, VM_STATE.ACTIVE, LCM.PROLOG_MIGRATE);
  const record = vm.history.at(-1);
  if (record) record.pstime = now;
};

/** It could not leave its host: the record of the new one ends, and one of the old host goes on. */
const stays: Change = (vm, now) => {
  const source = vm.history.at(-2);
  setState(vm, VM_STATE.ACTIVE, LCM.RUNNING);
  if (!source) return;
  closeHistory(vm, now, source.action);
  continueFrom(vm, source, now);
};

/** As new, waiting for a host: its disks are gone, so no chain of backups can go on. */
const recreated: Change = (vm, now) => {
  rest(vm, now, VM_STATE.PENDING);
  endChain(vm, 'the VM was made anew, with fresh disks');
  vm.template = vm.template.filter(([name]) => name !== 'SNAPSHOT');
  vm.resched = false;
  delete vm.diskSnapshots;
  delete vm.standalone;
};

export const STEPS: ReadonlyMap<LcmState, Step> = new Map<LcmState, Step>([
  [LCM.PROLOG, { done: to(LCM.BOOT), failed: to(LCM.PROLOG_FAILURE) }],
  [LCM.PROLOG_RESUME, { done: to(LCM.BOOT_STOPPED), failed: to(LCM.PROLOG_RESUME_FAILURE) }],
  [LCM.PROLOG_UNDEPLOY, { done: to(LCM.BOOT_UNDEPLOY), failed: to(LCM.PROLOG_UNDEPLOY_FAILURE) }],
  [LCM.PROLOG_MIGRATE, { done: to(LCM.BOOT_MIGRATE), failed: to(LCM.PROLOG_MIGRATE_FAILURE) }],
  [LCM.PROLOG_MIGRATE_POWEROFF, { done: moved(VM_STATE.POWEROFF), failed: to(LCM.PROLOG_MIGRATE_POWEROFF_FAILURE) }],
  [LCM.PROLOG_MIGRATE_SUSPEND, { done: moved(VM_STATE.SUSPENDED), failed: to(LCM.PROLOG_MIGRATE_SUSPEND_FAILURE) }],
  [LCM.BOOT, { done: running, failed: to(LCM.BOOT_FAILURE) }],
  [LCM.BOOT_POWEROFF, { done: running, failed: at(VM_STATE.POWEROFF) }],
  [LCM.BOOT_UNKNOWN, { done: running, failed: unknown }],
  [LCM.BOOT_SUSPENDED, { done: running, failed: at(VM_STATE.SUSPENDED) }],
  [LCM.BOOT_STOPPED, { done: running, failed: to(LCM.BOOT_STOPPED_FAILURE) }],
  [LCM.BOOT_UNDEPLOY, { done: running, failed: to(LCM.BOOT_UNDEPLOY_FAILURE) }],
  [LCM.BOOT_MIGRATE, { done: running, failed: to(LCM.BOOT_MIGRATE_FAILURE) }],
  [LCM.SAVE_SUSPEND, { done: at(VM_STATE.SUSPENDED), failed: runsOn }],
  [LCM.SAVE_STOP, { done: to(LCM.EPILOG_STOP), failed: runsOn }],
  [LCM.SAVE_MIGRATE, { done: leaves, failed: stays }],
  [LCM.SHUTDOWN, { done: to(LCM.EPILOG), failed: runsOn }],
  [LCM.SHUTDOWN_POWEROFF, { done: poweredOff, failed: runsOn }],
  [LCM.SHUTDOWN_UNDEPLOY, { done: to(LCM.EPILOG_UNDEPLOY), failed: runsOn }],
  [LCM.EPILOG, { done: ended, failed: to(LCM.EPILOG_FAILURE) }],
  [LCM.EPILOG_STOP, { done: at(VM_STATE.STOPPED), failed: to(LCM.EPILOG_STOP_FAILURE) }],
  [LCM.EPILOG_UNDEPLOY, { done: at(VM_STATE.UNDEPLOYED), failed: to(LCM.EPILOG_UNDEPLOY_FAILURE) }],
  [LCM.CLEANUP_DELETE, { done: ended, failed: to(LCM.EPILOG_FAILURE) }],
  [LCM.CLEANUP_RESUBMIT, { done: recreated, failed: to(LCM.PROLOG_FAILURE) }],
]);

/** The step that is tried again from each failure. */
export const RETRIES: ReadonlyMap<LcmState, LcmState> = new Map<LcmState, LcmState>([
  [LCM.BOOT_FAILURE, LCM.BOOT],
  [LCM.BOOT_MIGRATE_FAILURE, LCM.BOOT_MIGRATE],
  [LCM.BOOT_UNDEPLOY_FAILURE, LCM.BOOT_UNDEPLOY],
  [LCM.BOOT_STOPPED_FAILURE, LCM.BOOT_STOPPED],
  [LCM.PROLOG_FAILURE, LCM.PROLOG],
  [LCM.PROLOG_MIGRATE_FAILURE, LCM.PROLOG_MIGRATE],
  [LCM.PROLOG_MIGRATE_POWEROFF_FAILURE, LCM.PROLOG_MIGRATE_POWEROFF],
  [LCM.PROLOG_MIGRATE_SUSPEND_FAILURE, LCM.PROLOG_MIGRATE_SUSPEND],
  [LCM.PROLOG_RESUME_FAILURE, LCM.PROLOG_RESUME],
  [LCM.PROLOG_UNDEPLOY_FAILURE, LCM.PROLOG_UNDEPLOY],
  [LCM.EPILOG_FAILURE, LCM.EPILOG],
  [LCM.EPILOG_STOP_FAILURE, LCM.EPILOG_STOP],
  [LCM.EPILOG_UNDEPLOY_FAILURE, LCM.EPILOG_UNDEPLOY],
]);

/** What the first step of a deployment is: a VM that was stopped or undeployed has its disks already. */
export function firstStep(vm: Pick<Vm, 'history'>): LcmState {
  switch (vm.history.at(-1)?.action) {
    case HISTORY_ACTION.STOP:
      return LCM.PROLOG_RESUME;
    case HISTORY_ACTION.UNDEPLOY:
    case HISTORY_ACTION.UNDEPLOY_HARD:
      return LCM.PROLOG_UNDEPLOY;
    default:
      return LCM.PROLOG;
  }
}
