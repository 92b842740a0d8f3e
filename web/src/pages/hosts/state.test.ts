import { expect, it } from 'vitest';
import { coresOf, hostState } from './state.ts';

it('has a word and a tone for every state, and takes one that it does not know for an error', () => {
  expect([0, 2, 3, 4, 8].map((state) => hostState(state).state)).toEqual([
    'init',
    'monitored',
    'error',
    'disabled',
    'offline',
  ]);
  expect(hostState(99)).toEqual({ state: 'error', tone: 'bad' });
});

it('counts cores', () => {
  expect(coresOf(250)).toBe(2.5);
});
