import { expect, it } from 'vitest';
import { viewOf, viewText } from './view.ts';

it('is kept in an address', () => {
  expect(viewOf(viewText({ days: 7, vm: 12 }))).toEqual({ days: 7, vm: 12 });
  expect(viewOf(viewText({ days: 90, vm: -1 }))).toEqual({ days: 90, vm: -1 });
});

it.each([undefined, '', '8', 'x', '7-x'])('is the usual one for %s', (text) => {
  expect(viewOf(text)).toEqual({ days: 30, vm: -1 });
});
