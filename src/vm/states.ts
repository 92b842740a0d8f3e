// Which action is possible in which state of a VM, and the state it leads to. A pure table.
import { CODE, OneError } from '../model/errors.ts';
import { LCM, VM_STATE, type LcmState, type Vm, type VmState } from '../model/vm.ts';

export interface StatePair {
  state: VmState;
  lcm: LcmState;
}

export const ACTIONS = [
  'hold',
  'release',
  'deploy',
  'poweroff',
  'poweroff-hard',
  'resume',
  'reboot',
  'reboot-hard',
  'terminate',
  'terminate-hard',
  'backup',
] as const;
export type Action = (typeof ACTIONS)[number];

const active = (lcm: LcmState): StatePair => ({ state: VM_STATE.ACTIVE, lcm });
const idle = (state: VmState): StatePair => ({ state, lcm: LCM.LCM_INIT });

const RUNNING = active(LCM.RUNNING);
const UNKNOWN = active(LCM.UNKNOWN);
const POWEROFF = idle(VM_STATE.POWEROFF);
const PENDING = idle(VM_STATE.PENDING);
const HOLD = idle(VM_STATE.HOLD);
const BOOT_FAILURE = active(LCM.BOOT_FAILURE);
const PROLOG_FAILURE = active(LCM.PROLOG_FAILURE);
const EPILOG_FAILURE = active(LCM.EPILOG_FAILURE);

const END: Array<[StatePair, StatePair]> = [
  [RUNNING, active(LCM.SHUTDOWN)],
  ...[UNKNOWN, POWEROFF, BOOT_FAILURE, PROLOG_FAILURE, EPILOG_FAILURE].map((from): [StatePair, StatePair] => [
    from,
    active(LCM.EPILOG),
  ]),
  [PENDING, idle(VM_STATE.DONE)],
  [HOLD, idle(VM_STATE.DONE)],
];

const TABLE: Record<Action, Array<[from: StatePair, to: StatePair]>> = {
  hold: [[PENDING, HOLD]],
  release: [[HOLD, PENDING]],
  deploy: [PENDING, HOLD, PROLOG_FAILURE, BOOT_FAILURE].map((from) => [from, active(LCM.PROLOG)]),
  poweroff: [[RUNNING, active(LCM.SHUTDOWN_POWEROFF)]],
  'poweroff-hard': [RUNNING, UNKNOWN].map((from) => [from, active(LCM.SHUTDOWN_POWEROFF)]),
  resume: [POWEROFF, UNKNOWN, BOOT_FAILURE].map((from) => [from, active(LCM.BOOT_POWEROFF)]),
  reboot: [[RUNNING, RUNNING]],
  'reboot-hard': [[RUNNING, RUNNING]],
  terminate: END,
  'terminate-hard': END,
  backup: [
    [RUNNING, active(LCM.BACKUP)],
    [POWEROFF, active(LCM.BACKUP_POWEROFF)],
  ],
};

/** The state that `action` leads to, or undefined when it is not possible now. */
export function next(action: Action, vm: Pick<Vm, 'state' | 'lcmState'>): StatePair | undefined {
  return TABLE[action].find(([from]) => from.state === vm.state && from.lcm === vm.lcmState)?.[1];
}

/** The state that `action` leads to; throws OpenNebula's wrong-state error, with the states in which it is possible. */
export function nextOrRefuse(action: Action, vm: Pick<Vm, 'id' | 'state' | 'lcmState'>): StatePair {
  const to = next(action, vm);
  if (to) return to;
  const possible = TABLE[action].map(([from]) => stateName(from.state, from.lcm)).join(', ');
  throw new OneError(
    CODE.ACTION,
    `Virtual machine ${vm.id} is in state ${stateName(vm.state, vm.lcmState)}: ${action} is possible in ${possible}.`,
    { objectId: vm.id },
  );
}

/** Puts the VM in the state that `action` leads to, or throws OpenNebula's wrong-state error. */
export function enter(action: Action, vm: Vm): void {
  const to = nextOrRefuse(action, vm);
  setState(vm, to.state, to.lcm);
}

export function setState(vm: Vm, state: VmState, lcm: LcmState): void {
  vm.prevState = vm.state;
  vm.prevLcmState = vm.lcmState;
  vm.state = state;
  vm.lcmState = lcm;
}

export function stateName(state: VmState, lcm: LcmState): string {
  if (state === VM_STATE.ACTIVE) return nameOf(LCM, lcm);
  return nameOf(VM_STATE, state);
}

function nameOf(table: Record<string, number>, value: number): string {
  return Object.entries(table).find(([, number]) => number === value)?.[0] ?? String(value);
}
