// Takes the hashes of chosen clusters while the qcow2 that holds them passes from front to back. Nothing is kept of the data.
import { createHash, type Hash } from 'node:crypto';
import type { Sample } from '../model/image.ts';
import { CLUSTER_BYTES, type ClusterMap } from './cluster-map.ts';

interface Wanted {
  cluster: number;
  /** Where it stands in the file. */
  offset: number;
  hash: Hash;
}

export class SampleHasher {
  readonly #wanted: Wanted[];
  #position = 0;

  /** `dataOffset` is where the data of a sequential qcow2 of this map begins; `wanted` are data clusters of it. */
  constructor(clusters: ClusterMap, dataOffset: number, wanted: readonly number[]) {
    this.#wanted = wanted.map((cluster) => ({
      cluster,
      offset: dataOffset + clusters.rank(cluster) * CLUSTER_BYTES,
      hash: createHash('sha256'),
    }));
  }

  /** Takes the next bytes of the file. */
  add(bytes: Uint8Array): void {
    const start = this.#position;
    this.#position += bytes.length;
    for (const { offset, hash } of this.#wanted) {
      const from = Math.max(offset, start);
      const to = Math.min(offset + CLUSTER_BYTES, this.#position);
      if (from < to) hash.update(bytes.subarray(from - start, to - start));
    }
  }

  /** The hashes of the clusters that have passed to their end. */
  samples(): Sample[] {
    return this.#wanted
      .filter(({ offset }) => offset + CLUSTER_BYTES <= this.#position)
      .map(({ cluster, hash }) => ({ cluster, sha256: hash.copy().digest('hex') }));
  }
}
