// Random small disks for property tests: sizes that are no multiple of anything, extents of any length and kind.
import fc from 'fast-check';
import { CLUSTER_BYTES } from '../../src/disk/cluster-map.ts';
import type { Extent, ExtentKind } from '../../src/disk/extent.ts';

export interface DiskShape {
  virtualBytes: number;
  extents: Extent[];
}

const kinds: ExtentKind[] = ['data', 'zero', 'absent'];
/** Lengths at, around and between the borders of clusters. */
const length = fc.oneof(
  fc.nat({ max: 3 * CLUSTER_BYTES }),
  fc.integer({ min: 1, max: 5 }).map((clusters) => clusters * CLUSTER_BYTES),
  fc.constantFrom(1, 512, CLUSTER_BYTES - 1, CLUSTER_BYTES + 1),
);

export function disks(maxExtents = 12): fc.Arbitrary<DiskShape> {
  const part = fc.record({ length, kind: fc.constantFrom(...kinds), hidden: fc.boolean() });
  return fc
    .record({ parts: fc.array(part, { maxLength: maxExtents }), tail: fc.nat({ max: 70_000 }) })
    .map(({ parts, tail }) => {
      const extents: Extent[] = [];
      let at = 0;
      for (const { length, kind, hidden } of parts) {
        // What is absent may be told or left out.
        if (kind !== 'absent' || !hidden) extents.push({ offset: at, length, kind });
        at += length;
      }
      return { virtualBytes: at + tail, extents };
    });
}

/** What the clusters are, told byte by byte from the definition. */
export function kindsOf({ virtualBytes, extents }: DiskShape): ExtentKind[] {
  return Array.from({ length: Math.ceil(virtualBytes / CLUSTER_BYTES) }, (_, cluster) => {
    const start = cluster * CLUSTER_BYTES;
    const end = Math.min(start + CLUSTER_BYTES, virtualBytes);
    const bytes = { data: 0, zero: 0, absent: 0 };
    for (const extent of extents) {
      bytes[extent.kind] += Math.max(0, Math.min(end, extent.offset + extent.length) - Math.max(start, extent.offset));
    }
    if (bytes.data > 0 || (bytes.zero > 0 && bytes.zero < end - start)) return 'data';
    return bytes.zero > 0 ? 'zero' : 'absent';
  });
}
