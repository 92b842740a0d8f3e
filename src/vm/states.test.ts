// The table of actions, held against what OpenNebula's manual and command line say, state by state.
import { describe, expect, it } from 'vitest';
import { vm } from '../../tests/golden/objects.ts';
import { CODE } from '../model/errors.ts';
import { LCM, VM_STATE, type LcmState, type VmState } from '../model/vm.ts';
import { ACTIONS, enter, next, stateName, type Action } from './states.ts';

/** Every state that a VM can be in. */
const PAIRS: Array<{ state: VmState; lcmState: LcmState }> = [
  ...Object.values(VM_STATE)
    .filter((state) => state !== VM_STATE.ACTIVE)
    .map((state) => ({ state, lcmState: LCM.LCM_INIT })),
  ...Object.values(LCM).map((lcmState) => ({ state: VM_STATE.ACTIVE, lcmState })),
];

/** What is possible, and where it leads. Whatever is not written here is refused. */
const POSSIBLE: Record<Action, Record<string, string>> = {
  hold: { PENDING: 'HOLD' },
  release: { HOLD: 'PENDING' },
  deploy: { PENDING: 'PROLOG', HOLD: 'PROLOG', PROLOG_FAILURE: 'PROLOG', BOOT_FAILURE: 'PROLOG' },
  poweroff: { RUNNING: 'SHUTDOWN_POWEROFF' },
  'poweroff-hard': { RUNNING: 'SHUTDOWN_POWEROFF', UNKNOWN: 'SHUTDOWN_POWEROFF' },
  resume: { POWEROFF: 'BOOT_POWEROFF', UNKNOWN: 'BOOT_POWEROFF', BOOT_FAILURE: 'BOOT_POWEROFF' },
  reboot: { RUNNING: 'RUNNING' },
  'reboot-hard': { RUNNING: 'RUNNING' },
  terminate: {
    ...{ RUNNING: 'SHUTDOWN', UNKNOWN: 'EPILOG', POWEROFF: 'EPILOG', PENDING: 'DONE', HOLD: 'DONE' },
    ...{ BOOT_FAILURE: 'EPILOG', PROLOG_FAILURE: 'EPILOG', EPILOG_FAILURE: 'EPILOG' },
  },
  'terminate-hard': {
    ...{ RUNNING: 'SHUTDOWN', UNKNOWN: 'EPILOG', POWEROFF: 'EPILOG', PENDING: 'DONE', HOLD: 'DONE' },
    ...{ BOOT_FAILURE: 'EPILOG', PROLOG_FAILURE: 'EPILOG', EPILOG_FAILURE: 'EPILOG' },
  },
  backup: { RUNNING: 'BACKUP', POWEROFF: 'BACKUP_POWEROFF' },
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
