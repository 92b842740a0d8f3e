// The table of steps, held against what becomes of a VM: where each step leads when it is done and when it fails.
import { expect, it } from 'vitest';
import { record, vm } from '../../tests/golden/objects.ts';
import { LCM, VM_STATE, type HistoryRecord, type LcmState, type Vm } from '../model/vm.ts';
import { HISTORY_ACTION, noteAction } from './history.ts';
import { hostIdsOf } from '../model/vm-hosts.ts';
import { firstStep, poweredOff, RETRIES, STEPS } from './life.ts';
import { stateName } from './states.ts';
import { workOf } from './steps.ts';

const NOW = 2_000_000_000;

/** Step -> [when done, when failed]. */
const WAYS: Record<string, [string, string]> = {
  PROLOG: ['BOOT', 'PROLOG_FAILURE'],
  PROLOG_RESUME: ['BOOT_STOPPED', 'PROLOG_RESUME_FAILURE'],
  PROLOG_UNDEPLOY: ['BOOT_UNDEPLOY', 'PROLOG_UNDEPLOY_FAILURE'],
  PROLOG_MIGRATE: ['BOOT_MIGRATE', 'PROLOG_MIGRATE_FAILURE'],
  PROLOG_MIGRATE_POWEROFF: ['POWEROFF', 'PROLOG_MIGRATE_POWEROFF_FAILURE'],
  PROLOG_MIGRATE_SUSPEND: ['SUSPENDED', 'PROLOG_MIGRATE_SUSPEND_FAILURE'],
  BOOT: ['RUNNING', 'BOOT_FAILURE'],
  BOOT_POWEROFF: ['RUNNING', 'POWEROFF'],
  BOOT_UNKNOWN: ['RUNNING', 'UNKNOWN'],
  BOOT_SUSPENDED: ['RUNNING', 'SUSPENDED'],
  BOOT_STOPPED: ['RUNNING', 'BOOT_STOPPED_FAILURE'],
  BOOT_UNDEPLOY: ['RUNNING', 'BOOT_UNDEPLOY_FAILURE'],
  BOOT_MIGRATE: ['RUNNING', 'BOOT_MIGRATE_FAILURE'],
  SAVE_SUSPEND: ['SUSPENDED', 'RUNNING'],
  SAVE_STOP: ['EPILOG_STOP', 'RUNNING'],
  SAVE_MIGRATE: ['PROLOG_MIGRATE', 'RUNNING'],
  SHUTDOWN: ['EPILOG', 'RUNNING'],
  SHUTDOWN_POWEROFF: ['POWEROFF', 'RUNNING'],
  SHUTDOWN_UNDEPLOY: ['EPILOG_UNDEPLOY', 'RUNNING'],
  EPILOG: ['DONE', 'EPILOG_FAILURE'],
  EPILOG_STOP: ['STOPPED', 'EPILOG_STOP_FAILURE'],
  EPILOG_UNDEPLOY: ['UNDEPLOYED', 'EPILOG_UNDEPLOY_FAILURE'],
  CLEANUP_DELETE: ['DONE', 'EPILOG_FAILURE'],
  CLEANUP_RESUBMIT: ['PENDING', 'PROLOG_FAILURE'],
};

function machineIn(lcmState: LcmState, history: HistoryRecord[] = [record]): Vm {
  return { ...structuredClone(vm), state: VM_STATE.ACTIVE, lcmState, history: structuredClone(history) };
}
const nameOf = (machine: Vm): string => stateName(machine.state, machine.lcmState);

it.each(Object.entries(LCM))('%s', (name, lcmState) => {
  const step = STEPS.get(lcmState);
  expect([step !== undefined, workOf(machineIn(lcmState)) !== undefined]).toEqual([name in WAYS, name in WAYS]);
  if (!step) return;
  const [done, failed] = [machineIn(lcmState), machineIn(lcmState)];
  step.done(done, NOW);
  step.failed(failed, NOW);
  expect([nameOf(done), nameOf(failed)]).toEqual(WAYS[name]);
});

it('every failure that waits for somebody can be tried again', () => {
  for (const [name, lcmState] of Object.entries(LCM)) {
    if (name.endsWith('_FAILURE')) expect([name, STEPS.has(RETRIES.get(lcmState) ?? 0)]).toEqual([name, true]);
  }
  for (const [failure, step] of RETRIES) {
    const machine = machineIn(step);
    STEPS.get(step)?.failed(machine, NOW);
    expect(nameOf(machine)).toBe(stateName(VM_STATE.ACTIVE, failure));
  }
});

it('ends the record with what was asked for, or with what was seen', () => {
  const asked = machineIn(LCM.SHUTDOWN_POWEROFF);
  noteAction(asked, NOW, HISTORY_ACTION.POWEROFF_HARD, { uid: 3, gid: 1 });
  poweredOff(asked, NOW);
  expect(asked.history.at(-1)).toMatchObject({ action: 20, uid: 3, gid: 1, etime: NOW, retime: NOW });
  expect(asked.monitoring).toEqual([]);
  const byItself = machineIn(LCM.RUNNING);
  poweredOff(byItself, NOW);
  expect(byItself.history.at(-1)).toMatchObject({ action: 44, etime: NOW });
  const refused = machineIn(LCM.SHUTDOWN);
  noteAction(refused, NOW, HISTORY_ACTION.TERMINATE);
  STEPS.get(LCM.SHUTDOWN)?.failed(refused, NOW);
  expect(refused.history.at(-1)).toMatchObject({ action: 0, etime: 0 });
});

it('a VM that could not leave its host goes on there, with a record that says so', () => {
  const machine = machineIn(LCM.SAVE_MIGRATE, [
    { ...record, hid: 1, etime: 5, action: HISTORY_ACTION.MIGRATE },
    { ...record, seq: 1, hid: 2 },
  ]);
  STEPS.get(LCM.SAVE_MIGRATE)?.failed(machine, NOW);
  expect(machine.history.map(({ seq, hid, etime, action }) => [seq, hid, etime, action])).toEqual([
    [0, 1, 5, 1],
    [1, 2, NOW, 1],
    [2, 1, 0, 0],
  ]);
  expect(machine.history.at(-1)?.rstime).toBe(NOW);
  expect(hostIdsOf(machine)).toEqual([1, 2]);
});

it('begins anew with nothing of its disks left: snapshots, chain of backups', () => {
  const machine = machineIn(LCM.CLEANUP_RESUBMIT);
  machine.backups = { ...machine.backups, configured: true };
  machine.backups.config = { ...machine.backups.config, mode: 'INCREMENT', incrementalBackupId: 7, lastIncrementId: 2 };
  machine.diskSnapshots = [{ diskId: 0, nextId: 1, snapshots: [] }];
  machine.template.push(['SNAPSHOT', [['SNAPSHOT_ID', '0']]]);
  machine.resched = true;
  noteAction(machine, NOW, HISTORY_ACTION.DELETE_RECREATE);
  STEPS.get(LCM.CLEANUP_RESUBMIT)?.done(machine, NOW);
  expect(machine.backups.config).toMatchObject({ incrementalBackupId: -1, lastIncrementId: -1, mode: 'INCREMENT' });
  expect(machine.diskSnapshots).toBeUndefined();
  expect(machine.template.some(([name]) => name === 'SNAPSHOT')).toBe(false);
  expect([machine.resched, machine.history.at(-1)?.action]).toEqual([false, 14]);
  expect(firstStep(machine)).toBe(LCM.PROLOG);
});

it('is deployed again by what ended its last stay', () => {
  const first = (action: number): LcmState => firstStep({ history: [{ ...record, action, etime: 1 }] });
  expect(firstStep({ history: [] })).toBe(LCM.PROLOG);
  for (const [name, action] of Object.entries(HISTORY_ACTION)) {
    const wanted = name === 'STOP' ? LCM.PROLOG_RESUME : name.startsWith('UNDEPLOY') ? LCM.PROLOG_UNDEPLOY : LCM.PROLOG;
    expect([name, first(action)]).toEqual([name, wanted]);
  }
});

it('knows where the domain is while it moves', () => {
  const history = [
    { ...record, hid: 1, action: HISTORY_ACTION.MIGRATE, etime: 1 },
    { ...record, hid: 2 },
  ];
  const at = (lcmState: LcmState, prevLcmState: LcmState): number[] => hostIdsOf({ lcmState, prevLcmState, history });
  expect(at(LCM.SAVE_MIGRATE, LCM.RUNNING)).toEqual([1, 2]);
  expect(at(LCM.PROLOG_MIGRATE, LCM.SAVE_MIGRATE)).toEqual([1, 2]);
  expect(at(LCM.CLEANUP_DELETE, LCM.SAVE_MIGRATE)).toEqual([2, 1]);
  expect(at(LCM.BOOT_MIGRATE, LCM.PROLOG_MIGRATE)).toEqual([2, 1]);
  expect(at(LCM.RUNNING, LCM.BOOT_MIGRATE)).toEqual([2]);
  expect(hostIdsOf({ lcmState: 0, prevLcmState: 0, history: [] })).toEqual([]);
});
