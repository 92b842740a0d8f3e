// An increment's map says of every cluster what the allocation says where the bitmap is dirty, and nothing elsewhere.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { disks } from '../../tests/disk/shapes.ts';
import { CLUSTER_BYTES } from '../disk/cluster-map.ts';
import type { Extent, Range } from '../disk/extent.ts';
import { ALLOCATION, changedClusters, changedParts, wholeDisk, type Changes, type Mapped } from './changes.ts';

type Flagged = Range & { flags: number };

/** An export that answers without gaps, as servers do. */
function exported(size: number, contexts: Record<string, Flagged[]>, asked: Range[] = []): Mapped {
  return {
    size,
    async *extents(context, offset = 0, length = size - offset) {
      await Promise.resolve();
      asked.push({ offset, length });
      for (const extent of contexts[context] ?? []) {
        const from = Math.max(offset, extent.offset);
        const to = Math.min(offset + length, extent.offset + extent.length);
        if (from < to) yield { offset: from, length: to - from, flags: extent.flags };
      }
    },
  };
}

/** The extents with what lies between them. */
function gapless(size: number, extents: Extent[], flagsOf: (extent: Extent | undefined) => number): Flagged[] {
  const all: Flagged[] = [];
  let at = 0;
  const add = (to: number, flags: number): void => {
    if (to > at) all.push({ offset: at, length: to - at, flags });
    at = Math.max(at, to);
  };
  for (const extent of extents) {
    add(extent.offset, flagsOf(undefined));
    add(extent.offset + extent.length, flagsOf(extent));
  }
  add(size, flagsOf(undefined));
  return all;
}

function touching(cluster: number): (range: Range) => boolean {
  const start = cluster * CLUSTER_BYTES;
  return ({ offset, length }) => length > 0 && offset < start + CLUSTER_BYTES && offset + length > start;
}

const KINDS: Array<[Changes['kind'], number, number]> = [
  ['dirty-bitmap', 1, 0],
  ['allocation-depth', 1, 2],
];

describe('the clusters of an increment', () => {
  it.each(KINDS)('are those of the %s, as they are allocated', async (kind, yes, no) => {
    await fc.assert(
      fc.asyncProperty(disks(), disks(), async (disk, other) => {
        const size = disk.virtualBytes;
        const dirty = other.extents
          .map(({ offset, length }) => ({ offset, length: Math.min(length, size - offset), kind: 'data' as const }))
          .filter((extent, index) => extent.length > 0 && index % 2 === 0);
        const from = exported(size, {
          [ALLOCATION]: gapless(size, disk.extents, (extent) => (extent?.kind === 'data' ? 0 : 3)),
          dirty: gapless(size, dirty, (extent) => (extent ? yes : no)),
        });
        const changed = await changedClusters(from, { context: 'dirty', kind });
        const map = await changedParts(from, changed);
        const full = await wholeDisk(from);
        const data = disk.extents.filter(({ kind }) => kind === 'data');
        for (let cluster = 0; cluster < map.clusterCount; cluster++) {
          const touches = touching(cluster);
          const holds = data.some(touches);
          expect(changed.has(cluster)).toBe(dirty.some(touches));
          expect(map.kind(cluster)).toBe(!dirty.some(touches) ? 'absent' : holds ? 'data' : 'zero');
          expect(full.kind(cluster)).toBe(holds ? 'data' : 'absent');
        }
      }),
    );
  });

  it('are looked for only near the changes', async () => {
    const size = 2 ** 40;
    const asked: Range[] = [];
    const at = (offset: number, flags: number): Flagged => ({ offset, length: CLUSTER_BYTES, flags });
    const from = exported(size, { dirty: [at(0, 1), at(10 * CLUSTER_BYTES, 1), at(2 ** 39, 1)] }, asked);
    await changedParts(from, await changedClusters(from, { context: 'dirty', kind: 'dirty-bitmap' }));
    expect(asked).toEqual([
      { offset: 0, length: size },
      { offset: 0, length: 11 * CLUSTER_BYTES },
      { offset: 2 ** 39, length: CLUSTER_BYTES },
    ]);
  });
});
