import { expect, it } from 'vitest';
import { host, systemDatastore, vm } from '../../tests/golden/objects.ts';
import { text } from '../model/attributes.ts';
import { LCM, VM_STATE, type Vm } from '../model/vm.ts';
import {
  askedHard,
  closeHistory,
  forgetAction,
  HISTORY_ACTION,
  noteAction,
  openHistory,
  reopenHistory,
  showError,
  startRunning,
} from './history.ts';
import { setState } from './states.ts';

const { BACKUP, POWEROFF, POWEROFF_HARD, TERMINATE } = HISTORY_ACTION;

function fresh(): Vm {
  return { ...structuredClone(vm), history: [] };
}
const brief = (of: Vm): number[][] =>
  of.history.map(({ seq, stime, rstime, retime, etime, action }) => [seq, stime, rstime, retime, etime, action]);

it('numbers the stays of a VM, and a backup closes one and opens the next', () => {
  const machine = fresh();
  closeHistory(machine, 1, 1);
  reopenHistory(machine, 1);
  expect(machine.history).toEqual([]);
  machine.history.push(openHistory(machine, host, systemDatastore, 100));
  startRunning(machine, 110);
  closeHistory(machine, 200, BACKUP);
  reopenHistory(machine, 200);
  closeHistory(machine, 300, TERMINATE);
  expect(brief(machine)).toEqual([
    [0, 100, 110, 200, 200, 50],
    [1, 200, 200, 300, 300, 27],
  ]);
  expect(machine.history.map(({ hid, hostname, dsId }) => [hid, hostname, dsId])).toEqual([
    [host.id, host.name, systemDatastore.id],
    [host.id, host.name, systemDatastore.id],
  ]);
});

it('what happens to a VM that is off gets a record of its own, which does not count as running', () => {
  const machine = fresh();
  machine.history.push(openHistory(machine, host, systemDatastore, 100));
  startRunning(machine, 110);
  noteAction(machine, 150, POWEROFF, { uid: 4, gid: 1 });
  setState(machine, VM_STATE.POWEROFF, LCM.LCM_INIT);
  closeHistory(machine, 200);
  closeHistory(machine, 400, BACKUP);
  reopenHistory(machine, 400);
  setState(machine, VM_STATE.ACTIVE, LCM.RUNNING);
  startRunning(machine, 500);
  expect(brief(machine)).toEqual([
    [0, 100, 110, 200, 200, 19],
    [1, 200, 0, 0, 400, 50],
    [2, 400, 500, 0, 0, 0],
  ]);
  expect(machine.history.map(({ uid, gid }) => [uid, gid])).toEqual([
    [4, 1],
    [-1, -1],
    [-1, -1],
  ]);
});

it('keeps what was asked for, and forgets what did not happen', () => {
  const machine = fresh();
  noteAction(machine, 100, POWEROFF_HARD);
  expect([machine.history, askedHard(machine.history)]).toEqual([[], false]);
  machine.history.push(openHistory(machine, host, systemDatastore, 100));
  for (const [name, action] of Object.entries(HISTORY_ACTION)) {
    noteAction(machine, 100, action);
    expect([name, askedHard(machine.history)]).toEqual([name, name.includes('_HARD')]);
  }
  forgetAction(machine);
  expect(machine.history.at(-1)).toMatchObject({ action: 0, uid: -1 });
  closeHistory(machine, 200, POWEROFF);
  forgetAction(machine); // it has happened
  expect(machine.history.at(-1)?.action).toBe(POWEROFF);
});

it('shows the last error alone, with its time', () => {
  const machine = structuredClone(vm);
  showError(machine, 'one', 0);
  showError(machine, 'two', Date.UTC(2022, 11, 1, 13, 36, 56));
  expect(machine.userTemplate.filter(([name]) => name === 'ERROR')).toHaveLength(1);
  expect(text(machine.userTemplate, 'ERROR')).toBe('2022-12-01 13:36:56 UTC: two');
});
