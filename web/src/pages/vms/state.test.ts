import { expect, it } from 'vitest';
import { canHotplug, isBackingUp, isOff, isUp, vmState } from './state.ts';

it.each([
  [3, 3, 'running', 'good'],
  [8, 0, 'poweroff', 'calm'],
  [3, 69, 'backup', 'busy'],
  [3, 70, 'backup', 'busy'],
  [3, 71, 'restore', 'busy'],
  [3, 36, 'failure', 'bad'],
  [3, 2, 'boot', 'busy'],
  [3, 18, 'shutdown', 'busy'],
  [3, 4, 'migrate', 'busy'],
  [3, 57, 'busy', 'busy'],
  [3, 16, 'unknown', 'care'],
  [77, 0, 'unknown', 'care'],
])('%i/%i is %s', (STATE, LCM_STATE, word, tone) => {
  expect(vmState({ STATE, LCM_STATE })).toEqual({ word, tone });
});

it('knows what runs, what is off and what is backed up', () => {
  expect([
    isUp({ STATE: 3, LCM_STATE: 69 }),
    isUp({ STATE: 3, LCM_STATE: 70 }),
    isUp({ STATE: 8, LCM_STATE: 0 }),
  ]).toEqual([true, false, false]);
  expect([isOff({ STATE: 8, LCM_STATE: 0 }), isOff({ STATE: 3, LCM_STATE: 70 })]).toEqual([true, false]);
  expect([isBackingUp({ STATE: 3, LCM_STATE: 70 }), isBackingUp({ STATE: 3, LCM_STATE: 3 })]).toEqual([true, false]);
});

it('lets disks and NICs come and go while it runs or is off, and nothing else is done with it', () => {
  const able = [
    { STATE: 3, LCM_STATE: 3 },
    { STATE: 8, LCM_STATE: 0 },
    { STATE: 3, LCM_STATE: 69 },
    { STATE: 3, LCM_STATE: 16 },
    { STATE: 5, LCM_STATE: 0 },
  ].map(canHotplug);
  expect(able).toEqual([true, true, false, false, false]);
});
