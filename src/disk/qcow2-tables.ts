// How one cluster of each metadata table of a sequential qcow2 is filled. Pure; every output is 64 KiB, zero filled
// before. Entries are written as two 32-bit halves: a number cannot hold 64 bits, and a bigint costs too much here.
import type { ClusterMap } from './cluster-map.ts';
import { COPIED_HIGH, TABLE_ENTRIES, ZERO_LOW } from './qcow2-format.ts';

/** Refcounts of 1 for the first `used` clusters that the block covers. */
export function fillRefcounts(out: Buffer, used: number): void {
  out.fill(Buffer.from([0, 1]), 0, Math.min(used * 2, out.length));
}

/** The refcount table: offsets of the clusters `first`, `first`+1 ... below `end`. */
export function fillOffsets(out: Buffer, first: number, end: number): void {
  const view = viewOf(out);
  const count = Math.min(TABLE_ENTRIES, end - first);
  for (let index = 0; index < count; index++) writeEntry(view, index * 8, first + index, 0);
}

/** The L1 entries from `from`: `tables` are the L1 indices that have an L2 table, the first of them at `l2Cluster`. */
export function fillL1(out: Buffer, tables: Uint32Array, from: number, l2Cluster: number): void {
  const view = viewOf(out);
  let number = lowerBound(tables, from);
  for (; number < tables.length; number++) {
    const index = (tables[number] ?? 0) - from;
    if (index >= TABLE_ENTRIES) return;
    writeEntry(view, index * 8, l2Cluster + number, COPIED_HIGH);
  }
}

/** The L2 table of the guest clusters from `from`; data cluster number n stands at cluster `dataCluster` + n. */
export function fillL2(out: Buffer, clusters: ClusterMap, from: number, dataCluster: number): void {
  const view = viewOf(out);
  const end = Math.min(from + TABLE_ENTRIES, clusters.clusterCount);
  let cluster = dataCluster + clusters.rank(from);
  for (let run = clusters.nextDataRun(from, end); run; run = clusters.nextDataRun(run.first + run.count, end)) {
    const stop = (run.first + run.count - from) * 8;
    for (let at = (run.first - from) * 8; at < stop; at += 8) writeEntry(view, at, cluster++, COPIED_HIGH);
  }
  for (let run = clusters.nextZeroRun(from, end); run; run = clusters.nextZeroRun(run.first + run.count, end)) {
    const stop = (run.first + run.count - from) * 8;
    for (let at = (run.first - from) * 8; at < stop; at += 8) view.setUint32(at + 4, ZERO_LOW);
  }
}

/** `cluster` times 64 KiB, with the flags of the upper half. */
function writeEntry(view: DataView, at: number, cluster: number, flags: number): void {
  view.setUint32(at, ((cluster >>> 16) | flags) >>> 0);
  view.setUint32(at + 4, (cluster << 16) >>> 0);
}

function viewOf(out: Buffer): DataView {
  return new DataView(out.buffer, out.byteOffset, out.length);
}

function lowerBound(sorted: Uint32Array, value: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((sorted[middle] ?? 0) < value) low = middle + 1;
    else high = middle;
  }
  return low;
}
