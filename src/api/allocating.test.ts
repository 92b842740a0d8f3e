import { expect, it } from 'vitest';
import { CODE, OneError } from '../model/errors.ts';
import { allocating } from './allocating.ts';

it.each([
  [CODE.ACTION, CODE.ALLOCATE],
  [CODE.INTERNAL, CODE.ALLOCATE],
  [CODE.ALLOCATE, CODE.ALLOCATE],
  [CODE.AUTHORIZATION, CODE.AUTHORIZATION],
  [CODE.NO_EXISTS, CODE.NO_EXISTS],
])('an error of code %d becomes one of %d and says the same', (thrown, seen) => {
  const refused = (): never =>
    allocating(() => {
      throw new OneError(thrown, 'IP="x" is not right.', { objectId: 7, hint: 'Give another.' });
    });
  expect(refused).toThrow(
    expect.objectContaining({ code: seen, message: 'IP="x" is not right.', objectId: 7, hint: 'Give another.' }),
  );
});

it('lets through what is made, and what nobody expected', () => {
  expect(allocating(() => 1)).toBe(1);
  const broken = new TypeError('broken');
  expect(() =>
    allocating(() => {
      throw broken;
    }),
  ).toThrow(broken);
});
