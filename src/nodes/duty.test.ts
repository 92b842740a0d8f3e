// Whose work an operation or a VM is.
import { expect, it } from 'vitest';
import { vm } from '../../tests/golden/objects.ts';
import { OPERATION_KINDS } from '../model/operation.ts';
import { LCM } from '../model/vm.ts';
import { datastoreDuty, dutyOfOperation, dutyOfVm, hostDuty } from './duty.ts';

const on = (hid: number) => ({ ...vm.history[0]!, hid });
const there = { lcmState: LCM.RUNNING, prevLcmState: LCM.RUNNING, history: [on(3)] };
const run = { hostId: 1, datastoreId: 2 };

it('gives a VM to its host, to the one that it leaves while it moves, and to main while it has none', () => {
  expect(dutyOfVm(there)).toBe('host:3');
  expect(dutyOfVm({ ...there, history: [] })).toBe('main');
  const moves = { lcmState: LCM.SAVE_MIGRATE, prevLcmState: LCM.RUNNING, history: [on(3), on(4)] };
  expect(dutyOfVm(moves)).toBe('host:3');
  expect(dutyOfVm({ ...moves, lcmState: LCM.BOOT_MIGRATE })).toBe('host:4');
});

it('gives runs on hosts to the host, those on data to the datastore, and copies of the database to main', () => {
  const duties = OPERATION_KINDS.map((kind) => [kind, dutyOfOperation({ ...run, kind }, undefined)]);
  expect(Object.fromEntries(duties)).toEqual({
    ...{ backup: 'host:1', drill: 'host:1', restore: 'datastore:2', flatten: 'datastore:2', verify: 'datastore:2' },
    ...{ prune: 'datastore:2', check: 'datastore:2', rescan: 'datastore:2', copy: 'datastore:2', self: 'main' },
  });
  expect(dutyOfOperation({ ...run, kind: 'restore', inPlace: true }, there)).toBe('host:3');
  expect(dutyOfOperation({ ...run, kind: 'restore', instant: true }, { ...there, history: [] })).toBe('main');
});

it('gives what has no host and no datastore to main', () => {
  expect([hostDuty(-1), datastoreDuty(-1), hostDuty(0)]).toEqual(['main', 'main', 'host:0']);
});
