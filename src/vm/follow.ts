// What the state of a real domain means for its VM. Pure: the tick carries it out.
import type { DomainState } from '../hypervisor/hypervisor.ts';
import { LCM, VM_STATE, type Vm } from '../model/vm.ts';
import { HISTORY_ACTION } from './history.ts';

/** How long a guest may take to power off before the VM counts as running again, in seconds. */
export const SHUTDOWN_LIMIT_SEC = 180;

export type Verdict =
  | { kind: 'stay' }
  /** It runs, though nothing of ours started it just now; or it does not, or nobody knows. */
  | { kind: 'running' | 'poweroff' | 'unknown' }
  /** It powered off as it was asked to: the step that waited for it is done. */
  | { kind: 'done' }
  | { kind: 'refused'; reason: string };

/** `sinceSec` is how long the VM has been in its state. `domain` is undefined when the host does not know it. */
export function follow(
  vm: Pick<Vm, 'state' | 'lcmState' | 'history'>,
  domain: DomainState | undefined,
  sinceSec: number,
): Verdict {
  const up = domain === 'running' || domain === 'paused';
  if (vm.state === VM_STATE.POWEROFF || vm.state === VM_STATE.SUSPENDED) return { kind: up ? 'running' : 'stay' };
  if (vm.state !== VM_STATE.ACTIVE) return { kind: 'stay' };
  switch (vm.lcmState) {
    case LCM.RUNNING:
      if (up) return { kind: 'stay' };
      return { kind: domain === undefined ? 'unknown' : 'poweroff' };
    case LCM.UNKNOWN:
      if (up) return { kind: 'running' };
      return { kind: domain === undefined ? 'stay' : 'poweroff' };
    case LCM.BOOT_FAILURE:
    case LCM.BOOT_UNDEPLOY_FAILURE:
    case LCM.BOOT_STOPPED_FAILURE:
    case LCM.BOOT_MIGRATE_FAILURE:
      return { kind: up ? 'running' : 'stay' };
    case LCM.SHUTDOWN:
    case LCM.SHUTDOWN_POWEROFF:
    case LCM.SHUTDOWN_UNDEPLOY:
      return up ? waiting(sinceSec) : { kind: 'done' };
    case LCM.SAVE_MIGRATE:
      if (vm.history.at(-2)?.action === HISTORY_ACTION.MIGRATE) return { kind: 'stay' };
      return up ? waiting(sinceSec) : { kind: 'done' };
    default:
      return { kind: 'stay' };
  }
}

function waiting(sinceSec: number): Verdict {
  if (sinceSec < SHUTDOWN_LIMIT_SEC) return { kind: 'stay' };
  return {
    kind: 'refused',
    reason: `The guest did not power off within ${SHUTDOWN_LIMIT_SEC} s; the --hard form of the command cuts its power.`,
  };
}
