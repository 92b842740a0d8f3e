// The table of actions, held against what OpenNebula's manual and command line say, state by state.
import { describe, expect, it } from 'vitest';
import { vm } from '../../tests/golden/objects.ts';
import { CODE } from '../model/errors.ts';
import { LCM, VM_STATE, type LcmState, type Vm, type VmState } from '../model/vm.ts';
import { ACTIONS, enter, leave, next, stateAfter, stateName, type Action } from './states.ts';

/** Every state that a VM can be in. */
const PAIRS: Array<{ state: VmState; lcmState: LcmState }> = [
  ...Object.values(VM_STATE)
    .filter((state) => state !== VM_STATE.ACTIVE)
    .map((state) => ({ state, lcmState: LCM.LCM_INIT })),
  ...Object.values(LCM).map((lcmState) => ({ state: VM_STATE.ACTIVE, lcmState })),
];

const FAILURES = Object.keys(LCM).filter((name) => name.endsWith('_FAILURE'));
const END = {
  ...{ RUNNING: 'SHUTDOWN', UNKNOWN: 'EPILOG', POWEROFF: 'EPILOG', PENDING: 'DONE', HOLD: 'DONE' },
  ...{ SUSPENDED: 'EPILOG', STOPPED: 'EPILOG', UNDEPLOYED: 'EPILOG' },
  ...Object.fromEntries(FAILURES.map((name) => [name, 'EPILOG'])),
};
const UNDEPLOY = { RUNNING: 'SHUTDOWN_UNDEPLOY', UNKNOWN: 'SHUTDOWN_UNDEPLOY', POWEROFF: 'EPILOG_UNDEPLOY' };
const NIC = { RUNNING: 'HOTPLUG_NIC', POWEROFF: 'HOTPLUG_NIC_POWEROFF' };
const SYSTEM_SNAPSHOT = { RUNNING: 'HOTPLUG_SNAPSHOT' };
const WHERE_IT_IS = { RUNNING: 'RUNNING', UNKNOWN: 'UNKNOWN', POWEROFF: 'POWEROFF' };

/** What is possible, and where it leads. Whatever is not written here is refused. */
const POSSIBLE: Record<Action, Record<string, string>> = {
  hold: { PENDING: 'HOLD' },
  release: { HOLD: 'PENDING' },
  deploy: { PENDING: 'PROLOG', HOLD: 'PROLOG', STOPPED: 'PROLOG', UNDEPLOYED: 'PROLOG' },
  poweroff: { RUNNING: 'SHUTDOWN_POWEROFF', UNKNOWN: 'SHUTDOWN_POWEROFF' },
  'poweroff-hard': { RUNNING: 'SHUTDOWN_POWEROFF', UNKNOWN: 'SHUTDOWN_POWEROFF' },
  resume: {
    ...{ POWEROFF: 'BOOT_POWEROFF', SUSPENDED: 'BOOT_SUSPENDED', STOPPED: 'PENDING', UNDEPLOYED: 'PENDING' },
    ...{ UNKNOWN: 'BOOT_UNKNOWN', BOOT_FAILURE: 'BOOT' },
  },
  reboot: { RUNNING: 'RUNNING' },
  'reboot-hard': { RUNNING: 'RUNNING' },
  suspend: { RUNNING: 'SAVE_SUSPEND' },
  stop: { RUNNING: 'SAVE_STOP', SUSPENDED: 'EPILOG_STOP' },
  undeploy: UNDEPLOY,
  'undeploy-hard': UNDEPLOY,
  terminate: END,
  'terminate-hard': END,
  migrate: { RUNNING: 'SAVE_MIGRATE', POWEROFF: 'PROLOG_MIGRATE_POWEROFF', SUSPENDED: 'PROLOG_MIGRATE_SUSPEND' },
  resched: WHERE_IT_IS,
  unresched: WHERE_IT_IS,
  restore: { POWEROFF: 'RESTORE' },
  backup: { RUNNING: 'BACKUP', POWEROFF: 'BACKUP_POWEROFF' },
  'disk-attach': { RUNNING: 'HOTPLUG', POWEROFF: 'HOTPLUG_PROLOG_POWEROFF' },
  'disk-detach': { RUNNING: 'HOTPLUG', POWEROFF: 'HOTPLUG_EPILOG_POWEROFF' },
  'disk-resize': { RUNNING: 'DISK_RESIZE', POWEROFF: 'DISK_RESIZE_POWEROFF', UNDEPLOYED: 'DISK_RESIZE_UNDEPLOYED' },
  'disk-saveas': {
    ...{ RUNNING: 'HOTPLUG_SAVEAS', POWEROFF: 'HOTPLUG_SAVEAS_POWEROFF', SUSPENDED: 'HOTPLUG_SAVEAS_SUSPENDED' },
    ...{ UNDEPLOYED: 'HOTPLUG_SAVEAS_UNDEPLOYED', STOPPED: 'HOTPLUG_SAVEAS_STOPPED' },
  },
  'disk-snapshot-create': {
    ...{ RUNNING: 'DISK_SNAPSHOT', POWEROFF: 'DISK_SNAPSHOT_POWEROFF', SUSPENDED: 'DISK_SNAPSHOT_SUSPENDED' },
  },
  'disk-snapshot-revert': { POWEROFF: 'DISK_SNAPSHOT_REVERT_POWEROFF' },
  'disk-snapshot-delete': {
    ...{ RUNNING: 'DISK_SNAPSHOT_DELETE', POWEROFF: 'DISK_SNAPSHOT_DELETE_POWEROFF' },
    ...{ SUSPENDED: 'DISK_SNAPSHOT_DELETE_SUSPENDED' },
  },
  'nic-attach': NIC,
  'nic-detach': NIC,
  'snapshot-create': SYSTEM_SNAPSHOT,
  'snapshot-revert': SYSTEM_SNAPSHOT,
  'snapshot-delete': SYSTEM_SNAPSHOT,
  resize: {
    ...{ RUNNING: 'HOTPLUG_RESIZE', PENDING: 'PENDING', HOLD: 'HOLD', POWEROFF: 'POWEROFF', UNDEPLOYED: 'UNDEPLOYED' },
  },
  updateconf: Object.fromEntries(
    ['RUNNING', 'UNKNOWN', 'PENDING', 'HOLD', 'POWEROFF', 'UNDEPLOYED', ...FAILURES].map((name) => [name, name]),
  ),
};

describe.each([...ACTIONS])('%s', (action) => {
  it.each(PAIRS.map((pair) => ({ ...pair, name: stateName(pair.state, pair.lcmState) })))(
    'in $name',
    ({ state, lcmState, name }) => {
      const wanted = POSSIBLE[action][name];
      const machine = { ...structuredClone(vm), state, lcmState };
      const to = next(action, machine);
      expect(to && stateName(to.state, to.lcm)).toBe(wanted);
      if (wanted !== undefined) {
        enter(action, machine);
        expect(stateName(machine.state, machine.lcmState)).toBe(wanted);
        expect(machine).toMatchObject({ prevState: state, prevLcmState: lcmState });
        return;
      }
      const before = structuredClone(machine);
      expect(() => enter(action, machine)).toThrow(
        expect.objectContaining({
          code: CODE.ACTION,
          objectId: machine.id,
          message: expect.stringContaining(`is in state ${name}: ${action} is possible in `) as string,
        }) as Error,
      );
      for (const possible of Object.keys(POSSIBLE[action])) expect(() => enter(action, machine)).toThrow(possible);
      expect(machine).toEqual(before);
    },
  );
});

it('a backup of a VM that is off makes it active, as OpenNebula does', () => {
  const machine = { ...structuredClone(vm), state: VM_STATE.POWEROFF, lcmState: LCM.LCM_INIT };
  enter('backup', machine);
  expect([machine.state, machine.lcmState]).toEqual([3, 70]);
});

it('nothing that is meant for a running or a stopped VM is possible during a backup', () => {
  for (const lcmState of [LCM.BACKUP, LCM.BACKUP_POWEROFF, LCM.RESTORE]) {
    for (const action of ACTIONS) expect(next(action, { state: VM_STATE.ACTIVE, lcmState })).toBeUndefined();
  }
});

it.each(ACTIONS.filter((action) => /^(backup|disk-|nic-|snapshot-)/.test(action)))(
  'a VM comes back from %s to where it was',
  (action) => {
    for (const from of Object.keys(POSSIBLE[action])) {
      const pair = PAIRS.find(({ state, lcmState }) => stateName(state, lcmState) === from);
      const machine = { ...structuredClone(vm), ...pair };
      enter(action, machine);
      leave(machine);
      expect(stateName(machine.state, machine.lcmState)).toBe(from);
      leave(machine); // again: it stays
      expect(stateName(machine.state, machine.lcmState)).toBe(from);
    }
  },
);

it('every state that LCM knows is one to stay in, one of a step, or one to come back from', () => {
  const steps = /^(PROLOG|BOOT|SAVE|EPILOG|SHUTDOWN|CLEANUP|MIGRATE)|^(LCM_INIT|RUNNING|UNKNOWN)$/;
  for (const [name, lcmState] of Object.entries(LCM)) {
    const back = stateAfter({ state: VM_STATE.ACTIVE, lcmState }) !== undefined;
    expect([name, back]).toEqual([name, !steps.test(name)]);
  }
});

it('an imported VM is started, stopped, saved and backed up, and nothing else', () => {
  const possible = ACTIONS.filter((action) => {
    const from = PAIRS.find(({ state, lcmState }) => POSSIBLE[action][stateName(state, lcmState)] !== undefined);
    const machine = { ...structuredClone(vm), ...from, imported: true };
    try {
      enter(action, machine);
      return true;
    } catch (error) {
      expect(error).toMatchObject({ code: CODE.ACTION });
      expect(String(error)).toContain(
        `was imported as it is: OneVault changes neither its definition nor its disks, so ${action}`,
      );
      return false;
    }
  });
  expect(possible.join(' ')).toBe(
    'hold release deploy poweroff poweroff-hard resume reboot reboot-hard suspend terminate terminate-hard backup updateconf',
  );
});

it('a VM that still reads from a backup is switched on and off, changed where its disks do not matter, and ended', () => {
  const instant = { operationId: 'ab', disks: [] };
  const possible = ACTIONS.filter((action) => {
    const from = PAIRS.find(({ state, lcmState }) => POSSIBLE[action][stateName(state, lcmState)] !== undefined);
    try {
      enter(action, { ...structuredClone(vm), ...from, instant });
      return true;
    } catch (error) {
      expect(error).toMatchObject({ code: CODE.ACTION, retry: true });
      expect(String(error)).toContain(`reads from the backup it was restored from: ${action} is possible when`);
      return false;
    }
  });
  expect(possible.join(' ')).toBe(
    'hold release deploy poweroff poweroff-hard resume reboot reboot-hard terminate terminate-hard unresched nic-attach nic-detach resize updateconf',
  );
});

it.each([
  ['stop', { state: 3, lcmState: 3 }],
  ['undeploy', { state: 3, lcmState: 3 }],
  ['migrate', { state: 8, lcmState: 0 }],
] as Array<[Action, Pick<Vm, 'state' | 'lcmState'>]>)('%s is refused while the VM has snapshots', (action, state) => {
  const one: Vm = { ...vm, ...state, template: [['SNAPSHOT', [['SNAPSHOT_ID', '2']]]] };
  expect(() => enter(action, one)).toThrow(`has snapshots (2), and ${action} would make them useless`);
  expect(() => enter(action, { ...one, template: [] })).not.toThrow();
});
