// A disk that comes as an archive of its slices, as restic writes one: what it holds, and everything that may be wrong with it.
import { createHash, randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import { expect, it } from 'vitest';
import { tarOf, type TarEntry } from '../../tests/disk/tar.ts';
import { clusterMapOf } from './cluster-map-builder.ts';
import { SlicesDisk } from './slices-read.ts';
import { SLICE_BYTES, SliceManifest, slicePath } from './slices.ts';

const SIZE = 3 * SLICE_BYTES + 4096;
const content = Buffer.alloc(SIZE);
randomBytes(65_536).copy(content, 65_536);
randomBytes(SLICE_BYTES).copy(content, 2 * SLICE_BYTES);
randomBytes(4096).copy(content, 3 * SLICE_BYTES);
const manifest = SliceManifest.whole(
  5,
  clusterMapOf(SIZE, [
    { offset: 65_536, length: 65_536, kind: 'data' },
    { offset: 2 * SLICE_BYTES, length: SLICE_BYTES + 4096, kind: 'data' },
  ]),
);
const slice = (index: number): TarEntry => ({
  name: `tmp/backup/disk.0/${slicePath(index)}`,
  bytes: content.subarray(index * SLICE_BYTES, (index + 1) * SLICE_BYTES),
});
const folders: TarEntry[] = [{ name: 'tmp/backup/disk.0/000000/', bytes: Buffer.alloc(0), type: '5' }];
const stored = [0, 2, 3].map(slice);
const changedSha256 = createHash('sha256')
  .update(Buffer.concat(stored.map(({ bytes }) => bytes)))
  .digest('hex');

async function read(archive: Buffer, sha256 = changedSha256): Promise<Buffer> {
  const disk = Buffer.alloc(SIZE);
  let passed = 0;
  const open = () => Readable.from([archive.subarray(0, 700), archive.subarray(700)]);
  const passedBytes = (bytes: number): void => void (passed += bytes);
  const slices = new SlicesDisk({ manifest, open, name: 'disk.0', changedSha256: sha256, passed: passedBytes });
  for await (const { guestOffset, data } of slices.data()) disk.set(data, guestOffset);
  expect(passed).toBe(2 * SLICE_BYTES + 4096);
  return disk;
}

it('is the disk that was backed up', async () => {
  expect((await read(tarOf([...folders, ...stored]))).equals(content)).toBe(true);
  expect((await read(tarOf(stored), '')).equals(content)).toBe(true);
});

it('is refused when anything is not as it was', async () => {
  const [first, second, last] = stored as [TarEntry, TarEntry, TarEntry];
  await expect(read(tarOf([first, last]))).rejects.toThrow('000000/03 stands where slice 000000/02 should');
  await expect(read(tarOf([first, second]))).rejects.toThrow('slice 000000/03 is missing');
  await expect(read(tarOf([...stored, slice(1)]))).rejects.toThrow(/too many/);
  const short = { ...second, bytes: second.bytes.subarray(1) };
  await expect(read(tarOf([first, short, last]))).rejects.toThrow(/has 4194303 bytes where 4194304/);
  const other = { ...last, bytes: Buffer.from(last.bytes).fill(1, 7, 8) };
  await expect(read(tarOf([first, second, other]))).rejects.toThrow(/SHA-256 is another/);
  const archive = tarOf(stored);
  await expect(read(archive.subarray(0, SLICE_BYTES))).rejects.toThrow(/it ends at byte/);
  await expect(read(Buffer.from(archive).fill(9, 20, 30))).rejects.toThrow(/it is no archive/);
});

it('is found behind long names and numbers', async () => {
  const long = stored.map((entry) => ({ ...entry, name: `${'very/'.repeat(60)}${entry.name}`, isNoted: true }));
  expect((await read(tarOf(long))).equals(content)).toBe(true);
});
