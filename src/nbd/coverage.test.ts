import fc from 'fast-check';
import { expect, it } from 'vitest';
import { Coverage } from './coverage.ts';

it('knows what is filled, whatever the order, and tells every overlap', () => {
  const part = fc.tuple(fc.nat({ max: 60 }), fc.integer({ min: 1, max: 12 }));
  fc.assert(
    fc.property(fc.array(part, { maxLength: 40 }), (parts) => {
      const coverage = new Coverage();
      const filled = new Array<boolean>(72).fill(false);
      for (const [start, length] of parts) {
        const free = filled.slice(start, start + length).every((one) => !one);
        expect(coverage.add(start, start + length)).toBe(free);
        if (!free) return;
        filled.fill(true, start, start + length);
        const first = filled.indexOf(true);
        const last = filled.lastIndexOf(true);
        expect(coverage.isWhole(first, last + 1)).toBe(filled.slice(first, last + 1).every((one) => one));
      }
    }),
    { numRuns: 500 },
  );
});
