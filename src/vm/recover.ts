// What one.vm.recover does to a VM in each state, or why it does nothing. Pure.
import { CODE, OneError } from '../model/errors.ts';
import { LCM, VM_STATE, type LcmState, type Vm } from '../model/vm.ts';
import { HISTORY_ACTION, noteAction, showError, type By } from './history.ts';
import { ended, RETRIES, STEPS, type Change, type Step } from './life.ts';
import { leave, notForImported, setState, stateAfter, stateName } from './states.ts';

/** By OpenNebula's numbers, with the word that says which right each takes. */
export const RECOVERIES = ['failure', 'success', 'retry', 'delete', 'recreate', 'delete-db'] as const;
export type Recovery = (typeof RECOVERIES)[number];

export interface RecoveryPlan {
  /** A backup or a restore has the VM: it is to end first, which puts the VM back where it was. */
  stopsRun: boolean;
  /** What becomes of the VM then, or at once. */
  change: Change;
}

const IN_RUN = new Set<LcmState>([LCM.BACKUP, LCM.BACKUP_POWEROFF, LCM.RESTORE]);

/** Throws when it makes no sense in the VM's state. */
export function recover(vm: Vm, recovery: Recovery, by: By): RecoveryPlan {
  if (vm.state === VM_STATE.DONE) throw refusal(vm, recovery, 'it has ended');
  const stopsRun = vm.state === VM_STATE.ACTIVE && IN_RUN.has(vm.lcmState) && vm.operationId !== null;
  return { stopsRun, change: changeOf(vm, recovery, by) };
}

function changeOf(vm: Vm, recovery: Recovery, by: By): Change {
  switch (recovery) {
    case 'delete-db':
      return (vm, now) => {
        if (vm.history.length > 0) noteAction(vm, now, HISTORY_ACTION.DELETE, by);
        vm.operationId = null;
        ended(vm, now);
      };
    case 'delete':
    case 'recreate':
      return cleanUp(vm, recovery, by);
    default:
      return stateAfter(vm) ? release(vm, recovery) : settle(vm, recovery);
  }
}

function cleanUp(vm: Vm, recovery: 'delete' | 'recreate', by: By): Change {
  if (vm.imported) throw notForImported(vm.id, `recover --${recovery}`);
  const begun = vm.history.length > 0;
  if (!begun && recovery === 'recreate') throw refusal(vm, recovery, 'it has not been on a host yet');
  if (!begun) return ended;
  const [action, lcm] =
    recovery === 'delete'
      ? [HISTORY_ACTION.DELETE, LCM.CLEANUP_DELETE]
      : [HISTORY_ACTION.DELETE_RECREATE, LCM.CLEANUP_RESUBMIT];
  return (vm, now) => {
    noteAction(vm, now, action, by);
    setState(vm, VM_STATE.ACTIVE, lcm);
  };
}

/** Of a VM that a backup or a change of its devices has. */
function release(vm: Vm, recovery: 'failure' | 'success' | 'retry'): Change {
  const backup = IN_RUN.has(vm.lcmState);
  if (recovery === 'retry') {
    throw refusal(vm, recovery, `what was asked for cannot be repeated; use --failure, then ask again`);
  }
  if (recovery === 'success' && backup) {
    throw refusal(
      vm,
      recovery,
      'nothing but the run itself knows what it has done; use --failure, then ask for it again',
    );
  }
  return (vm, now) => {
    leave(vm);
    vm.operationId = null;
    if (backup) delete vm.backups.running;
    if (recovery === 'failure') showError(vm, BY_HAND, now * 1000);
  };
}

/** Of a VM in a step of its life, or in a failure of one. */
function settle(vm: Vm, recovery: 'failure' | 'success' | 'retry'): Change {
  const under = vm.state === VM_STATE.ACTIVE ? STEPS.get(vm.lcmState) : undefined;
  const retried = vm.state === VM_STATE.ACTIVE ? RETRIES.get(vm.lcmState) : undefined;
  if (recovery === 'retry') {
    if (retried !== undefined) return (vm) => setState(vm, VM_STATE.ACTIVE, retried);
    if (under) return () => undefined; // it is done once more
  }
  const step: Step | undefined =
    under ?? (recovery === 'success' && retried !== undefined ? STEPS.get(retried) : undefined);
  if (!step || recovery === 'retry') throw refusal(vm, recovery, 'nothing has failed or is under way');
  if (recovery === 'success') return step.done;
  return (vm, now) => {
    step.failed(vm, now);
    showError(vm, BY_HAND, now * 1000);
  };
}

const BY_HAND = 'What was under way was ended as failed with onevm recover --failure.';

function refusal(vm: Vm, recovery: Recovery, why: string): OneError {
  const state = stateName(vm.state, vm.lcmState);
  return new OneError(
    CODE.ACTION,
    `Virtual machine ${vm.id} is in state ${state}: recover --${recovery} is not possible, ${why}.`,
    {
      objectId: vm.id,
    },
  );
}
