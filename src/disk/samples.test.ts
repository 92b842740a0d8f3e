// The choice of samples is bounded, true, and the same for the same map; their hashes are those of the clusters.
import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fileOf, guestBytes } from '../../tests/disk/layout-file.ts';
import { disks } from '../../tests/disk/shapes.ts';
import { clusterMapOf } from './cluster-map-builder.ts';
import { CLUSTER_BYTES } from './cluster-map.ts';
import { Qcow2Layout } from './qcow2-layout.ts';
import { SampleHasher } from './sample-hasher.ts';
import { chooseSamples, MOST_SAMPLES, ZERO_SHA256 } from './samples.ts';

const known = fc
  .uniqueArray(fc.nat({ max: 40 }), { maxLength: 12 })
  .map((clusters) => clusters.map((cluster) => ({ cluster: 1000 + cluster, sha256: `of ${cluster}` })));

describe('the samples of a point', () => {
  it('are few, different, of the right kind, and keep what is known', () => {
    fc.assert(
      fc.property(disks(), known, fc.boolean(), (disk, clean, whole) => {
        const map = clusterMapOf(disk.virtualBytes, disk.extents);
        const { kept, wanted, zeroes } = chooseSamples(map, clean, whole);
        expect(kept).toEqual(clean.slice(0, MOST_SAMPLES));
        const chosen = [...wanted, ...zeroes.map(({ cluster }) => cluster)];
        expect(kept.length + chosen.length).toBeLessThanOrEqual(MOST_SAMPLES);
        expect(new Set(chosen).size).toBe(chosen.length);
        for (const cluster of wanted) expect(map.kind(cluster)).toBe('data');
        for (const { cluster, sha256 } of zeroes) {
          expect(whole ? ['zero', 'absent'] : ['zero']).toContain(map.kind(cluster));
          expect(sha256).toBe(ZERO_SHA256);
        }
        const free = MOST_SAMPLES - kept.length;
        expect(wanted.length).toBeGreaterThanOrEqual(Math.min(map.dataClusters, Math.min(free, 6) - 1));
        if (wanted.length > 1) expect(map.rank(wanted.at(-1) ?? -1)).toBe(map.dataClusters - 1);
        if (wanted.length > 0) expect(wanted[0]).toBe(map.select(0));
        expect(chooseSamples(map, clean, whole)).toEqual({ kept, wanted, zeroes });
      }),
    );
  });

  it('of a whole disk have zeroes among them, of an empty one only those', () => {
    const map = clusterMapOf(100 * CLUSTER_BYTES, [{ offset: 0, length: 60 * CLUSTER_BYTES, kind: 'data' }]);
    const { wanted, zeroes } = chooseSamples(map, [], true);
    expect(wanted).toEqual([0, 11, 23, 35, 47, 59]);
    expect(zeroes.map(({ cluster }) => cluster)).toEqual([60, 61]);
    const empty = chooseSamples(clusterMapOf(10 * CLUSTER_BYTES, []), [], true);
    expect(empty.zeroes.map(({ cluster }) => cluster)).toEqual([0, 5]);
    expect(chooseSamples(clusterMapOf(10 * CLUSTER_BYTES, []), [], false)).toEqual({
      kept: [],
      wanted: [],
      zeroes: [],
    });
  });
});

describe('SampleHasher', () => {
  it('hashes the wanted clusters as the file passes in chunks of any size', () => {
    fc.assert(
      fc.property(disks(), fc.integer({ min: 1, max: 200_000 }), (disk, step) => {
        const clusters = clusterMapOf(disk.virtualBytes, disk.extents);
        const layout = new Qcow2Layout({ virtualBytes: disk.virtualBytes, clusters });
        const { wanted } = chooseSamples(clusters, [], true);
        const hasher = new SampleHasher(clusters, layout.metadataBytes, wanted);
        const file = fileOf(layout);
        for (let at = 0; at < file.length; at += step) hasher.add(file.subarray(at, at + step));
        const expected = wanted.map((cluster) => {
          const bytes = Buffer.alloc(CLUSTER_BYTES);
          const offset = cluster * CLUSTER_BYTES;
          guestBytes(offset, Math.min(CLUSTER_BYTES, disk.virtualBytes - offset)).copy(bytes);
          return { cluster, sha256: createHash('sha256').update(bytes).digest('hex') };
        });
        expect(hasher.samples()).toEqual(expected);
      }),
      { numRuns: 50 },
    );
  });

  it('says nothing of clusters that have not passed to their end', () => {
    const clusters = clusterMapOf(CLUSTER_BYTES, [{ offset: 0, length: 1, kind: 'data' }]);
    const hasher = new SampleHasher(clusters, 0, [0]);
    hasher.add(Buffer.alloc(CLUSTER_BYTES - 1));
    expect(hasher.samples()).toEqual([]);
    hasher.add(Buffer.alloc(1));
    expect(hasher.samples()).toEqual([{ cluster: 0, sha256: ZERO_SHA256 }]);
  });
});
