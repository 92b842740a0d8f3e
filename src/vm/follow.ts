// What the state of a real domain means for its VM. Pure: the tick carries it out.
import type { DomainState } from '../hypervisor/hypervisor.ts';
import { LCM, VM_STATE, type Vm } from '../model/vm.ts';

/** How long a guest may take to power off before the VM counts as running again, in seconds. */
export const SHUTDOWN_LIMIT_SEC = 180;

export type Verdict =
  { kind: 'stay' } | { kind: 'running' | 'poweroff' | 'unknown' | 'ended' } | { kind: 'refused'; reason: string };

/** `sinceSec` is how long the VM has been in its state. `domain` is undefined when the host does not know it. */
export function follow(vm: Pick<Vm, 'state' | 'lcmState'>, domain: DomainState | undefined, sinceSec: number): Verdict {
  const up = domain === 'running' || domain === 'paused';
  if (vm.state === VM_STATE.POWEROFF) return up ? { kind: 'running' } : { kind: 'stay' };
  if (vm.state !== VM_STATE.ACTIVE) return { kind: 'stay' };
  switch (vm.lcmState) {
    case LCM.RUNNING:
      if (up) return { kind: 'stay' };
      return { kind: domain === undefined ? 'unknown' : 'poweroff' };
    case LCM.UNKNOWN:
      if (up) return { kind: 'running' };
      return domain === undefined ? { kind: 'stay' } : { kind: 'poweroff' };
    case LCM.SHUTDOWN_POWEROFF:
      return up ? waiting(sinceSec) : { kind: 'poweroff' };
    case LCM.SHUTDOWN:
      return up ? waiting(sinceSec) : { kind: 'ended' };
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
