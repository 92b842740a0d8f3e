// Every way to recover, in every state: what it leads to, or that it is refused with a reason.
import { describe, expect, it } from 'vitest';
import { record, vm } from '../../tests/golden/objects.ts';
import { text } from '../model/attributes.ts';
import { CODE } from '../model/errors.ts';
import { LCM, VM_STATE, type LcmState, type Vm, type VmState } from '../model/vm.ts';
import { NOBODY } from './history.ts';
import { RETRIES, STEPS } from './life.ts';
import { RECOVERIES, recover, type Recovery } from './recover.ts';
import { leave, setState, stateAfter, stateName } from './states.ts';

const NOW = 2_000_000_000;
const IDLE: VmState[] = [1, 2, 4, 5, 6, 8, 9];

function machineIn(state: VmState, lcmState: LcmState = LCM.LCM_INIT): Vm {
  return { ...structuredClone(vm), state, lcmState, history: [{ ...record }] };
}
function outcome(machine: Vm, recovery: Recovery): string {
  try {
    recover(machine, recovery, NOBODY).change(machine, NOW);
  } catch (error) {
    expect(error).toMatchObject({ code: CODE.ACTION, objectId: machine.id });
    return 'refused';
  }
  return stateName(machine.state, machine.lcmState);
}
/** What a change leads to. */
function after(lcmState: LcmState, change: (machine: Vm) => void): string {
  const machine = machineIn(VM_STATE.ACTIVE, lcmState);
  change(machine);
  return stateName(machine.state, machine.lcmState);
}

describe.each(Object.entries(LCM).filter(([name]) => name !== 'LCM_INIT'))('in %s', (name, lcmState) => {
  const now = (recovery: Recovery): string => outcome(machineIn(VM_STATE.ACTIVE, lcmState), recovery);
  const step = STEPS.get(lcmState);
  const retried = RETRIES.get(lcmState);
  const released = stateAfter({ state: VM_STATE.ACTIVE, lcmState }) && after(lcmState, leave);
  const isRun = name.startsWith('BACKUP') || name === 'RESTORE';

  it('failure', () => {
    const wanted = step ? after(lcmState, (machine) => step.failed(machine, NOW)) : (released ?? 'refused');
    expect(now('failure')).toBe(wanted);
  });
  it('success', () => {
    const counted = step ?? (retried === undefined ? undefined : STEPS.get(retried));
    const wanted = counted ? after(lcmState, (machine) => counted.done(machine, NOW)) : (released ?? 'refused');
    expect(now('success')).toBe(isRun ? 'refused' : wanted);
  });
  it('retry', () => {
    expect(now('retry')).toBe(retried === undefined ? (step ? name : 'refused') : stateName(VM_STATE.ACTIVE, retried));
  });
  it('delete, recreate and delete-db', () => {
    expect([now('delete'), now('recreate'), now('delete-db')]).toEqual(['CLEANUP_DELETE', 'CLEANUP_RESUBMIT', 'DONE']);
  });
});

it.each(IDLE)('state %i is one in which nothing has failed', (state) => {
  const done = state === VM_STATE.DONE;
  const seen = RECOVERIES.map((recovery) => outcome(machineIn(state), recovery));
  const rest = done ? ['refused', 'refused', 'refused'] : ['CLEANUP_DELETE', 'CLEANUP_RESUBMIT', 'DONE'];
  expect(seen).toEqual(['refused', 'refused', 'refused', ...rest]);
});

it('a VM that was never on a host has nothing to clean', () => {
  const waiting = { ...machineIn(VM_STATE.PENDING), history: [] };
  expect(outcome(structuredClone(waiting), 'delete')).toBe('DONE');
  expect(outcome(structuredClone(waiting), 'delete-db')).toBe('DONE');
  expect(outcome(waiting, 'recreate')).toBe('refused');
});

it('an imported VM is only ever forgotten', () => {
  const imported = { ...machineIn(VM_STATE.ACTIVE, LCM.RUNNING), imported: true };
  expect(() => recover(imported, 'delete', NOBODY)).toThrow('was imported as it is');
  expect(() => recover(imported, 'recreate', NOBODY)).toThrow('was imported as it is');
  expect(outcome(imported, 'delete-db')).toBe('DONE');
});

it('a backup that runs is ended by its own run; one that nobody runs any more is let go', () => {
  const owned = { ...machineIn(VM_STATE.ACTIVE, LCM.BACKUP), operationId: 'abc' };
  for (const recovery of ['failure', 'delete', 'recreate', 'delete-db'] as const) {
    expect(recover(owned, recovery, NOBODY).stopsRun).toBe(true);
  }
  expect(() => recover(owned, 'success', NOBODY)).toThrow('nothing but the run itself knows what it has done');
  expect(() => recover(owned, 'retry', NOBODY)).toThrow('use --failure, then ask again');
  const left = { ...owned, operationId: null };
  const plan = recover(left, 'failure', NOBODY);
  expect(plan.stopsRun).toBe(false);
  plan.change(left, NOW);
  expect(stateName(left.state, left.lcmState)).toBe('RUNNING');
  expect(text(left.userTemplate, 'ERROR')).toContain('onevm recover --failure');
});

describe.each([
  ['BACKUP', LCM.BACKUP, 'RUNNING'],
  ['BACKUP_POWEROFF', LCM.BACKUP_POWEROFF, 'POWEROFF'],
] as const)('a VM in %s', (_name, lcmState, before) => {
  it.each([
    ['that a run has', 'abc'],
    ['that no run has any more', null],
  ])('%s: only --failure frees it, and it is where it was', (_what, operationId) => {
    const machine = (): Vm => {
      const made = { ...machineIn(VM_STATE.ACTIVE, lcmState), operationId };
      made.backups.running = { datastoreId: 100 };
      return made;
    };
    const refused = machine();
    const why = { code: CODE.ACTION, objectId: refused.id };
    for (const [recovery, reason] of [
      ['success', /nothing but the run itself knows what it has done; use --failure/],
      ['retry', /cannot be repeated; use --failure/],
    ] as const) {
      const message = expect.stringMatching(reason) as string;
      expect(() => recover(refused, recovery, NOBODY)).toThrow(expect.objectContaining({ ...why, message }));
    }
    expect(refused).toEqual(machine());
    const freed = machine();
    const plan = recover(freed, 'failure', NOBODY);
    expect(plan.stopsRun).toBe(operationId !== null);
    plan.change(freed, NOW);
    expect(stateName(freed.state, freed.lcmState)).toBe(before);
    expect(freed.operationId).toBeNull();
    expect(freed.backups.running).toBeUndefined();
    expect(freed.backups.ids).toEqual(machine().backups.ids);
  });
});

it('says in the record who has deleted the VM', () => {
  const machine = machineIn(VM_STATE.ACTIVE, LCM.BOOT_FAILURE);
  recover(machine, 'delete-db', { uid: 5, gid: 6 }).change(machine, NOW);
  expect(machine.history.at(-1)).toMatchObject({ action: 13, uid: 5, gid: 6, etime: NOW });
  expect(machine.etime).toBe(NOW);
  setState(machine, VM_STATE.DONE, LCM.LCM_INIT);
  expect(() => recover(machine, 'delete-db', NOBODY)).toThrow('it has ended');
});
