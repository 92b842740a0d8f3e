// Which action is possible in which state of a VM, the state it leads to, and where a VM goes when work on it is over. A pure
// table.
import { field, vectors } from '../model/attributes.ts';
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
  'suspend',
  'stop',
  'undeploy',
  'undeploy-hard',
  'terminate',
  'terminate-hard',
  'migrate',
  'resched',
  'unresched',
  'backup',
  'restore',
  'disk-attach',
  'disk-detach',
  'disk-resize',
  'disk-saveas',
  'disk-snapshot-create',
  'disk-snapshot-revert',
  'disk-snapshot-delete',
  'nic-attach',
  'nic-detach',
  'snapshot-create',
  'snapshot-revert',
  'snapshot-delete',
  'resize',
  'updateconf',
] as const;
export type Action = (typeof ACTIONS)[number];

const active = (lcm: LcmState): StatePair => ({ state: VM_STATE.ACTIVE, lcm });
const idle = (state: VmState): StatePair => ({ state, lcm: LCM.LCM_INIT });

const RUNNING = active(LCM.RUNNING);
const UNKNOWN = active(LCM.UNKNOWN);
const POWEROFF = idle(VM_STATE.POWEROFF);
const SUSPENDED = idle(VM_STATE.SUSPENDED);
const STOPPED = idle(VM_STATE.STOPPED);
const UNDEPLOYED = idle(VM_STATE.UNDEPLOYED);
const PENDING = idle(VM_STATE.PENDING);
const HOLD = idle(VM_STATE.HOLD);

/** Where a step that failed leaves a VM, until it is tried again or ended. */
const FAILURES = [
  LCM.BOOT_FAILURE,
  LCM.BOOT_MIGRATE_FAILURE,
  LCM.BOOT_UNDEPLOY_FAILURE,
  LCM.BOOT_STOPPED_FAILURE,
  LCM.PROLOG_FAILURE,
  LCM.PROLOG_MIGRATE_FAILURE,
  LCM.PROLOG_MIGRATE_POWEROFF_FAILURE,
  LCM.PROLOG_MIGRATE_SUSPEND_FAILURE,
  LCM.PROLOG_RESUME_FAILURE,
  LCM.PROLOG_UNDEPLOY_FAILURE,
  LCM.EPILOG_FAILURE,
  LCM.EPILOG_STOP_FAILURE,
  LCM.EPILOG_UNDEPLOY_FAILURE,
].map(active);

type Way = [from: StatePair, to: StatePair];
const all = (from: StatePair[], lcm: LcmState): Way[] => from.map((one) => [one, active(lcm)]);
const stay = (...states: StatePair[]): Way[] => states.map((one) => [one, one]);

const END: Way[] = [
  [RUNNING, active(LCM.SHUTDOWN)],
  ...all([UNKNOWN, POWEROFF, SUSPENDED, STOPPED, UNDEPLOYED, ...FAILURES], LCM.EPILOG),
  [PENDING, idle(VM_STATE.DONE)],
  [HOLD, idle(VM_STATE.DONE)],
];
const UNDEPLOY: Way[] = [...all([RUNNING, UNKNOWN], LCM.SHUTDOWN_UNDEPLOY), [POWEROFF, active(LCM.EPILOG_UNDEPLOY)]];
const NIC: Way[] = [
  [RUNNING, active(LCM.HOTPLUG_NIC)],
  [POWEROFF, active(LCM.HOTPLUG_NIC_POWEROFF)],
];
const SYSTEM_SNAPSHOT: Way[] = [[RUNNING, active(LCM.HOTPLUG_SNAPSHOT)]];

const TABLE: Record<Action, Way[]> = {
  hold: [[PENDING, HOLD]],
  release: [[HOLD, PENDING]],
  deploy: all([PENDING, HOLD, STOPPED, UNDEPLOYED], LCM.PROLOG),
  poweroff: all([RUNNING, UNKNOWN], LCM.SHUTDOWN_POWEROFF),
  'poweroff-hard': all([RUNNING, UNKNOWN], LCM.SHUTDOWN_POWEROFF),
  resume: [
    [POWEROFF, active(LCM.BOOT_POWEROFF)],
    [SUSPENDED, active(LCM.BOOT_SUSPENDED)],
    [STOPPED, PENDING],
    [UNDEPLOYED, PENDING],
    [UNKNOWN, active(LCM.BOOT_UNKNOWN)],
    [active(LCM.BOOT_FAILURE), active(LCM.BOOT)],
  ],
  reboot: stay(RUNNING),
  'reboot-hard': stay(RUNNING),
  suspend: [[RUNNING, active(LCM.SAVE_SUSPEND)]],
  stop: [
    [RUNNING, active(LCM.SAVE_STOP)],
    [SUSPENDED, active(LCM.EPILOG_STOP)],
  ],
  undeploy: UNDEPLOY,
  'undeploy-hard': UNDEPLOY,
  terminate: END,
  'terminate-hard': END,
  migrate: [
    [RUNNING, active(LCM.SAVE_MIGRATE)],
    [POWEROFF, active(LCM.PROLOG_MIGRATE_POWEROFF)],
    [SUSPENDED, active(LCM.PROLOG_MIGRATE_SUSPEND)],
  ],
  resched: stay(RUNNING, UNKNOWN, POWEROFF),
  unresched: stay(RUNNING, UNKNOWN, POWEROFF),
  backup: [
    [RUNNING, active(LCM.BACKUP)],
    [POWEROFF, active(LCM.BACKUP_POWEROFF)],
  ],
  restore: [[POWEROFF, active(LCM.RESTORE)]],
  'disk-attach': [
    [RUNNING, active(LCM.HOTPLUG)],
    [POWEROFF, active(LCM.HOTPLUG_PROLOG_POWEROFF)],
  ],
  'disk-detach': [
    [RUNNING, active(LCM.HOTPLUG)],
    [POWEROFF, active(LCM.HOTPLUG_EPILOG_POWEROFF)],
  ],
  'disk-resize': [
    [RUNNING, active(LCM.DISK_RESIZE)],
    [POWEROFF, active(LCM.DISK_RESIZE_POWEROFF)],
    [UNDEPLOYED, active(LCM.DISK_RESIZE_UNDEPLOYED)],
  ],
  'disk-saveas': [
    [RUNNING, active(LCM.HOTPLUG_SAVEAS)],
    [POWEROFF, active(LCM.HOTPLUG_SAVEAS_POWEROFF)],
    [SUSPENDED, active(LCM.HOTPLUG_SAVEAS_SUSPENDED)],
    [UNDEPLOYED, active(LCM.HOTPLUG_SAVEAS_UNDEPLOYED)],
    [STOPPED, active(LCM.HOTPLUG_SAVEAS_STOPPED)],
  ],
  'disk-snapshot-create': [
    [RUNNING, active(LCM.DISK_SNAPSHOT)],
    [POWEROFF, active(LCM.DISK_SNAPSHOT_POWEROFF)],
    [SUSPENDED, active(LCM.DISK_SNAPSHOT_SUSPENDED)],
  ],
  'disk-snapshot-revert': [[POWEROFF, active(LCM.DISK_SNAPSHOT_REVERT_POWEROFF)]],
  'disk-snapshot-delete': [
    [RUNNING, active(LCM.DISK_SNAPSHOT_DELETE)],
    [POWEROFF, active(LCM.DISK_SNAPSHOT_DELETE_POWEROFF)],
    [SUSPENDED, active(LCM.DISK_SNAPSHOT_DELETE_SUSPENDED)],
  ],
  'nic-attach': NIC,
  'nic-detach': NIC,
  'snapshot-create': SYSTEM_SNAPSHOT,
  'snapshot-revert': SYSTEM_SNAPSHOT,
  'snapshot-delete': SYSTEM_SNAPSHOT,
  resize: [[RUNNING, active(LCM.HOTPLUG_RESIZE)], ...stay(PENDING, HOLD, POWEROFF, UNDEPLOYED)],
  updateconf: stay(PENDING, HOLD, POWEROFF, UNDEPLOYED, RUNNING, UNKNOWN, ...FAILURES),
};

/** What VMs leave when work on them ends, done or not; and the state they were in before it. */
const RETURNS: Array<[to: StatePair, from: LcmState[]]> = [
  [
    RUNNING,
    [
      ...[LCM.HOTPLUG, LCM.HOTPLUG_NIC, LCM.HOTPLUG_SAVEAS, LCM.HOTPLUG_SNAPSHOT, LCM.HOTPLUG_RESIZE, LCM.BACKUP],
      ...[LCM.DISK_SNAPSHOT, LCM.DISK_SNAPSHOT_DELETE, LCM.DISK_RESIZE],
    ],
  ],
  [
    POWEROFF,
    [
      ...[
        LCM.HOTPLUG_PROLOG_POWEROFF,
        LCM.HOTPLUG_EPILOG_POWEROFF,
        LCM.HOTPLUG_NIC_POWEROFF,
        LCM.HOTPLUG_SAVEAS_POWEROFF,
      ],
      ...[LCM.DISK_SNAPSHOT_POWEROFF, LCM.DISK_SNAPSHOT_REVERT_POWEROFF, LCM.DISK_SNAPSHOT_DELETE_POWEROFF],
      ...[LCM.DISK_RESIZE_POWEROFF, LCM.BACKUP_POWEROFF, LCM.RESTORE],
    ],
  ],
  [SUSPENDED, [LCM.HOTPLUG_SAVEAS_SUSPENDED, LCM.DISK_SNAPSHOT_SUSPENDED, LCM.DISK_SNAPSHOT_DELETE_SUSPENDED]],
  [UNDEPLOYED, [LCM.HOTPLUG_SAVEAS_UNDEPLOYED, LCM.DISK_RESIZE_UNDEPLOYED]],
  [STOPPED, [LCM.HOTPLUG_SAVEAS_STOPPED]],
];

/** What may be done with a VM that was taken over as it was found: nothing that would change its definition or move its disks. */
const FOR_IMPORTED = new Set<Action>([
  ...([
    'hold',
    'release',
    'deploy',
    'poweroff',
    'poweroff-hard',
    'resume',
    'reboot',
    'reboot-hard',
    'suspend',
  ] as const),
  ...(['terminate', 'terminate-hard', 'backup', 'updateconf'] as const),
]);

/** What must wait until the disks of a VM that was restored at once are its own. */
const NOT_FOR_INSTANT = new Set<Action>([
  ...(['suspend', 'stop', 'undeploy', 'undeploy-hard', 'migrate', 'resched', 'backup', 'restore'] as const),
  ...(['disk-attach', 'disk-detach', 'disk-resize', 'disk-saveas', 'snapshot-create', 'snapshot-revert'] as const),
  ...(['disk-snapshot-create', 'disk-snapshot-revert', 'disk-snapshot-delete', 'snapshot-delete'] as const),
]);

type Known = Pick<Vm, 'id' | 'state' | 'lcmState' | 'imported' | 'instant'>;

/** The state that `action` leads to, or undefined when it is not possible now. */
export function next(action: Action, vm: Pick<Vm, 'state' | 'lcmState'>): StatePair | undefined {
  return TABLE[action].find(([from]) => isIn(vm, from))?.[1];
}

/** The state that `action` leads to; throws OpenNebula's wrong-state error, with the states in which it is possible. */
export function nextOrRefuse(action: Action, vm: Known): StatePair {
  if (vm.imported && !FOR_IMPORTED.has(action)) throw notForImported(vm.id, action);
  if (vm.instant && NOT_FOR_INSTANT.has(action)) throw notForInstant(vm.id, action);
  const to = next(action, vm);
  if (to) return to;
  const possible = TABLE[action].map(([from]) => stateName(from.state, from.lcm)).join(', ');
  throw new OneError(
    CODE.ACTION,
    `Virtual machine ${vm.id} is in state ${stateName(vm.state, vm.lcmState)}: ${action} is possible in ${possible}.`,
    { objectId: vm.id },
  );
}

export function notForImported(vmId: number, action: string): OneError {
  return new OneError(
    CODE.ACTION,
    `Virtual machine ${vmId} was imported as it is: OneVault changes neither its definition nor its disks, so ${action} is not possible.`,
    { objectId: vmId, hint: 'Restore a backup of it: the VM made from that is an ordinary one.' },
  );
}

function notForInstant(vmId: number, action: string): OneError {
  return new OneError(
    CODE.ACTION,
    `Virtual machine ${vmId} still reads from the backup it was restored from: ${action} is possible when its disks are copied.`,
    { objectId: vmId, retry: true, hint: `See how far that is with onevault runs --vm ${vmId}.` },
  );
}

/** Puts the VM in the state that `action` leads to, or throws OpenNebula's wrong-state error. */
export function enter(action: Action, vm: Vm): void {
  const to = nextOrRefuse(action, vm);
  if (FORGETS_SNAPSHOTS.has(action)) refuseWithSnapshots(vm, action);
  setState(vm, to.state, to.lcm);
}

/** The hypervisor of a host keeps the snapshots of its VMs, and forgets them with the VM. */
const FORGETS_SNAPSHOTS = new Set<Action>(['stop', 'undeploy', 'undeploy-hard', 'migrate']);

/** Throws when the VM has snapshots, which `attempt` would make useless. */
export function refuseWithSnapshots(vm: Pick<Vm, 'id' | 'template'>, attempt: string): void {
  const ids = vectors(vm.template, 'SNAPSHOT').map((one) => field(one, 'SNAPSHOT_ID') ?? '');
  if (ids.length === 0) return;
  throw new OneError(
    CODE.ACTION,
    `Virtual machine ${vm.id} has snapshots (${ids.join(', ')}), and ${attempt} would make them useless; delete them first.`,
    { objectId: vm.id },
  );
}

/** The state that a VM returns to when the work that keeps it is over; undefined when nothing of that kind is under way. */
export function stateAfter(vm: Pick<Vm, 'state' | 'lcmState'>): StatePair | undefined {
  if (vm.state !== VM_STATE.ACTIVE) return undefined;
  return RETURNS.find(([, from]) => from.includes(vm.lcmState))?.[0];
}

/** Puts the VM back where it was before a backup or a change of its devices. One that has left already stays where it is. */
export function leave(vm: Vm): void {
  const to = stateAfter(vm);
  if (to) setState(vm, to.state, to.lcm);
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

function isIn(vm: Pick<Vm, 'state' | 'lcmState'>, { state, lcm }: StatePair): boolean {
  return vm.state === state && vm.lcmState === lcm;
}

function nameOf(table: Record<string, number>, value: number): string {
  return Object.entries(table).find(([, number]) => number === value)?.[0] ?? String(value);
}
