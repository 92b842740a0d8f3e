import { expect, it } from 'vitest';
import { datastore, host, vm } from '../../tests/golden/objects.ts';
import type { Host } from '../model/host.ts';
import { LCM, VM_STATE, type Vm } from '../model/vm.ts';
import { NOBODY, openHistory } from './history.ts';
import { setState } from './states.ts';
import { startMigration } from './migrate.ts';

const roomy = (id: number): Host => ({ ...host, id, state: 2, totalMemKb: 8e6, usedMemKb: 0 });
const [first, second] = [roomy(0), roomy(1)];

function runningOn(...hosts: Host[]): Vm {
  const machine: Vm = structuredClone({ ...vm, state: VM_STATE.ACTIVE, lcmState: LCM.RUNNING, history: [] });
  for (const each of hosts) machine.history.push(openHistory(machine, each, datastore, 1));
  return machine;
}
const move = (machine: Vm, to: Host): void =>
  startMigration(machine, { host: to, promised: new Map(), system: datastore, kind: 'save', by: NOBODY, now: 2 });

it('goes to another host, and back', () => {
  const machine = runningOn(first);
  move(machine, second);
  expect(machine).toMatchObject({ lcmState: LCM.SAVE_MIGRATE });
  expect(machine.history.map(({ hid }) => hid)).toEqual([0, 1]);
  setState(machine, VM_STATE.ACTIVE, LCM.BOOT_MIGRATE);
  setState(machine, VM_STATE.ACTIVE, LCM.RUNNING);
  move(machine, first);
  expect(machine.history.map(({ hid }) => hid)).toEqual([0, 1, 0]);
});

it.each([
  ['where it has always been', [first]],
  ['where it came to from another', [second, first]],
  ['where it began another record', [first, first]],
])('does not go to the host %s', (_what, hosts) => {
  expect(() => move(runningOn(...hosts), first)).toThrow(/is on host 0 .* already/);
});
