import { deflateRawSync } from 'node:zlib';
import { expect, it } from 'vitest';
import { CLUSTER_BYTES } from './cluster-map.ts';
import { writeHeader } from './qcow2-format.ts';
import { readScatteredQcow2, type RandomFile } from './qcow2-scattered.ts';

/** Clusters of the file: header, L1, L2, then data out of order, the last one cut. */
function image(change: (bytes: Buffer) => void = () => undefined): Buffer {
  const bytes = Buffer.alloc(7 * CLUSTER_BYTES - 100);
  const placed = { l1Entries: 1, l1Offset: CLUSTER_BYTES, refcountTableOffset: 0, refcountTableClusters: 0 };
  const backing = { file: '/etc/shadow', format: 'raw' };
  writeHeader({ ...placed, virtualBytes: 5 * CLUSTER_BYTES + 512, backing }, bytes.subarray(0, CLUSTER_BYTES));
  bytes.writeBigUInt64BE(BigInt(2 * CLUSTER_BYTES), CLUSTER_BYTES);
  const l2 = (cluster: number, entry: bigint): number => bytes.writeBigUInt64BE(entry, 2 * CLUSTER_BYTES + cluster * 8);
  l2(0, BigInt(6 * CLUSTER_BYTES)); // the cut one
  l2(1, 1n); // zeroes
  l2(2, BigInt(4 * CLUSTER_BYTES) + 1n); // zeroes that have a place
  const packed = deflateRawSync(Buffer.alloc(CLUSTER_BYTES, 7));
  const at = 3 * CLUSTER_BYTES + 100;
  packed.copy(bytes, at);
  const sectors = Math.ceil((packed.length + (at % 512)) / 512) - 1;
  l2(3, (1n << 62n) | (BigInt(sectors) << 54n) | BigInt(at));
  l2(5, BigInt(5 * CLUSTER_BYTES));
  bytes.fill(3, 6 * CLUSTER_BYTES);
  bytes.fill(5, 5 * CLUSTER_BYTES, 6 * CLUSTER_BYTES);
  change(bytes);
  return bytes;
}

let closed = 0;
const count = (): Promise<void> => {
  closed++;
  return Promise.resolve();
};
function file(bytes: Buffer): RandomFile {
  const read: RandomFile['read'] = (into, at, length, position) => {
    const part = bytes.subarray(position, position + length);
    into.set(part, at);
    return Promise.resolve({ bytesRead: part.length });
  };
  return { bytes: bytes.length, read, close: count };
}

it('reads clusters wherever they lie, in guest order, and nothing below', async () => {
  const qcow2 = await readScatteredQcow2(file(image()), 'it');
  expect([0, 1, 2, 3, 4, 5].map((cluster) => qcow2.clusters.kind(cluster))).toEqual([
    ...['data', 'zero', 'zero', 'data', 'absent', 'data'],
  ]);
  const pieces: Array<[number, number, number, number]> = [];
  for await (const { guestOffset, data } of qcow2.data()) {
    pieces.push([guestOffset / CLUSTER_BYTES, data.length, data[0] ?? -1, data.at(-1) ?? -1]);
  }
  expect(pieces).toEqual([
    [0, CLUSTER_BYTES, 3, 0],
    [3, CLUSTER_BYTES, 7, 7],
    [5, 512, 5, 5],
  ]);
});

it.each([
  ['an entry that leads beyond the file', (b: Buffer) => b.writeUInt32BE(9 * CLUSTER_BYTES, 2 * CLUSTER_BYTES + 4)],
  ['an entry that is not aligned', (b: Buffer) => b.writeUInt32BE(5 * CLUSTER_BYTES + 2, 2 * CLUSTER_BYTES + 4)],
  ['tables beyond the file', (b: Buffer) => b.writeUInt32BE(9 * CLUSTER_BYTES, CLUSTER_BYTES + 4)],
  ['an external data file', (b: Buffer) => b.writeUInt32BE(4, 76)],
  ['too few tables', (b: Buffer) => b.writeUInt32BE(0, 36)],
  ['encryption', (b: Buffer) => b.writeUInt32BE(1, 32)],
] as Array<[string, (bytes: Buffer) => void]>)('refuses %s, and closes the file', async (_, change) => {
  closed = 0;
  await expect(readScatteredQcow2(file(image(change)), 'it')).rejects.toThrow(/^(Could not read it|it could not)/);
  expect(closed).toBe(1);
});

it('notices a damaged compressed cluster', async () => {
  const qcow2 = await readScatteredQcow2(
    file(image((b) => b.fill(255, 3 * CLUSTER_BYTES + 100, 3 * CLUSTER_BYTES + 120))),
    'it',
  );
  const all = async (): Promise<void> => {
    for await (const _ of qcow2.data());
  };
  await expect(all()).rejects.toThrow('the compressed cluster 3 is damaged');
});
