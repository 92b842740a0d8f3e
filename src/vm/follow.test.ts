import { expect, it } from 'vitest';
import type { DomainState } from '../hypervisor/hypervisor.ts';
import { LCM, VM_STATE, type LcmState } from '../model/vm.ts';
import { follow, SHUTDOWN_LIMIT_SEC } from './follow.ts';

type Seen = DomainState | undefined;
const DOMAINS: Seen[] = ['running', 'paused', 'shutoff', 'crashed', undefined];
const SOON = SHUTDOWN_LIMIT_SEC - 1;

/** What is made of running, paused, shutoff, crashed, and a domain that the host does not know. */
const ACTIVE: Array<[LcmState, number, string[]]> = [
  [LCM.RUNNING, 0, ['stay', 'stay', 'poweroff', 'poweroff', 'unknown']],
  [LCM.UNKNOWN, 0, ['running', 'running', 'poweroff', 'poweroff', 'stay']],
  [LCM.SHUTDOWN_POWEROFF, SOON, ['stay', 'stay', 'poweroff', 'poweroff', 'poweroff']],
  [LCM.SHUTDOWN_POWEROFF, SHUTDOWN_LIMIT_SEC, ['refused', 'refused', 'poweroff', 'poweroff', 'poweroff']],
  [LCM.SHUTDOWN, SOON, ['stay', 'stay', 'ended', 'ended', 'ended']],
  [LCM.SHUTDOWN, SHUTDOWN_LIMIT_SEC, ['refused', 'refused', 'ended', 'ended', 'ended']],
];

it.each(ACTIVE)('an active VM in %i after %i s', (lcmState, sinceSec, verdicts) => {
  const seen = DOMAINS.map((domain) => follow({ state: VM_STATE.ACTIVE, lcmState }, domain, sinceSec).kind);
  expect(seen).toEqual(verdicts);
});

it('a VM that is off and found running was started from outside', () => {
  const seen = DOMAINS.map((domain) => follow({ state: VM_STATE.POWEROFF, lcmState: LCM.LCM_INIT }, domain, 0).kind);
  expect(seen).toEqual(['running', 'running', 'stay', 'stay', 'stay']);
});

it('leaves alone what somebody else is working on, above all a VM in its backup', () => {
  const followed = new Set(ACTIVE.map(([lcmState]) => lcmState));
  for (const lcmState of Object.values(LCM).filter((lcm) => !followed.has(lcm))) {
    for (const domain of DOMAINS) {
      expect(follow({ state: VM_STATE.ACTIVE, lcmState }, domain, 1e6)).toEqual({ kind: 'stay' });
    }
  }
  for (const state of [VM_STATE.PENDING, VM_STATE.HOLD, VM_STATE.DONE, VM_STATE.INIT]) {
    for (const domain of DOMAINS) expect(follow({ state, lcmState: LCM.LCM_INIT }, domain, 0).kind).toBe('stay');
  }
});

it('says how to get rid of a guest that does not listen', () => {
  const verdict = follow({ state: VM_STATE.ACTIVE, lcmState: LCM.SHUTDOWN }, 'running', 500);
  expect(verdict).toMatchObject({ reason: expect.stringContaining('--hard') as string });
});
