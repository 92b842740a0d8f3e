// Stored disks that stand on each other, made in memory for tests: every member has content of its own.
import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { clusterMapOf } from '../../src/disk/cluster-map-builder.ts';
import { CLUSTER_BYTES } from '../../src/disk/cluster-map.ts';
import type { Extent, ExtentKind } from '../../src/disk/extent.ts';
import { Qcow2Layout } from '../../src/disk/qcow2-layout.ts';
import { guestBytes } from './layout-file.ts';

/** What a member says of each cluster of the disk. */
export type Kinds = ExtentKind[];

export const TAIL = 1536;

/** The disk's last cluster is not whole. */
export function sizeOf(kinds: Kinds): number {
  return (kinds.length - 1) * CLUSTER_BYTES + TAIL;
}

export function chains(maxMembers = 5): fc.Arbitrary<Kinds[]> {
  const kind = fc.constantFrom<ExtentKind>('data', 'zero', 'absent', 'absent');
  return fc
    .integer({ min: 1, max: 24 })
    .chain((clusters) =>
      fc.array(fc.array(kind, { minLength: clusters, maxLength: clusters }), { minLength: 1, maxLength: maxMembers }),
    );
}

/** What stands in a data cluster of a member. */
export function contentOf(member: number, offset: number, length: number): Buffer {
  return guestBytes(offset + member * 31_337, length);
}

/** The file of one member. */
export function memberFile(kinds: Kinds, member: number): Buffer {
  const virtualBytes = sizeOf(kinds);
  const extents = kinds.map((kind, cluster): Extent => {
    const offset = cluster * CLUSTER_BYTES;
    return { offset, length: Math.min(CLUSTER_BYTES, virtualBytes - offset), kind };
  });
  const layout = new Qcow2Layout({ virtualBytes, clusters: clusterMapOf(virtualBytes, extents) });
  const file = Buffer.alloc(layout.fileBytes);
  for (const piece of layout.pieces(0, layout.fileBytes)) {
    const part = file.subarray(piece.fileOffset, piece.fileOffset + piece.length);
    if (piece.kind === 'metadata') layout.metadata(piece.fileOffset, part);
    if (piece.kind === 'data') contentOf(member, piece.guestOffset, piece.length).copy(part);
  }
  return file;
}

/** Which member each cluster is of, or what stands there instead. */
export function modelOf(chain: Kinds[]): Array<number | 'zero' | 'absent'> {
  return (chain[0] ?? []).map((_, cluster) => {
    let top: number | 'zero' | 'absent' = 'absent';
    chain.forEach((kinds, member) => {
      const kind = kinds[cluster] ?? 'absent';
      if (kind !== 'absent') top = kind === 'data' ? member : 'zero';
    });
    return top;
  });
}

/** The disk that a chain is, as raw bytes. */
export function rawOf(chain: Kinds[]): Buffer {
  const raw = Buffer.alloc(sizeOf(chain[0] ?? []));
  modelOf(chain).forEach((owner, cluster) => {
    const offset = cluster * CLUSTER_BYTES;
    if (typeof owner === 'number')
      contentOf(owner, offset, Math.min(CLUSTER_BYTES, raw.length - offset)).copy(raw, offset);
  });
  return raw;
}

export function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

export interface Source extends AsyncIterable<Uint8Array> {
  closed: boolean;
}

/** A stream of chunks that remembers whether it was let go. */
export function chunked(bytes: Buffer, step = 50_000): Source {
  const source: Source = {
    closed: false,
    async *[Symbol.asyncIterator]() {
      try {
        for (let at = 0; at < bytes.length; at += step) {
          await Promise.resolve();
          yield bytes.subarray(at, at + step);
        }
      } finally {
        source.closed = true;
      }
    },
  };
  return source;
}
