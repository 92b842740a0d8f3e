import { expect, it } from 'vitest';
import { record } from '../../tests/golden/objects.ts';
import type { DomainState } from '../hypervisor/hypervisor.ts';
import { LCM, VM_STATE, type HistoryRecord, type LcmState } from '../model/vm.ts';
import { follow, SHUTDOWN_LIMIT_SEC } from './follow.ts';
import { HISTORY_ACTION } from './history.ts';

type Seen = DomainState | undefined;
const DOMAINS: Seen[] = ['running', 'paused', 'shutoff', 'crashed', undefined];
const SOON = SHUTDOWN_LIMIT_SEC - 1;
const LATE = SHUTDOWN_LIMIT_SEC;
const STARTED = ['running', 'running', 'stay', 'stay', 'stay'];
const GOING_OFF: Array<[number, string[]]> = [
  [SOON, ['stay', 'stay', 'done', 'done', 'done']],
  [LATE, ['refused', 'refused', 'done', 'done', 'done']],
];

const moving = (action: number): HistoryRecord[] => [{ ...record, action, etime: 1 }, record];

/** What is made of running, paused, shutoff, crashed, and a domain that the host does not know. */
const ACTIVE: Array<[LcmState, number, string[]]> = [
  [LCM.RUNNING, 0, ['stay', 'stay', 'poweroff', 'poweroff', 'unknown']],
  [LCM.UNKNOWN, 0, ['running', 'running', 'poweroff', 'poweroff', 'stay']],
  ...[LCM.BOOT_FAILURE, LCM.BOOT_UNDEPLOY_FAILURE, LCM.BOOT_STOPPED_FAILURE, LCM.BOOT_MIGRATE_FAILURE].map(
    (lcm): [LcmState, number, string[]] => [lcm, LATE, STARTED],
  ),
  ...[LCM.SHUTDOWN, LCM.SHUTDOWN_POWEROFF, LCM.SHUTDOWN_UNDEPLOY, LCM.SAVE_MIGRATE].flatMap((lcm) =>
    GOING_OFF.map(([sec, verdicts]): [LcmState, number, string[]] => [lcm, sec, verdicts]),
  ),
];

it.each(ACTIVE)('an active VM in %i after %i s', (lcmState, sinceSec, verdicts) => {
  const history = moving(HISTORY_ACTION.POFF_MIGRATE);
  const seen = DOMAINS.map((domain) => follow({ state: VM_STATE.ACTIVE, lcmState, history }, domain, sinceSec).kind);
  expect(seen).toEqual(verdicts);
});

it('a VM that takes its memory along is stopped by whoever saves it', () => {
  const history = moving(HISTORY_ACTION.MIGRATE);
  for (const domain of DOMAINS) {
    const vm = { state: VM_STATE.ACTIVE, lcmState: LCM.SAVE_MIGRATE, history };
    expect(follow(vm, domain, 1e6)).toEqual({ kind: 'stay' });
  }
});

it.each([VM_STATE.POWEROFF, VM_STATE.SUSPENDED])(
  'a VM in %i that is found running was started from outside',
  (state) => {
    const vm = { state, lcmState: LCM.LCM_INIT, history: [record] };
    expect(DOMAINS.map((domain) => follow(vm, domain, 0).kind)).toEqual(STARTED);
  },
);

it('leaves alone what somebody else is working on, above all a VM in its backup', () => {
  const followed = new Set(ACTIVE.map(([lcmState]) => lcmState));
  for (const lcmState of Object.values(LCM).filter((lcm) => !followed.has(lcm))) {
    for (const domain of DOMAINS) {
      expect(follow({ state: VM_STATE.ACTIVE, lcmState, history: [record] }, domain, 1e6)).toEqual({ kind: 'stay' });
    }
  }
  const { PENDING, HOLD, DONE, INIT, STOPPED, UNDEPLOYED } = VM_STATE;
  for (const state of [PENDING, HOLD, DONE, INIT, STOPPED, UNDEPLOYED]) {
    const vm = { state, lcmState: LCM.LCM_INIT, history: [record] };
    for (const domain of DOMAINS) expect(follow(vm, domain, 0).kind).toBe('stay');
  }
});

it('says how to get rid of a guest that does not listen', () => {
  const verdict = follow({ state: VM_STATE.ACTIVE, lcmState: LCM.SHUTDOWN, history: [record] }, 'running', 500);
  expect(verdict).toMatchObject({ reason: expect.stringContaining('--hard') as string });
});
