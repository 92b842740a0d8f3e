// Reads a disk that is stored as slices from the archive of its folder, from front to back, and holds it against its manifest. What was
// changed by the manifest's own backup is hashed on the way.
import { createHash } from 'node:crypto';
import { CODE, OneError } from '../model/errors.ts';
import { CLUSTER_BYTES, type ClusterMap } from './cluster-map.ts';
import type { DataPiece } from './qcow2-read.ts';
import { SLICE_BYTES, SLICE_CLUSTERS, sliceBytes, sliceOf, slicePath, type SliceManifest } from './slices.ts';
import { tarFiles, type TarFile } from './tar-read.ts';

export interface SlicesOptions {
  manifest: SliceManifest;
  /** The archive of the disk's folder; called when the data is asked for. */
  open: () => AsyncIterable<Uint8Array>;
  /** Stands in errors. */
  name: string;
  /** SHA-256 in hex of what the manifest's backup changed; empty when it is not known. */
  changedSha256: string;
  /** Told of all bytes of slices. */
  passed: (bytes: number) => void;
}

export class SlicesDisk {
  readonly #options: SlicesOptions;

  constructor(options: SlicesOptions) {
    this.#options = options;
  }

  get virtualBytes(): number {
    return this.#options.manifest.virtualBytes;
  }

  get clusters(): ClusterMap {
    return this.#options.manifest.clusters;
  }

  /**
   * The data of `clusters` in guest order; a piece is valid until the next one is asked for. To be called once. Throws OneError when a
   * slice is missing, too many, of another size, or not what was backed up; and ends only when all has been read.
   */
  async *data(): AsyncGenerator<DataPiece, void, undefined> {
    const { manifest, open, name, changedSha256, passed } = this.#options;
    const hash = createHash('sha256');
    const files = tarFiles(open(), name, SLICE_BYTES);
    try {
      for (const { index, changed } of manifest.slices()) {
        const next = await files.next();
        const bytes = this.#slice(index, next.done === true ? undefined : next.value);
        passed(bytes.length);
        if (changed === manifest.number) hash.update(bytes);
        yield* this.#pieces(index, bytes);
      }
      const more = await files.next();
      if (more.done !== true) throw this.#error(`there is a slice ${more.value.name} too many`);
    } finally {
      await files.return();
    }
    if (changedSha256 !== '' && hash.digest('hex') !== changedSha256) {
      throw this.#error(
        `what backup ${manifest.number} changed in it is not what was backed up: its SHA-256 is another`,
      );
    }
  }

  /** Nothing is open before the data is asked for, and nothing after. */
  close(): Promise<void> {
    return Promise.resolve();
  }

  #slice(index: number, file: TarFile | undefined): Buffer {
    const wanted = slicePath(index);
    if (file === undefined) throw this.#error(`slice ${wanted} is missing`);
    if (sliceOf(file.name) !== index) throw this.#error(`${file.name} stands where slice ${wanted} should`);
    const due = sliceBytes(this.virtualBytes, index);
    if (file.bytes.length === due) return file.bytes;
    throw this.#error(`slice ${wanted} has ${file.bytes.length} bytes where ${due} were backed up`);
  }

  *#pieces(index: number, bytes: Buffer): Generator<DataPiece> {
    const start = index * SLICE_CLUSTERS;
    const end = Math.min(start + SLICE_CLUSTERS, this.clusters.clusterCount);
    for (
      let run = this.clusters.nextDataRun(start, end);
      run;
      run = this.clusters.nextDataRun(run.first + run.count, end)
    ) {
      const from = (run.first - start) * CLUSTER_BYTES;
      const data = bytes.subarray(from, from + run.count * CLUSTER_BYTES);
      yield { guestOffset: run.first * CLUSTER_BYTES, data };
    }
  }

  #error(why: string): OneError {
    return new OneError(CODE.INTERNAL, `${this.#options.name} is not what was backed up: ${why}.`);
  }
}
