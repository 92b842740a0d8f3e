// Which clusters of a disk a backup remembers the content of, so that a later one can tell whether what notes changes is to be
// believed. Pure: the choice follows from the map alone.
import { createHash } from 'node:crypto';
import type { Sample } from '../model/image.ts';
import { CLUSTER_BYTES, type ClusterMap } from './cluster-map.ts';

/** Each is read again by the next increment, so there are few. */
export const MOST_SAMPLES = 8;
/** Clusters that read as zeroes: a few are enough to notice that one does not any more. */
const MOST_ZEROES = 2;
/** One in so many of the chosen ones may be such a cluster. */
const ZERO_SHARE = 4;

export const ZERO_SHA256 = sha256Of(Buffer.alloc(CLUSTER_BYTES));

export interface SampleChoice {
  /** Still true, and remembered on. */
  kept: Sample[];
  /** Data clusters whose hash is to be taken as they pass. */
  wanted: number[];
  /** Clusters that are known to read as zeroes. */
  zeroes: Sample[];
}

/** SHA-256 in hex of what a whole cluster holds. */
export function sha256Of(cluster: Uint8Array): string {
  return createHash('sha256').update(cluster).digest('hex');
}

/**
 * Chooses from what a point stores: `clean` are earlier samples of clusters that it does not store. `whole` says that what the map
 * does not have reads as zeroes.
 */
export function chooseSamples(clusters: ClusterMap, clean: readonly Sample[], whole: boolean): SampleChoice {
  const kept = clean.slice(0, MOST_SAMPLES);
  const room = MOST_SAMPLES - kept.length;
  const zeroes = zeroClusters(clusters, Math.min(MOST_ZEROES, Math.floor(room / ZERO_SHARE)), whole);
  return {
    kept,
    wanted: spread(clusters.dataClusters, room - zeroes.length).map((rank) => clusters.select(rank)),
    zeroes: zeroes.map((cluster) => ({ cluster, sha256: ZERO_SHA256 })),
  };
}

/** At most `most` numbers below `count` in order: the first, the last and some between, evenly. */
function spread(count: number, most: number): number[] {
  if (count <= most) return Array.from({ length: count }, (_, index) => index);
  if (most <= 1) return most === 1 ? [0] : [];
  return Array.from({ length: most }, (_, index) => Math.floor((index * (count - 1)) / (most - 1)));
}

/** At most `most` clusters that read as zeroes, looked for from places that lie evenly over the disk. */
function zeroClusters(clusters: ClusterMap, most: number, whole: boolean): number[] {
  const found: number[] = [];
  let from = 0;
  for (let place = 0; place < most; place++) {
    from = Math.max(from, Math.floor((clusters.clusterCount * place) / most));
    const cluster = nextZero(clusters, from, whole);
    if (cluster === undefined) break;
    found.push(cluster);
    from = cluster + 1;
  }
  return found;
}

function nextZero(clusters: ClusterMap, from: number, whole: boolean): number | undefined {
  for (let at = from; at < clusters.clusterCount;) {
    const { first, count, kind } = clusters.runAt(at);
    if (kind === 'zero' || (whole && kind === 'absent')) return first;
    at = first + count;
  }
  return undefined;
}
