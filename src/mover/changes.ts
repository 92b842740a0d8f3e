// What an export holds for a backup, as a map of clusters: in a full backup all that is not zero, in an increment what changed
// since the parent, zeroes among it being said so that they hide what lies below.
import { Bitmap } from '../disk/bitmap.ts';
import { clusterMapFrom } from '../disk/cluster-map-builder.ts';
import { CLUSTER_BYTES, type ClusterMap } from '../disk/cluster-map.ts';
import { clipExtents, type Extent, type Range } from '../disk/extent.ts';
import type { DiskExport } from '../hypervisor/hypervisor.ts';
import { STATE } from '../nbd/constants.ts';

export const ALLOCATION = 'base:allocation';
/** Changes closer to each other than this are asked about in one go. */
const NEAR_CLUSTERS = 4096;

export type Changes = NonNullable<DiskExport['changes']>;

/** Of an export, what is asked here. */
export interface Mapped {
  size: number;
  extents(context: string, offset?: number, length?: number): AsyncIterable<Range & { flags: number }>;
}

/** Everything that is not zero; what reads as zeroes is simply not there. */
export function wholeDisk(from: Mapped): Promise<ClusterMap> {
  return clusterMapFrom(from.size, allocated(from, 'absent'));
}

/** The clusters that changed, as a whole even if only a part did. */
export async function changedClusters(from: Mapped, { context, kind }: Changes): Promise<Bitmap> {
  const changed = new Bitmap(Math.ceil(from.size / CLUSTER_BYTES));
  for await (const { offset, length, flags } of from.extents(context)) {
    const hit = kind === 'dirty-bitmap' ? (flags & 1) !== 0 : flags === 1;
    if (hit) changed.set(Math.floor(offset / CLUSTER_BYTES), Math.ceil((offset + length) / CLUSTER_BYTES));
  }
  return changed;
}

/** What the changed clusters hold now. */
export function changedParts(from: Mapped, changed: Bitmap): Promise<ClusterMap> {
  const parts = clipExtents(nearExtents(from, changed), ranges(changed, 1, from.size));
  return clusterMapFrom(from.size, parts);
}

async function* nearExtents(from: Mapped, changed: Bitmap): AsyncGenerator<Extent> {
  for (const near of ranges(changed, NEAR_CLUSTERS, from.size)) yield* allocated(from, 'zero', near);
}

/** Byte ranges of the set clusters; those with fewer than `gap` clear ones between them count as one. */
function* ranges(changed: Bitmap, gap: number, size: number): Generator<Range> {
  for (let first = changed.nextSet(0); first < changed.length;) {
    let end = changed.nextClear(first);
    let next = changed.nextSet(end);
    while (next < changed.length && next - end < gap) {
      end = changed.nextClear(next);
      next = changed.nextSet(end);
    }
    const offset = first * CLUSTER_BYTES;
    yield { offset, length: Math.min(end * CLUSTER_BYTES, size) - offset };
    first = next;
  }
}

async function* allocated(from: Mapped, zero: 'zero' | 'absent', range?: Range): AsyncGenerator<Extent> {
  for await (const { offset, length, flags } of from.extents(ALLOCATION, range?.offset, range?.length)) {
    yield { offset, length, kind: (flags & STATE.ZERO) !== 0 ? zero : 'data' };
  }
}
