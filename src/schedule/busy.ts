// Refuses the backup of a VM that something else is done with, so that it waits for that instead of failing.
import { CODE, OneError } from '../model/errors.ts';
import { LCM, VM_STATE, type Vm } from '../model/vm.ts';
import { stateName } from '../vm/states.ts';

/** A VM that something else is done with: its backup waits for that, instead of failing. */
export class Busy extends OneError {}

/** States in which a VM stays until somebody does something about it. */
const STAYS = /FAILURE|^UNKNOWN$|^RUNNING$/;

export function refuseBusy({ id, state, lcmState }: Vm): void {
  const name = stateName(state, lcmState);
  if (state !== VM_STATE.ACTIVE || lcmState === LCM.RUNNING || STAYS.test(name)) return;
  throw new Busy(CODE.ACTION, `Virtual machine ${id} is in state ${name}.`, { objectId: id, retry: true });
}
