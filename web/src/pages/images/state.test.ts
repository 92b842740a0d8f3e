import { expect, it } from 'vitest';
import { cancelRefused, cloneRefused, deleteRefused, enableRefused, imageState, persistentRefused } from './state.ts';

const image = (STATE: number, more: { PERSISTENT?: number; PATH?: string; vms?: number[] } = {}) => ({
  ...{ STATE, PERSISTENT: more.PERSISTENT ?? 0, PATH: more.PATH ?? '', VMS: { ID: more.vms ?? [] } },
});
const [READY, USED, DISABLED, LOCKED, ERROR] = [1, 2, 3, 4, 5];

it('has a word and a tone for every state, and takes one that it does not know for a change', () => {
  expect([1, 2, 3, 4, 5, 7, 8].map((STATE) => imageState({ STATE }).word)).toEqual([
    ...['ready', 'used', 'disabled', 'locked', 'error', 'deleting', 'used'],
  ]);
  expect(imageState({ STATE: 10 })).toEqual({ word: 'other', tone: 'busy' });
});

it('is cloned when its data is there', () => {
  const able = [READY, USED, DISABLED, LOCKED, ERROR].filter((state) => cloneRefused(image(state)) === undefined);
  expect(able).toEqual([READY, USED]);
});

it('becomes persistent, or not, while it is ready', () => {
  expect(persistentRefused(image(READY), true)).toBeUndefined();
  expect(persistentRefused(image(READY), false)).toBe('It is not persistent.');
  expect(persistentRefused(image(READY, { PERSISTENT: 1 }), false)).toBeUndefined();
  expect(persistentRefused(image(USED), true)).toBe('It must be ready, and used by no VM.');
});

it('is enabled when it is disabled or failed, and disabled when it is ready', () => {
  const states = [READY, USED, DISABLED, LOCKED, ERROR];
  expect(states.filter((state) => enableRefused(image(state), true) === undefined)).toEqual([DISABLED, ERROR]);
  expect(states.filter((state) => enableRefused(image(state), false) === undefined)).toEqual([READY]);
});

it('has a download that can be cancelled while one is under way', () => {
  expect(cancelRefused(image(LOCKED, { PATH: 'https://example.org/a.qcow2' }))).toBeUndefined();
  expect(cancelRefused(image(LOCKED, { PATH: '/srv/a.qcow2' }))).toBe('Nothing is downloaded for it.');
  expect(cancelRefused(image(READY, { PATH: 'https://example.org/a.qcow2' }))).toBe('Nothing is downloaded for it.');
});

it('is deleted when nobody uses it and nothing is done with it', () => {
  const able = [READY, DISABLED, LOCKED, ERROR].filter((state) => deleteRefused(image(state)) === undefined);
  expect(able).toEqual([READY, DISABLED, ERROR]);
  expect(deleteRefused(image(USED, { vms: [3, 4] }))).toBe('2 VMs use it.');
});
