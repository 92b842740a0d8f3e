import fc from 'fast-check';
import { expect, it } from 'vitest';
import { sharesOf, type Mover } from './shares.ts';

const MB = 2 ** 20;
const mover = (id: string, change: Partial<Mover> = {}): Mover => ({
  ...{ id, weight: 10, moves: undefined, allowed: undefined },
  ...change,
});
const shares = (total: number, ...all: Mover[]): number[] =>
  [...sharesOf(total * MB, all).values()].map((one) => one / MB);

it('two that take what they can get half each, or by weight', () => {
  expect(shares(8, mover('a'), mover('b'))).toEqual([4, 4]);
  expect(shares(8, mover('a', { weight: 30 }), mover('b'))).toEqual([6, 2]);
  expect(shares(8, mover('a', { moves: 7.9 * MB, allowed: 8 * MB }), mover('b'))).toEqual([4, 4]);
  expect(shares(8, mover('a'))).toEqual([8]);
});

it('what one does not use goes to the others', () => {
  const slow = mover('slow', { moves: 2 * MB, allowed: 10 * MB });
  const [own, ...others] = [...sharesOf(30 * MB, [slow, mover('b'), mover('c')]).values()];
  expect(own).toBe(2.5 * MB);
  expect(others).toEqual([13.75 * MB, 13.75 * MB]);
});

it('when all have what they would use, nobody is held to it', () => {
  const slow = (id: string): Mover => mover(id, { moves: 2 * MB, allowed: 50 * MB });
  expect(shares(100, slow('a'), slow('b'))).toEqual([50, 50]);
});

it('shares are all of the bandwidth; who is held back has its part by weight at least', () => {
  const movers = fc.uniqueArray(
    fc.record({
      id: fc.string({ minLength: 1, maxLength: 3 }),
      weight: fc.integer({ min: 1, max: 100 }),
      moves: fc.option(fc.integer({ min: 0, max: 50 * MB }), { nil: undefined }),
      allowed: fc.option(fc.integer({ min: 1, max: 50 * MB }), { nil: undefined }),
    }),
    { minLength: 1, maxLength: 8, selector: ({ id }) => id },
  );
  fc.assert(
    fc.property(movers, fc.integer({ min: MB, max: 100 * MB }), (all, total) => {
      const found = sharesOf(total, all);
      const sum = [...found.values()].reduce((whole, share) => whole + share, 0);
      expect(Math.abs(sum - total)).toBeLessThan(total * 1e-9 + 1);
      const weights = all.reduce((whole, { weight }) => whole + weight, 0);
      for (const { id, weight, moves, allowed } of all) {
        const share = found.get(id) ?? -1;
        expect(share).toBeGreaterThan(0);
        const heldBack = moves === undefined || allowed === undefined || moves >= allowed;
        if (heldBack) expect(share).toBeGreaterThanOrEqual((total * weight) / weights - 1);
      }
    }),
  );
});
