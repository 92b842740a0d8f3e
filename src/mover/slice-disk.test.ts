// A disk as slices: whole, and after what notes its changes was tested. Whatever is read is what the disk holds.
import { createHash, randomBytes } from 'node:crypto';
import { afterEach, describe, expect, it } from 'vitest';
import { memoryDisk, type Flags } from '../../tests/nbd/memory-disk.ts';
import type { FakeServer } from '../../tests/nbd/fake-server.ts';
import { CLUSTER_BYTES } from '../disk/cluster-map.ts';
import { SLICE_BYTES, SliceManifest } from '../disk/slices.ts';
import type { VirtualDirectory, VirtualFile } from '../fuse/mount.ts';
import { TrackerLost } from '../model/errors.ts';
import type { TaskDisk } from '../model/tasks/backup.ts';
import { SliceDisk, type SlicesBefore } from './slice-disk.ts';

const CONTEXT = 'qemu:dirty-bitmap:one-7-3';
/** Two slices and a part of a third, the second all zeroes. */
const SIZE = 2 * SLICE_BYTES + 3 * CLUSTER_BYTES;
const content = randomBytes(SIZE).fill(0, SLICE_BYTES, 2 * SLICE_BYTES);
const HOLE: Flags = [[SLICE_BYTES, 2 * SLICE_BYTES, 3]];
const { signal } = new AbortController();

let server: FakeServer | undefined;
afterEach(async () => server?.close());

interface Given {
  bytes?: Buffer;
  zero?: Flags;
  dirty?: Flags;
  number?: number;
  before?: SlicesBefore | null;
  known?: TaskDisk['known'];
}

async function open({ bytes = content, zero = HOLE, dirty, number = 4, before = null, known }: Given) {
  server = await memoryDisk(bytes, { 'base:allocation': zero, ...(dirty ? { [CONTEXT]: dirty } : {}) });
  const changes = { context: CONTEXT, kind: 'dirty-bitmap' } as const;
  const from = { diskId: 0, socket: server.socket, exportName: 'disk.0', ...(dirty ? { changes } : {}) };
  const disk: TaskDisk = {
    diskId: 0,
    target: 'vda',
    path: '/d',
    format: 'raw',
    file: 'disk.0',
    ...(known && { known }),
  };
  return SliceDisk.open(disk, from, { number, before }, signal);
}

async function bytesOf(file: VirtualFile): Promise<Buffer> {
  const parts: Buffer[] = [];
  for (let offset = 0; offset < file.size; offset += 131_072) {
    const buffers = await file.read(offset, Math.min(131_072, file.size - offset));
    parts.push(Buffer.concat(buffers));
    file.release?.(buffers);
  }
  return Buffer.concat(parts);
}

/** All slices by name, with their times; and the manifest. */
function shown(disk: SliceDisk): { slices: Map<string, VirtualFile>; manifest: VirtualFile } {
  const entries = disk.entries();
  const slices = new Map<string, VirtualFile>();
  for (const [folder, { entries: files }] of (entries.get('disk.0') as VirtualDirectory).entries as Map<
    string,
    VirtualDirectory
  >) {
    for (const [name, file] of files) slices.set(`${folder}/${name}`, file as VirtualFile);
  }
  return { slices, manifest: entries.get('disk.0.json') as VirtualFile };
}

const timesOf = (disk: SliceDisk): Array<[string, number, number]> =>
  [...shown(disk).slices].map(([name, { mtimeSec, size }]) => [name, mtimeSec, size]);

const parsed = async (disk: SliceDisk): Promise<SliceManifest> =>
  SliceManifest.parse((await bytesOf(shown(disk).manifest)).toString(), 'it');

async function first(): Promise<{ manifest: SliceManifest; known: NonNullable<TaskDisk['known']> }> {
  const disk = await open({ number: 4 });
  for (const file of shown(disk).slices.values()) await bytesOf(file);
  const { virtualBytes, samples = [] } = disk.stored();
  const manifest = await parsed(disk);
  await disk.close();
  await server?.close();
  return { manifest, known: { virtualBytes, samples } };
}

describe('a whole disk', () => {
  it('is its slices without the holes, all of this backup, and what was read is hashed', async () => {
    const disk = await open({});
    expect(timesOf(disk)).toEqual([
      ['000000/00', 4, SLICE_BYTES],
      ['000000/02', 4, 3 * CLUSTER_BYTES],
    ]);
    const parts: Buffer[] = [];
    for (const file of shown(disk).slices.values()) parts.push(await bytesOf(file));
    const due = Buffer.concat([content.subarray(0, SLICE_BYTES), content.subarray(2 * SLICE_BYTES)]);
    expect(Buffer.concat(parts).equals(due)).toBe(true);
    const manifest = await bytesOf(shown(disk).manifest);
    const sha256 = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');
    expect(disk.stored()).toMatchObject({
      ...{ layout: 'SLICES', file: 'disk.0', virtualBytes: SIZE, fileBytes: due.length },
      ...{ sha256: sha256(manifest), changedSha256: sha256(due) },
    });
    const { samples = [] } = disk.stored();
    expect(samples.length).toBeGreaterThan(4);
    for (const { cluster, sha256: sample } of samples) {
      expect(sample).toBe(sha256(content.subarray(cluster * CLUSTER_BYTES, (cluster + 1) * CLUSTER_BYTES)));
    }
    expect(disk.progress()).toEqual({ diskId: 0, bytesDone: due.length, bytesTotal: due.length });
    await disk.close();
  });

  it('that was not read to its end has no hash of what changed', async () => {
    const disk = await open({});
    expect(disk.stored().changedSha256).toBe('');
    await disk.close();
  });
});

describe('after a backup', () => {
  it('only what changed has another time; what became zero is gone, and what is there anew is there', async () => {
    const { manifest, known } = await first();
    const bytes = Buffer.from(content);
    randomBytes(CLUSTER_BYTES).copy(bytes, SLICE_BYTES + 5 * CLUSTER_BYTES);
    bytes.fill(0, 2 * SLICE_BYTES);
    const dirty: Flags = [
      [SLICE_BYTES + 5 * CLUSTER_BYTES, SLICE_BYTES + 6 * CLUSTER_BYTES, 1],
      [2 * SLICE_BYTES, SIZE, 1],
    ];
    const zero: Flags = [
      [SLICE_BYTES, SLICE_BYTES + 5 * CLUSTER_BYTES, 3],
      [SLICE_BYTES + 6 * CLUSTER_BYTES, SIZE, 3],
    ];
    const disk = await open({ bytes, zero, dirty, number: 9, before: { tracker: 'one-7-3', manifest }, known });
    expect(timesOf(disk)).toEqual([
      ['000000/00', 4, SLICE_BYTES],
      ['000000/01', 9, SLICE_BYTES],
    ]);
    const [old, changed] = [...shown(disk).slices.values()] as [VirtualFile, VirtualFile];
    const readBefore = disk.readBytes();
    expect((await bytesOf(changed)).equals(bytes.subarray(SLICE_BYTES, 2 * SLICE_BYTES))).toBe(true);
    expect(disk.readBytes() - readBefore).toBe(CLUSTER_BYTES);
    // whoever reads what did not change gets what the disk holds
    expect((await bytesOf(old)).equals(bytes.subarray(0, SLICE_BYTES))).toBe(true);
    expect([...(await parsed(disk)).slices()]).toEqual([
      { index: 0, changed: 4 },
      { index: 1, changed: 9 },
    ]);
    await disk.close();
  });

  it('a tracker that does not tell the truth is refused', async () => {
    const { manifest, known } = await first();
    const bytes = Buffer.from(content).fill(7, 0, CLUSTER_BYTES);
    const before = { tracker: 'one-7-3', manifest };
    await expect(open({ bytes, dirty: [], number: 5, before, known })).rejects.toThrow(TrackerLost);
    await server?.close();
    await expect(open({ number: 5, before, known })).rejects.toThrow(/nothing says what changed/);
  });

  it('files have the same numbers in every mount', async () => {
    const one = await open({});
    const inodes = [...shown(one).slices.values()].map(({ inode }) => inode);
    await one.close();
    await server?.close();
    const other = await open({ zero: [] });
    const later = shown(other).slices;
    expect([later.get('000000/00')?.inode, later.get('000000/02')?.inode]).toEqual(inodes);
    expect(later.size).toBe(3);
    expect(new Set([...later.values()].map(({ inode }) => inode)).size).toBe(3);
    await other.close();
  });
});
