// A chain of one disk as large as is asked for, written to a backup store without keeping it in memory: what is measured of restores
// stands on it. The content is known, so that what comes back can be compared.
import { createCipheriv, createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdir, mkdtemp, open, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { openBackupStore } from '../../src/datastore/all.ts';
import { clusterMapOf } from '../../src/disk/cluster-map-builder.ts';
import { CLUSTER_BYTES, type ClusterMap } from '../../src/disk/cluster-map.ts';
import type { Extent } from '../../src/disk/extent.ts';
import { Qcow2Layout } from '../../src/disk/qcow2-layout.ts';
import { qcow2Stream } from '../../src/disk/qcow2-stream.ts';
import type { BackupStoreConfig } from '../../src/model/backup-store-config.ts';
import type { Member } from '../../src/model/tasks/served-disk.ts';
import { cheapRepository } from '../guest/repository.ts';
import type { StoreKind } from './stored-chain.ts';

const MIB = 2 ** 20;
/** Clusters that an increment changes lie this far apart, so that every one is a run of its own. */
const STRIDE = 7;

export interface LargeChain {
  root: string;
  store: BackupStoreConfig;
  members: Member[];
  /** The disk as its last point has it, raw. */
  raw: string;
  remove(): Promise<void>;
}

export interface LargeChainOptions {
  /** Where it is made; a directory of its own in there. */
  parent: string;
  kind: StoreKind;
  /** Size of the disk, and how much of it holds data. */
  diskMib: number;
  dataMib: number;
  increments: number;
  changedMib: number;
}

export async function largeChain(options: LargeChainOptions): Promise<LargeChain> {
  const { parent, kind, diskMib, dataMib, increments, changedMib } = options;
  const root = await mkdtemp(join(parent, 'large-chain-'));
  const store = { ...kind, datastoreId: 100, basePath: join(root, 'store') };
  const password = kind.attributes['RESTIC_PASSWORD'];
  if (password !== undefined) await cheapRepository(store.basePath, password);
  const backups = openBackupStore(store);
  const { signal } = new AbortController();
  await backups.prepare(signal);
  const virtualBytes = diskMib * MIB;
  const raw = join(root, 'raw');
  const disk = await open(raw, 'w');
  await disk.truncate(virtualBytes);
  const members: Member[] = [];
  for (let point = 0; point <= increments; point++) {
    const clusters = point === 0 ? range(0, dataMib * 16, 1) : range(point, changedMib * 16 * STRIDE, STRIDE);
    const path = join(root, `point.${point}`);
    await mkdir(path);
    const file = `disk.0.${point}`;
    const layout = new Qcow2Layout({ virtualBytes, clusters: mapOf(virtualBytes, clusters) });
    const hash = createHash('sha256');
    const data = contents(clusters, point, (offset, bytes) => disk.write(bytes, 0, bytes.length, offset));
    const stream = Readable.from(hashed(qcow2Stream(layout, data), hash), { objectMode: false });
    await pipeline(stream, createWriteStream(join(path, file)));
    const { source } = await backups.backup({ directory: path, vmId: 7, operationId: `point-${point}`, signal });
    const { size: fileBytes } = await stat(join(path, file));
    const stored = {
      diskId: 0,
      file,
      virtualBytes,
      fileBytes,
      sha256: hash.digest('hex'),
      originalFormat: 'raw' as const,
      samples: [],
    };
    members.push({ source, path: join(path, file), stored });
    await rm(path, { recursive: true });
  }
  await disk.close();
  return { root, store, members, raw, remove: () => rm(root, { recursive: true, force: true }) };
}

function range(from: number, to: number, step: number): number[] {
  return Array.from({ length: Math.ceil((to - from) / step) }, (_, index) => from + index * step);
}

function mapOf(virtualBytes: number, clusters: number[]): ClusterMap {
  const extents = clusters.map((cluster): Extent => ({
    offset: cluster * CLUSTER_BYTES,
    length: CLUSTER_BYTES,
    kind: 'data',
  }));
  return clusterMapOf(virtualBytes, withGaps(extents, virtualBytes));
}

function withGaps(extents: Extent[], virtualBytes: number): Extent[] {
  const all: Extent[] = [];
  let at = 0;
  for (const extent of extents) {
    if (extent.offset > at) all.push({ offset: at, length: extent.offset - at, kind: 'absent' });
    all.push(extent);
    at = extent.offset + extent.length;
  }
  if (at < virtualBytes) all.push({ offset: at, length: virtualBytes - at, kind: 'absent' });
  return all;
}

/** Random bytes by turns with text, others in each point. */
async function* contents(
  clusters: number[],
  point: number,
  keep: (offset: number, bytes: Buffer) => Promise<unknown>,
): AsyncGenerator<{ guestOffset: number; data: Buffer }> {
  const cipher = createCipheriv('aes-128-ctr', Buffer.alloc(16, point + 1), Buffer.alloc(16));
  const zeroes = Buffer.alloc(CLUSTER_BYTES);
  for (const cluster of clusters) {
    const line = `${point} ${cluster} The quick brown fox jumps over the lazy dog.\n`;
    const random = Math.floor(cluster / 16) % 2 === 0;
    const data = random
      ? cipher.update(zeroes)
      : Buffer.from(line.repeat(Math.ceil(CLUSTER_BYTES / line.length))).subarray(0, CLUSTER_BYTES);
    const guestOffset = cluster * CLUSTER_BYTES;
    await keep(guestOffset, data);
    yield { guestOffset, data };
  }
}

async function* hashed(chunks: AsyncIterable<Uint8Array>, hash: ReturnType<typeof createHash>): AsyncGenerator<Buffer> {
  for await (const chunk of chunks) {
    hash.update(chunk);
    yield Buffer.from(chunk);
  }
}
