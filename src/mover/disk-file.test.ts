// A disk as a file: full, and as an increment whose tracker is tested before it is believed.
import { createHash, randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import { afterEach, describe, expect, it } from 'vitest';
import { memoryDisk, type Flags } from '../../tests/nbd/memory-disk.ts';
import type { FakeServer } from '../../tests/nbd/fake-server.ts';
import { CLUSTER_BYTES } from '../disk/cluster-map.ts';
import { readSequentialQcow2 } from '../disk/qcow2-read.ts';
import { sha256Of, ZERO_SHA256 } from '../disk/samples.ts';
import { TrackerLost } from '../model/errors.ts';
import type { Sample } from '../model/image.ts';
import type { TaskDisk } from '../model/tasks/backup.ts';
import { DiskFile } from './disk-file.ts';

const CONTEXT = 'qemu:dirty-bitmap:one-7-3';
const CHANGES = { context: CONTEXT, kind: 'dirty-bitmap' } as const;
/** 40 clusters and a part of one. */
const SIZE = 40 * CLUSTER_BYTES + 1024;
const { signal } = new AbortController();
const at = (cluster: number): number => cluster * CLUSTER_BYTES;

let server: FakeServer | undefined;
afterEach(async () => server?.close());

function disk(known?: TaskDisk['known']): TaskDisk {
  const base = { diskId: 1, target: 'vdb', path: '/d', format: 'qcow2', file: 'disk.1.4' } as const;
  return known === undefined ? base : { ...base, known };
}

async function open(
  bytes: Buffer,
  options: { known?: TaskDisk['known']; dirty?: Flags; zero?: Flags; parent?: string | null; changes?: boolean },
): Promise<DiskFile> {
  const { dirty, zero = [], known, parent = 'one-7-3', changes = true } = options;
  server = await memoryDisk(bytes, { 'base:allocation': zero, ...(dirty ? { [CONTEXT]: dirty } : {}) });
  const from = { diskId: 1, socket: server.socket, exportName: 'disk.1', ...(changes ? { changes: CHANGES } : {}) };
  return DiskFile.open(disk(known), from, parent, signal);
}

async function readAll(file: DiskFile): Promise<Buffer> {
  const virtual = file.virtualFile(0);
  const parts: Buffer[] = [];
  for (let offset = 0; offset < virtual.size; offset += 131_072) {
    const buffers = await virtual.read(offset, Math.min(131_072, virtual.size - offset));
    parts.push(Buffer.concat(buffers));
    virtual.release?.(buffers);
  }
  return Buffer.concat(parts);
}

async function kindsIn(file: Buffer): Promise<Record<number, string>> {
  const read = await readSequentialQcow2(Readable.from([file]), 'it');
  const found: Record<number, string> = {};
  for (let cluster = 0; cluster < read.clusters.clusterCount; cluster++) {
    if (read.clusters.kind(cluster) !== 'absent') found[cluster] = read.clusters.kind(cluster);
  }
  await read.close();
  return found;
}

/** The sample of a cluster of these bytes, zero filled. */
function sample(bytes: Buffer, cluster: number): Sample {
  const whole = Buffer.alloc(CLUSTER_BYTES);
  bytes.copy(whole, 0, at(cluster), at(cluster + 1));
  return { cluster, sha256: sha256Of(whole) };
}

describe('an increment', () => {
  const bytes = randomBytes(SIZE);
  bytes.fill(0, at(10), at(14));
  const zero: Flags = [[at(10), at(14), 3]];
  const dirty: Flags = [
    [at(3) + 5, at(3) + 9, 1],
    [at(9), at(11) + 4096, 1],
    [at(40), SIZE, 1],
  ];

  it('holds the changed clusters as they are, zeroes as such, and remembers samples', async () => {
    const clean = [5, 12, 39].map((cluster) => sample(bytes, cluster));
    const samples = [...clean, { cluster: 9, sha256: 'it changed since' }, { cluster: 40, sha256: 'this too' }];
    const file = await open(bytes, { known: { virtualBytes: SIZE, samples }, dirty, zero });
    const stored = await readAll(file);
    expect(await kindsIn(stored)).toEqual({ 3: 'data', 9: 'data', 10: 'zero', 11: 'zero', 40: 'data' });
    expect(file.readBytes()).toBe(2 * CLUSTER_BYTES + 1024 + 3 * CLUSTER_BYTES);
    const about = file.stored();
    expect(about).toMatchObject({ virtualBytes: SIZE, fileBytes: stored.length, originalFormat: 'qcow2' });
    expect(about.sha256).toBe(createHash('sha256').update(stored).digest('hex'));
    expect(about.samples).toEqual([3, 5, 9, 10, 12, 39, 40].map((cluster) => sample(bytes, cluster)));
    await file.close();
  });

  it('remembers only what it knew when it was not read in order', async () => {
    const clean = [sample(bytes, 20)];
    const file = await open(bytes, { known: { virtualBytes: SIZE, samples: clean }, dirty, zero });
    expect(file.stored()).toMatchObject({ sha256: '', samples: clean });
    await file.close();
  });

  const known = (cluster: number, content: Buffer): TaskDisk['known'] => ({
    virtualBytes: SIZE,
    samples: [sample(bytes, 2), sample(content, cluster)],
  });
  const other = randomBytes(SIZE);
  const lost: Array<[string, Parameters<typeof open>[1], RegExp]> = [
    [
      'its size changed',
      { known: { virtualBytes: SIZE - 1024, samples: [] }, dirty },
      /Disk 1: its size is 2622464 bytes, the last backup had 2621440\./,
    ],
    [
      'a clean cluster changed',
      { known: known(21, other), dirty, zero },
      /Disk 1: the bitmap one-7-3 calls cluster 21 \(byte 1376256\) clean, but it changed.*behind QEMU's back/,
    ],
    ['a clean cluster is not zero any more', { known: known(30, Buffer.alloc(SIZE)), dirty }, /cluster 30/],
    ['a clean cluster is zero now', { known: known(12, other), dirty, zero }, /cluster 12/],
    ['the server has no such context', { known: known(2, bytes) }, /has no qemu:dirty-bitmap:one-7-3/],
    ['nothing says what changed', { known: known(2, bytes), dirty, changes: false }, /nothing says what changed/],
    ['nothing is known', { dirty }, /nothing is known/],
  ];
  it.each(lost)('does not begin when %s', async (_why, options, message) => {
    const opening = open(bytes, options);
    await expect(opening).rejects.toThrow(message);
    await expect(opening).rejects.toBeInstanceOf(TrackerLost);
  });
});

describe('a full backup', () => {
  it('holds all that is not zero and remembers samples of both', async () => {
    const bytes = randomBytes(SIZE);
    bytes.fill(0, at(1), at(30));
    const file = await open(bytes, { zero: [[at(1), at(30), 3]], parent: null, changes: false });
    const stored = await readAll(file);
    expect(Object.keys(await kindsIn(stored))).toHaveLength(12);
    const samples = file.stored().samples ?? [];
    expect(samples).toHaveLength(8);
    for (const one of samples) expect(one).toEqual(sample(bytes, one.cluster));
    expect(samples.filter(({ sha256 }) => sha256 === ZERO_SHA256)).toHaveLength(2);
    expect(samples.at(-1)?.cluster).toBe(40);
    await file.close();
  });
});
