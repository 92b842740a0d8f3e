import fc from 'fast-check';
import { expect, it } from 'vitest';
import { clipExtents, mergeExtents, type Extent, type ExtentKind, type Range } from './extent.ts';

const kinds: ExtentKind[] = ['data', 'zero', 'absent'];
const step = fc.record({ gap: fc.nat({ max: 2 }), length: fc.nat({ max: 4 }), kind: fc.constantFrom(...kinds) });

/** Extents in order without overlaps, from gaps and lengths. */
function laid(steps: Array<{ gap: number; length: number; kind: ExtentKind }>): Extent[] {
  let at = 0;
  return steps.map(({ gap, length, kind }) => {
    const offset = at + gap;
    at = offset + length;
    return { offset, length, kind };
  });
}

/** The kind of every byte. */
function drawn(extents: Iterable<Extent>): string[] {
  const bytes = new Array<string>(100).fill('');
  for (const { offset, length, kind } of extents) bytes.fill(kind, offset, offset + length);
  return bytes;
}

it('merges without changing what stands where', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 12 }), (steps) => {
      const extents = laid(steps);
      const merged = [...mergeExtents(extents)];
      expect(drawn(merged)).toEqual(drawn(extents));
      merged.forEach((extent, index) => {
        const before = merged[index - 1];
        expect(extent.length).toBeGreaterThan(0);
        if (before?.kind === extent.kind) expect(before.offset + before.length).toBeLessThan(extent.offset);
      });
    }),
  );
});

it('clips to ranges', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(step, { maxLength: 12 }),
      fc.array(step, { maxLength: 12 }),
      async (steps, rangeSteps) => {
        const extents = laid(steps);
        const ranges: Range[] = laid(rangeSteps);
        const inRange = drawn(laid(rangeSteps)).map((kind) => kind !== '');
        const expected = drawn(extents).map((kind, index) => (inRange[index] ? kind : ''));
        const clipped: Extent[] = [];
        for await (const extent of clipExtents(extents, ranges)) clipped.push(extent);
        expect(drawn(clipped)).toEqual(expected);
      },
    ),
  );
});
