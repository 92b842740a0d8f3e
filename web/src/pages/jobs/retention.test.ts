import { expect, it } from 'vitest';
import { reachOf, retainedOf } from './retention.ts';

it('drops the oldest when there is one more than is kept', () => {
  expect(retainedOf([10, 20, 30, 40], 2)).toEqual([
    { at: 10, goes: undefined },
    { at: 20, goes: undefined },
    { at: 30, goes: 10 },
    { at: 40, goes: 20 },
  ]);
  expect(retainedOf([10, 20], 0).map(({ goes }) => goes)).toEqual([undefined, undefined]);
});

it('says how far one can go back', () => {
  expect(reachOf([10, 20, 30], 3)).toBe(20);
  expect(reachOf([10, 20, 30], 4)).toBeUndefined();
  expect(reachOf([10, 20, 30], 0)).toBeUndefined();
});
