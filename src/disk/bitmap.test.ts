import fc from 'fast-check';
import { expect, it } from 'vitest';
import { Bitmap, lowestBit, popcount } from './bitmap.ts';

const ranges = fc.array(fc.tuple(fc.nat({ max: 200 }), fc.nat({ max: 100 })), { maxLength: 6 });

it('answers as a list of booleans does', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 200 }),
      ranges,
      fc.nat({ max: 200 }),
      fc.nat({ max: 200 }),
      (length, sets, from, end) => {
        const bitmap = new Bitmap(length);
        const list = new Array<boolean>(length).fill(false);
        for (const [start, count] of sets) {
          const to = Math.min(length, start + count);
          bitmap.set(start, to);
          if (start < to) list.fill(true, start, to);
        }
        const stop = Math.min(end, length);
        const next = (wanted: boolean): number => {
          const found = list.findIndex((bit, index) => index >= from && index < stop && bit === wanted);
          return found < 0 ? stop : found;
        };
        expect(list.map((_, index) => bitmap.has(index))).toEqual(list);
        expect(bitmap.nextSet(from, stop)).toBe(next(true));
        expect(bitmap.nextClear(from, stop)).toBe(next(false));
        expect(bitmap.count()).toBe(list.filter(Boolean).length);
      },
    ),
    { numRuns: 500 },
  );
});

it('combines with another as lists do, and a copy is its own', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 200 }),
      ranges,
      ranges,
      fc.nat({ max: 200 }),
      (length, sets, others, from) => {
        const fill = (spans: Array<[number, number]>): Bitmap => {
          const bitmap = new Bitmap(length);
          for (const [start, count] of spans) bitmap.set(Math.min(start, length), Math.min(length, start + count));
          return bitmap;
        };
        const [one, other] = [fill(sets), fill(others)];
        const [sum, rest] = [one.copy(), one.copy()];
        sum.add(other);
        rest.subtract(other);
        for (let index = 0; index < length; index++) {
          expect(sum.has(index)).toBe(one.has(index) || other.has(index));
          expect(rest.has(index)).toBe(one.has(index) && !other.has(index));
        }
        expect(one.nextSetInEither(other, from)).toBe(from >= length ? length : sum.nextSet(from));
      },
    ),
  );
});

it('counts the bits of a word', () => {
  fc.assert(
    fc.property(fc.nat({ max: 0xffffffff }), (word) => {
      const digits = word.toString(2);
      expect(popcount(word)).toBe(digits.replaceAll('0', '').length);
      if (word !== 0) expect(lowestBit(word)).toBe(digits.length - 1 - digits.lastIndexOf('1'));
    }),
  );
});
