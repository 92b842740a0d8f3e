// The map says of every cluster what its bytes say, and its queries agree with a plain list.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { clusterMapFrom, clusterMapOf } from './cluster-map-builder.ts';
import { CLUSTER_BYTES, type ClusterMap } from './cluster-map.ts';
import { disks, kindsOf, type DiskShape } from '../../tests/disk/shapes.ts';

function mapOf({ virtualBytes, extents }: DiskShape): ClusterMap {
  return clusterMapOf(virtualBytes, extents);
}

describe('ClusterMap', () => {
  it('is data where any byte is data or a part is zero, and zero where all bytes are', () => {
    fc.assert(
      fc.property(disks(), (disk) => {
        const map = mapOf(disk);
        const kinds = Array.from({ length: map.clusterCount }, (_, cluster) => map.kind(cluster));
        expect(kinds).toEqual(kindsOf(disk));
        expect(map.dataClusters).toBe(kinds.filter((kind) => kind === 'data').length);
        expect(map.zeroClusters).toBe(kinds.filter((kind) => kind === 'zero').length);
      }),
    );
  });

  it('ranks, selects and walks in runs', () => {
    fc.assert(
      fc.property(disks(), (disk) => {
        const map = mapOf(disk);
        const kinds = kindsOf(disk);
        const data = kinds.flatMap((kind, cluster) => (kind === 'data' ? [cluster] : []));
        data.forEach((cluster, rank) => {
          expect(map.select(rank)).toBe(cluster);
          expect(map.rank(cluster)).toBe(rank);
        });
        expect(map.select(data.length)).toBe(map.clusterCount);
        const walked: string[] = [];
        for (let at = 0; at < map.clusterCount;) {
          const { first, count, kind } = map.runAt(at);
          expect([first, count > 0]).toEqual([at, true]);
          for (let n = 0; n < count; n++) walked.push(kind);
          at += count;
        }
        expect(walked).toEqual(kinds);
      }),
    );
  });

  it('gives the data ranges from any rank on', () => {
    fc.assert(
      fc.property(disks(), fc.nat({ max: 20 }), (disk, rank) => {
        const map = mapOf(disk);
        const clusters = [...map.dataRanges(rank)].flatMap(({ offset, length }) => {
          expect(offset + length).toBeLessThanOrEqual(disk.virtualBytes);
          const count = Math.ceil(length / CLUSTER_BYTES);
          return Array.from({ length: count }, (_, index) => offset / CLUSTER_BYTES + index);
        });
        const data = kindsOf(disk).flatMap((kind, cluster) => (kind === 'data' ? [cluster] : []));
        expect(clusters).toEqual(data.slice(rank));
      }),
    );
  });

  it('ranks and selects over many directory entries', () => {
    const clusters = 100_000;
    const extents = Array.from({ length: clusters / 10 }, (_, index) => ({
      offset: index * 10 * CLUSTER_BYTES,
      length: 1,
      kind: 'data' as const,
    }));
    const map = clusterMapOf(clusters * CLUSTER_BYTES, extents);
    for (const rank of [0, 1, 204, 205, 206, 5000, 9999]) {
      expect(map.select(rank)).toBe(rank * 10);
      expect(map.rank(rank * 10)).toBe(rank);
      expect(map.rank(rank * 10 + 5)).toBe(rank + 1);
    }
  });

  it('takes extents one by one, too', async () => {
    async function* extents() {
      yield { offset: 0, length: 1, kind: 'data' as const };
      await Promise.resolve();
      yield { offset: CLUSTER_BYTES, length: 512, kind: 'zero' as const };
    }
    const map = await clusterMapFrom(CLUSTER_BYTES + 512, extents());
    expect([map.kind(0), map.kind(1)]).toEqual(['data', 'zero']);
  });

  it('refuses extents out of order or outside, and impossible sizes', () => {
    const data = (offset: number, length: number) => ({ offset, length, kind: 'data' as const });
    expect(() => clusterMapOf(1000, [data(500, 10), data(500, 10)])).toThrow(
      'cannot take the extent [500, 510) after byte 510',
    );
    expect(() => clusterMapOf(1000, [data(999, 2)])).toThrow('[999, 1001)');
    expect(() => clusterMapOf(1000, [data(10, -5)])).toThrow('[10, 5)');
    expect(() => clusterMapOf(2 ** 47, [])).toThrow('not supported');
    expect(() => clusterMapOf(-1, [])).toThrow('not supported');
    expect(() => clusterMapOf(1.5, [])).toThrow('not supported');
  });
});
