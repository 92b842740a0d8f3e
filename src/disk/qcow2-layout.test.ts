// A layout gives the same file whichever way it is asked, and reading the file gives back the disk.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Bitmap } from './bitmap.ts';
import { clusterMapOf } from './cluster-map-builder.ts';
import { CLUSTER_BYTES, ClusterMap } from './cluster-map.ts';
import { disks } from '../../tests/disk/shapes.ts';
import { guestBytes, fileOf, rangeOf } from '../../tests/disk/layout-file.ts';
import { Qcow2Layout } from './qcow2-layout.ts';
import { readSequentialQcow2 } from './qcow2-read.ts';

async function* inPieces(bytes: Buffer, size: number): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += size) {
    await Promise.resolve();
    yield bytes.subarray(at, at + size);
  }
}

describe('Qcow2Layout', () => {
  it('gives at any range what stands there in the whole file', () => {
    fc.assert(
      fc.property(
        disks(),
        fc.array(fc.tuple(fc.double({ min: 0, max: 1, noNaN: true }), fc.nat({ max: 300_000 }))),
        (disk, ranges) => {
          const layout = new Qcow2Layout({
            virtualBytes: disk.virtualBytes,
            clusters: clusterMapOf(disk.virtualBytes, disk.extents),
          });
          const whole = fileOf(layout);
          expect(whole.length).toBe(layout.fileBytes);
          expect(layout.fileBytes).toBe(layout.metadataBytes + layout.dataBytes);
          for (const [share, length] of ranges) {
            const offset = Math.floor(share * layout.fileBytes);
            expect(rangeOf(layout, offset, length).equals(whole.subarray(offset, offset + length))).toBe(true);
          }
        },
      ),
      { numRuns: 40 },
    );
  });

  it('is read back as the disk it was made from, in pieces of any size', async () => {
    await fc.assert(
      fc.asyncProperty(disks(), fc.integer({ min: 1000, max: 200_000 }), async ({ virtualBytes, extents }, size) => {
        const clusters = clusterMapOf(virtualBytes, extents);
        const backing = { file: 'disk.0.0', format: 'qcow2' };
        const layout = new Qcow2Layout({ virtualBytes, clusters, backing });
        const read = await readSequentialQcow2(inPieces(fileOf(layout), size), 'disk.0.1');
        expect(read.virtualBytes).toBe(Math.ceil(virtualBytes / 512) * 512);
        expect(read.backing).toEqual(backing);
        const kinds = Array.from({ length: clusters.clusterCount }, (_, cluster) => read.clusters.kind(cluster));
        expect(kinds).toEqual(Array.from({ length: clusters.clusterCount }, (_, cluster) => clusters.kind(cluster)));
        let bytes = 0;
        for await (const { guestOffset, data } of read.data()) {
          const onDisk = Math.max(0, Math.min(data.length, virtualBytes - guestOffset));
          expect(Buffer.from(data.subarray(0, onDisk)).equals(guestBytes(guestOffset, onDisk))).toBe(true);
          expect(data.subarray(onDisk).every((byte) => byte === 0)).toBe(true);
          bytes += onDisk;
        }
        const wanted = [...clusters.dataRanges()].reduce((sum, range) => sum + range.length, 0);
        expect(bytes).toBe(wanted);
      }),
      { numRuns: 40 },
    );
  });

  it('cuts at the end of the file and refuses metadata that is none', () => {
    const clusters = clusterMapOf(512, [{ offset: 0, length: 512, kind: 'data' }]);
    const layout = new Qcow2Layout({ virtualBytes: 512, clusters });
    expect(layout.fileBytes).toBe(6 * CLUSTER_BYTES);
    expect(layout.pieces(layout.fileBytes - 10, 100)).toEqual([
      { kind: 'padding', fileOffset: layout.fileBytes - 10, length: 10 },
    ]);
    expect(layout.pieces(layout.fileBytes, 100)).toEqual([]);
    expect(() => layout.metadata(layout.metadataBytes - 1, Buffer.alloc(2))).toThrow('no metadata');
    expect(() => new Qcow2Layout({ virtualBytes: 513, clusters })).toThrow('513 bytes from a map of 512');
    const backing = { file: 'x'.repeat(1024), format: 'raw' };
    expect(() => new Qcow2Layout({ virtualBytes: 512, clusters, backing })).toThrow('1 to 1023 bytes, this has 1024');
  });

  it('lays out 16 TiB of scattered data in little memory', () => {
    const virtualBytes = 2 ** 44;
    const before = process.memoryUsage();
    const data = new Bitmap(2 ** 28);
    const zero = new Bitmap(2 ** 28);
    data.words.fill(0x55550001);
    zero.words.fill(0x00aa0000);
    const clusters = new ClusterMap(virtualBytes, data, zero);
    const layout = new Qcow2Layout({ virtualBytes, clusters });
    const after = process.memoryUsage();
    const grown = after.arrayBuffers - before.arrayBuffers + after.heapUsed - before.heapUsed;
    expect(grown).toBeLessThan(70 * 2 ** 20);
    const dataClusters = 2 ** 23 * 9;
    expect(layout.dataBytes).toBe(dataClusters * CLUSTER_BYTES);
    // Every 32 clusters hold 9 of data; the n-th group of the disk stands at 9 n clusters of data.
    const group = 7_654_321;
    const pieces = layout.pieces(layout.metadataBytes + group * 9 * CLUSTER_BYTES, 3 * CLUSTER_BYTES);
    expect(pieces.map((piece) => piece.kind === 'data' && piece.guestOffset / CLUSTER_BYTES - group * 32)).toEqual([
      0, 16, 18,
    ]);
    const last = Buffer.alloc(CLUSTER_BYTES);
    layout.metadata(layout.metadataBytes - CLUSTER_BYTES, last);
    const lastEntry = (layout.fileBytes - CLUSTER_BYTES) / 2 ** 32;
    expect(last.readUInt32BE(CLUSTER_BYTES - 16)).toBe(0x80000000 + Math.floor(lastEntry));
  });
});
