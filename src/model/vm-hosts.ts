// On which hosts a VM is: one, or two while it moves from one to the other.
import { LCM, type Vm } from './vm.ts';

/** LCM states of a VM that has not left its old host. */
const MIGRATING = new Set<number>([
  LCM.SAVE_MIGRATE,
  LCM.PROLOG_MIGRATE,
  LCM.PROLOG_MIGRATE_POWEROFF,
  LCM.PROLOG_MIGRATE_SUSPEND,
  LCM.PROLOG_MIGRATE_FAILURE,
  LCM.PROLOG_MIGRATE_POWEROFF_FAILURE,
  LCM.PROLOG_MIGRATE_SUSPEND_FAILURE,
]);

/** Ids of the hosts that may know the VM's domain, the one where it is first. A VM that moves is on its old host until it has left. */
export function hostIdsOf(vm: Pick<Vm, 'lcmState' | 'prevLcmState' | 'history'>): number[] {
  const [before, now] = [vm.history.at(-2)?.hid, vm.history.at(-1)?.hid];
  const moves = MIGRATING.has(vm.lcmState) || MIGRATING.has(vm.prevLcmState);
  const ids = MIGRATING.has(vm.lcmState) ? [before, now] : moves ? [now, before] : [now];
  return [...new Set(ids.filter((id) => id !== undefined))];
}

/** Hosts whose capacity the VM takes: both while it moves. */
export function takenHostIds(vm: Pick<Vm, 'lcmState' | 'prevLcmState' | 'history'>): number[] {
  return MIGRATING.has(vm.lcmState) ? hostIdsOf(vm) : hostIdsOf(vm).slice(0, 1);
}
