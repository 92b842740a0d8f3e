// What has been written from the front on is known whatever the order of writing.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { WrittenRanges } from './written-ranges.ts';

describe('WrittenRanges', () => {
  it('grows over what waited behind a gap', () => {
    const ranges = new WrittenRanges();
    ranges.add(10, 20);
    ranges.add(20, 30);
    expect(ranges.prefix).toBe(0);
    ranges.add(0, 10);
    expect(ranges.prefix).toBe(30);
  });

  it('tells what is written a second time', () => {
    const ranges = new WrittenRanges();
    expect([ranges.add(0, 10), ranges.add(20, 30), ranges.add(25, 26), ranges.add(5, 12)]).toEqual([
      true,
      true,
      false,
      false,
    ]);
  });

  it('ends at the first byte that nobody wrote', () => {
    const part = fc.tuple(fc.nat(60), fc.integer({ min: 1, max: 9 }));
    fc.assert(
      fc.property(fc.array(part, { maxLength: 40 }), (parts) => {
        const ranges = new WrittenRanges();
        const bytes = new Set<number>();
        for (const [start, length] of parts) {
          const span = Array.from({ length }, (_, at) => start + at);
          expect(ranges.add(start, start + length)).toBe(!span.some((at) => bytes.has(at)));
          for (const at of span) bytes.add(at);
        }
        let first = 0;
        while (bytes.has(first)) first++;
        expect(ranges.prefix).toBe(first);
      }),
    );
  });
});
