// A disk as raw slices of 4 MiB, each a file: how they are called, and the manifest that says which there are, which 64 KiB clusters of
// them hold data, and which backup changed each last. A slice that is all zero is no file.
import { CODE, OneError } from '../model/errors.ts';
import { list, number, object, matching, exactly, type Read } from '../model/json-shape.ts';
import { Bitmap } from './bitmap.ts';
import { CLUSTER_BYTES, ClusterMap, MAX_VIRTUAL_BYTES } from './cluster-map.ts';

export const SLICE_BYTES = 4 * 2 ** 20;
export const SLICE_CLUSTERS = SLICE_BYTES / CLUSTER_BYTES;
/** Slices of one folder: 1 GiB of the disk. What restic knows of a folder is stored again when a slice of it changes. */
const FOLDER_SLICES = 256;
const SECTOR_BYTES = 512;
const MARK = 'onevault-slices-1';
const WORDS = SLICE_CLUSTERS / 32;

/** A slice that is there, and the number of the backup that changed it last. */
export interface Slice {
  index: number;
  changed: number;
}

/** The folder and the file of a slice, in it; in the order of names they are in the order of the disk. */
export function sliceName(index: number): { folder: string; file: string } {
  const folder = Math.floor(index / FOLDER_SLICES);
  return { folder: hex(folder, 6), file: hex(index % FOLDER_SLICES, 2) };
}

/** Where a slice is, in the folder of its disk. */
export function slicePath(index: number): string {
  const { folder, file } = sliceName(index);
  return `${folder}/${file}`;
}

/** The slice that a path ends with; undefined when it is none. */
export function sliceOf(path: string): number | undefined {
  const [, folder, file] = /(?:^|\/)([0-9a-f]{6})\/([0-9a-f]{2})$/.exec(path) ?? [];
  if (folder === undefined || file === undefined) return undefined;
  return parseInt(folder, 16) * FOLDER_SLICES + parseInt(file, 16);
}

/** What the slice with this number has: all have the same but the last. */
export function sliceBytes(virtualBytes: number, index: number): number {
  return Math.max(0, Math.min(SLICE_BYTES, virtualBytes - index * SLICE_BYTES));
}

/** Name of the manifest of the slices in `folder`. */
export function manifestName(folder: string): string {
  return `${folder}.json`;
}

export class SliceManifest {
  /** Number of the backup that it belongs to. */
  readonly number: number;
  /** Clusters that hold data; what else a slice has are zeroes. */
  readonly clusters: ClusterMap;
  /** For each slice of the disk, the backup that changed it last. */
  readonly #changed: Uint32Array;

  constructor(number: number, clusters: ClusterMap, changed: Uint32Array) {
    this.number = number;
    this.clusters = clusters;
    this.#changed = changed;
  }

  get virtualBytes(): number {
    return this.clusters.virtualBytes;
  }

  get sliceCount(): number {
    return this.#changed.length;
  }

  /** The slices that are there, in the order of the disk. */
  *slices(): Generator<Slice> {
    for (let index = 0; index < this.#changed.length; index++) {
      const first = index * SLICE_CLUSTERS;
      if (!this.clusters.hasAny(first, Math.min(first + SLICE_CLUSTERS, this.clusters.clusterCount))) continue;
      yield { index, changed: this.changed(index) };
    }
  }

  changed(index: number): number {
    return this.#changed[index] ?? 0;
  }

  /** Bytes of all slices that are there. */
  get fileBytes(): number {
    let bytes = 0;
    for (const { index } of this.slices()) bytes += sliceBytes(this.virtualBytes, index);
    return bytes;
  }

  toText(): string {
    const { number: backup, virtualBytes } = this;
    const head = { format: MARK, virtual_bytes: virtualBytes, slice_bytes: SLICE_BYTES, cluster_bytes: CLUSTER_BYTES };
    const lines: string[] = [];
    for (const { index, changed } of this.slices()) {
      lines.push(JSON.stringify({ slice: slicePath(index), changed, data: this.#mask(index) }));
    }
    const text = JSON.stringify({ ...head, backup }).slice(0, -1);
    return `${text},"slices":[\n${lines.join(',\n')}\n]}\n`;
  }

  /** In hex: the lowest bit is the first cluster of the slice. */
  #mask(index: number): string {
    const words = new Uint32Array(WORDS);
    for (let bit = 0; bit < SLICE_CLUSTERS; bit++) {
      const cluster = index * SLICE_CLUSTERS + bit;
      if (cluster >= this.clusters.clusterCount || this.clusters.kind(cluster) !== 'data') continue;
      words[bit >>> 5] = (words[bit >>> 5] ?? 0) | (1 << (bit & 31));
    }
    return [...words]
      .reverse()
      .map((word) => hex(word, 8))
      .join('');
  }

  /**
   * What has changed, over what was: `touched` has every cluster of the slices that were looked at, and `now` says what those hold. The
   * other slices are as they were.
   */
  after(backup: number, touched: Bitmap, now: ClusterMap): SliceManifest {
    const data = new Bitmap(touched.length);
    const changed = new Uint32Array(this.#changed);
    for (let index = 0; index < changed.length; index++) {
      const first = index * SLICE_CLUSTERS;
      const isTouched = touched.has(first);
      copyData(isTouched ? now : this.clusters, first, Math.min(first + SLICE_CLUSTERS, data.length), data);
      if (isTouched) changed[index] = backup;
    }
    return new SliceManifest(backup, new ClusterMap(this.virtualBytes, data, new Bitmap(data.length)), changed);
  }

  /** Of a disk of which all is new. */
  static whole(backup: number, clusters: ClusterMap): SliceManifest {
    const data = new Bitmap(clusters.clusterCount);
    copyData(clusters, 0, data.length, data);
    const changed = new Uint32Array(Math.ceil(data.length / SLICE_CLUSTERS)).fill(backup);
    // as in a qcow2, a disk is a whole number of sectors
    const virtualBytes = Math.ceil(clusters.virtualBytes / SECTOR_BYTES) * SECTOR_BYTES;
    return new SliceManifest(backup, new ClusterMap(virtualBytes, data, new Bitmap(data.length)), changed);
  }

  /** Throws OneError when it is none. */
  static parse(text: string, name: string): SliceManifest {
    const read = SHAPE(json(text))?.is;
    const bad = (why: string): OneError => new OneError(CODE.INTERNAL, `${name} is no manifest of slices: ${why}.`);
    if (read === undefined) throw bad('it has not the form of one');
    const { virtual_bytes: virtualBytes, slice_bytes: size, cluster_bytes: cluster, backup, slices } = read;
    if (size !== SLICE_BYTES || cluster !== CLUSTER_BYTES) throw bad(`its slices have ${size} bytes`);
    if (!Number.isSafeInteger(virtualBytes) || virtualBytes < 0 || virtualBytes > MAX_VIRTUAL_BYTES) {
      throw bad(`a disk of ${virtualBytes} bytes is not supported`);
    }
    const data = new Bitmap(Math.ceil(virtualBytes / CLUSTER_BYTES));
    const changed = new Uint32Array(Math.ceil(data.length / SLICE_CLUSTERS));
    for (const { slice, changed: by, data: mask } of slices) {
      const index = sliceOf(slice) ?? changed.length;
      if (index >= changed.length) throw bad(`the disk has no slice ${slice}`);
      changed[index] = by;
      setMask(data, index, mask);
    }
    return new SliceManifest(backup, new ClusterMap(virtualBytes, data, new Bitmap(data.length)), changed);
  }
}

/** The clusters of all slices that have a changed one. */
export function wholeSlices(changed: Bitmap): Bitmap {
  const touched = new Bitmap(changed.length);
  for (let at = changed.nextSet(0); at < changed.length;) {
    const first = at - (at % SLICE_CLUSTERS);
    const end = Math.min(first + SLICE_CLUSTERS, changed.length);
    touched.set(first, end);
    at = changed.nextSet(end);
  }
  return touched;
}

function copyData(from: ClusterMap, first: number, end: number, into: Bitmap): void {
  for (let run = from.nextDataRun(first, end); run; run = from.nextDataRun(run.first + run.count, end)) {
    into.set(run.first, run.first + run.count);
  }
}

function setMask(data: Bitmap, index: number, mask: string): void {
  for (let word = 0; word < WORDS; word++) {
    const end = mask.length - word * 8;
    const bits = parseInt(mask.slice(end - 8, end), 16);
    for (let bit = 0; bit < 32; bit++) {
      if (((bits >>> bit) & 1) === 0) continue;
      const cluster = index * SLICE_CLUSTERS + word * 32 + bit;
      if (cluster < data.length) data.set(cluster, cluster + 1);
    }
  }
}

const SHAPE = object({
  format: exactly(MARK),
  virtual_bytes: number,
  slice_bytes: number,
  cluster_bytes: number,
  backup: number,
  slices: list(
    object({ slice: matching(/^[0-9a-f]{6}\/[0-9a-f]{2}$/), changed: number, data: matching(/^[0-9a-f]{16}$/) }),
  ),
}) satisfies Read<unknown>;

function json(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // then it has not the form of one
  }
}

function hex(value: number, digits: number): string {
  return (value >>> 0).toString(16).padStart(digits, '0');
}
