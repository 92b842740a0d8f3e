import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Bitmap } from './bitmap.ts';
import { CLUSTER_BYTES } from './cluster-map.ts';
import { clusterMapOf } from './cluster-map-builder.ts';
import type { Extent, ExtentKind } from './extent.ts';
import {
  SLICE_BYTES,
  SLICE_CLUSTERS,
  sliceBytes,
  SliceManifest,
  sliceName,
  sliceOf,
  slicePath,
  wholeSlices,
} from './slices.ts';

const CLUSTERS = 200;
const SIZE = CLUSTERS * CLUSTER_BYTES - 1000;

/** A disk whose clusters hold data where `has` says so, and are zeroes elsewhere. */
function mapOf(has: (cluster: number) => boolean, absent: ExtentKind = 'absent', size = SIZE) {
  const extents: Extent[] = [];
  for (let offset = 0; offset < size; offset += CLUSTER_BYTES) {
    const kind = has(offset / CLUSTER_BYTES) ? 'data' : absent;
    extents.push({ offset, length: Math.min(CLUSTER_BYTES, size - offset), kind });
  }
  return clusterMapOf(size, extents);
}

const kinds = ({ clusters }: SliceManifest): string[] =>
  Array.from({ length: clusters.clusterCount }, (_, cluster) => clusters.kind(cluster));

describe('names', () => {
  it('say which slice it is, in the order of the disk', () => {
    expect([0, 255, 256, 0x12345].map(slicePath)).toEqual(['000000/00', '000000/ff', '000001/00', '000123/45']);
    expect(sliceName(256)).toEqual({ folder: '000001', file: '00' });
    fc.assert(fc.property(fc.nat(2 ** 24 - 1), (index) => sliceOf(`a/disk.0/${slicePath(index)}`) === index));
    expect(['a/disk.0/', '000001/1', '000001/zz', 'x000001/00', ''].map(sliceOf)).toEqual(Array(5).fill(undefined));
  });
});

describe('a manifest', () => {
  it('knows what is there, and how long each slice is', () => {
    const manifest = SliceManifest.whole(
      7,
      mapOf((cluster) => cluster === 3 || cluster === CLUSTERS - 1),
    );
    expect([...manifest.slices()]).toEqual([
      { index: 0, changed: 7 },
      { index: 3, changed: 7 },
    ]);
    expect(manifest.virtualBytes % 512).toBe(0);
    expect(sliceBytes(manifest.virtualBytes, 3)).toBe(manifest.virtualBytes - 3 * SLICE_BYTES);
    expect(manifest.fileBytes).toBe(SLICE_BYTES + sliceBytes(manifest.virtualBytes, 3));
    expect(sliceBytes(manifest.virtualBytes, 4)).toBe(0);
  });

  it('is read as it was written', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.nat(CLUSTERS - 1)), fc.integer({ min: 1, max: 2 ** 31 }), (data, number) => {
        const manifest = SliceManifest.whole(
          number,
          mapOf((cluster) => data.includes(cluster)),
        );
        const read = SliceManifest.parse(manifest.toText(), 'it');
        expect(read.toText()).toBe(manifest.toText());
        expect(kinds(read)).toEqual(kinds(manifest));
        expect([read.number, [...read.slices()]]).toEqual([number, [...manifest.slices()]]);
      }),
      { numRuns: 30 },
    );
  });

  it('of what was changed has that, and the rest as it was', () => {
    const clusters = fc.uniqueArray(fc.nat(CLUSTERS - 1));
    fc.assert(
      fc.property(clusters, clusters, clusters, (first, then, changed) => {
        const before = SliceManifest.whole(
          1,
          mapOf((cluster) => first.includes(cluster)),
        );
        const dirty = new Bitmap(CLUSTERS);
        for (const cluster of changed) dirty.set(cluster, cluster + 1);
        const touched = wholeSlices(dirty);
        const after = before.after(
          2,
          touched,
          mapOf((cluster) => touched.has(cluster) && then.includes(cluster), 'zero'),
        );
        const isTouched = (index: number): boolean =>
          changed.some((cluster) => Math.floor(cluster / SLICE_CLUSTERS) === index);
        for (let cluster = 0; cluster < CLUSTERS; cluster++) {
          const index = Math.floor(cluster / SLICE_CLUSTERS);
          const due = (isTouched(index) ? then : first).includes(cluster) ? 'data' : 'absent';
          expect(after.clusters.kind(cluster)).toBe(due);
        }
        for (const { index, changed: by } of after.slices()) expect(by).toBe(isTouched(index) ? 2 : 1);
        expect(after.number).toBe(2);
      }),
      { numRuns: 50 },
    );
  });

  it('is refused when it is none', () => {
    const text = SliceManifest.whole(
      7,
      mapOf((cluster) => cluster < 9),
    ).toText();
    const refused = (changed: string) => () => SliceManifest.parse(changed, 'disk.0.json');
    expect(refused(text.slice(0, -5))).toThrow('disk.0.json is no manifest of slices');
    expect(refused(text.replace('onevault-slices-1', 'onevault-slices-2'))).toThrow(/form/);
    expect(refused(text.replace(`"slice_bytes":${SLICE_BYTES}`, '"slice_bytes":1024'))).toThrow(/1024 bytes/);
    expect(refused(text.replace('000000/00', '000000/09'))).toThrow('the disk has no slice 000000/09');
    expect(refused(text.replace(/"virtual_bytes":\d+/, '"virtual_bytes":-1'))).toThrow(/-1 bytes/);
  });
});
