// One disk of the VM as a folder of raw slices, with a manifest beside it. The time of a slice is the number of the backup that changed
// it last, so that a backup program which has those of the parent reads only the others. Whatever it reads is what the disk holds.
import { createHash } from 'node:crypto';
import { CLUSTER_BYTES } from '../disk/cluster-map.ts';
import { chooseSamples, sha256Of, type SampleChoice } from '../disk/samples.ts';
import * as slices from '../disk/slices.ts';
import { SLICE_BYTES, type Slice, SliceManifest } from '../disk/slices.ts';
import type { VirtualDirectory, VirtualFile } from '../fuse/mount.ts';
import type { DiskExport } from '../hypervisor/hypervisor.ts';
import type { Sample, StoredDisk } from '../model/image.ts';
import type { TaskDisk } from '../model/tasks/backup.ts';
import type { DiskProgress } from '../model/operation.ts';
import type { BackupDisk } from './backup-disk.ts';
import { BlockWindow } from './block-window.ts';
import { ALLOCATION, changedParts, wholeDisk } from './changes.ts';
import { CountedExport } from './counted-export.ts';
import { believedChanges } from './tracker-test.ts';
import { textFile } from './upload.ts';

/** A slice is some whole blocks. */
const BLOCK_BYTES = 1024 * 1024;
const BLOCK_CLUSTERS = BLOCK_BYTES / CLUSTER_BYTES;
const AHEAD = 8;
/** Numbers of files and folders that every mount has alike lie above those of nodes: the 40 lowest bits are within a disk. */
const INODES = 2 ** 40;
const FOLDER_INODES = 2 ** 39;

/** What the disk was at the parent point, and what notes its changes since then. */
export interface SlicesBefore {
  tracker: string;
  manifest: SliceManifest;
}

interface Content {
  manifest: SliceManifest;
  samples: SampleChoice;
}

export class SliceDisk implements BackupDisk {
  readonly #disk: TaskDisk;
  readonly #export: CountedExport;
  readonly #manifest: SliceManifest;
  readonly #manifestText: Buffer;
  /** The slices that this backup has changed, by position. They pass through the window one after the other. */
  readonly #changed: Slice[] = [];
  readonly #window: BlockWindow;
  readonly #hash = createHash('sha256');
  readonly #samples: SampleChoice;
  readonly #taken: Sample[] = [];
  readonly #fileBytes: number;
  #position = 0;

  /** Connects to the export. `before` is null when all is to be read. Throws TrackerLost when what notes the changes is not to be believed. */
  static async open(
    disk: TaskDisk,
    from: DiskExport,
    { number, before }: { number: number; before: SlicesBefore | null },
    signal: AbortSignal,
  ): Promise<SliceDisk> {
    const { changes } = from;
    const opened = await CountedExport.connect(from, changes ? [ALLOCATION, changes.context] : [ALLOCATION], signal);
    try {
      if (before === null) {
        const clusters = await wholeDisk(opened);
        const content = { manifest: SliceManifest.whole(number, clusters), samples: chooseSamples(clusters, [], true) };
        return new SliceDisk(disk, opened, content);
      }
      const { dirty, clean } = await believedChanges(disk, opened, before.tracker, changes);
      const touched = slices.wholeSlices(dirty);
      const now = await changedParts(opened, touched);
      const manifest = before.manifest.after(number, touched, now);
      return new SliceDisk(disk, opened, { manifest, samples: chooseSamples(now, clean, false) });
    } catch (error) {
      await opened.close();
      throw error;
    }
  }

  private constructor(disk: TaskDisk, from: CountedExport, { manifest, samples }: Content) {
    this.#disk = disk;
    this.#export = from;
    this.#manifest = manifest;
    this.#manifestText = Buffer.from(manifest.toText());
    this.#samples = samples;
    this.#fileBytes = manifest.fileBytes;
    for (const slice of manifest.slices()) if (slice.changed === manifest.number) this.#changed.push(slice);
    this.#window = new BlockWindow({
      fileBytes: this.#changed.reduce((sum, { index }) => sum + slices.sliceBytes(manifest.virtualBytes, index), 0),
      blockBytes: BLOCK_BYTES,
      ahead: AHEAD,
      fetch: (offset, into) => this.#fetch(this.#placeOf(offset), into),
      inOrder: (block) => this.#passed(block),
    });
  }

  entries(): VirtualDirectory['entries'] {
    const { file, diskId } = this.#disk;
    const mtimeSec = this.#manifest.number;
    const base = (diskId + 1) * INODES;
    const folders = new Map<string, VirtualDirectory & { entries: Map<string, VirtualFile> }>();
    let position = 0;
    for (const slice of this.#manifest.slices()) {
      const name = slices.sliceName(slice.index);
      const inode = base + FOLDER_INODES + parseInt(name.folder, 16);
      // the time of a folder is of no matter to anybody, and one that stays the same is stored once
      const folder = folders.get(name.folder) ?? { kind: 'directory', mtimeSec: 0, inode, entries: new Map() };
      folders.set(name.folder, folder);
      const isChanged = slice.changed === this.#manifest.number;
      folder.entries.set(name.file, this.#sliceFile(slice, base, isChanged ? position : undefined));
      if (isChanged) position += slices.sliceBytes(this.#manifest.virtualBytes, slice.index);
    }
    return new Map<string, VirtualFile | VirtualDirectory>([
      [file, { kind: 'directory', mtimeSec: 0, inode: base + INODES - 1, entries: folders }],
      [slices.manifestName(file), textFile(this.#manifestText, mtimeSec)],
    ]);
  }

  progress(): DiskProgress {
    const bytesTotal = this.#changed.reduce(
      (sum, { index }) => sum + slices.sliceBytes(this.#manifest.virtualBytes, index),
      0,
    );
    return { diskId: this.#disk.diskId, bytesDone: Math.min(this.#position, bytesTotal), bytesTotal };
  }

  stored(): StoredDisk {
    const { complete } = this.#window;
    const { kept, zeroes } = this.#samples;
    const samples = complete ? [...kept, ...zeroes, ...this.#taken].sort((a, b) => a.cluster - b.cluster) : kept;
    return {
      diskId: this.#disk.diskId,
      file: this.#disk.file,
      virtualBytes: this.#manifest.virtualBytes,
      layout: 'SLICES',
      fileBytes: this.#fileBytes,
      sha256: createHash('sha256').update(this.#manifestText).digest('hex'),
      changedSha256: complete ? this.#hash.copy().digest('hex') : '',
      originalFormat: this.#disk.format,
      samples,
    };
  }

  readBytes(): number {
    return this.#export.readBytes;
  }

  close(): Promise<void> {
    return this.#export.close();
  }

  /** `position` is where a changed one stands in the window. Others are read only by who does not know them, which may be anybody. */
  #sliceFile({ index, changed }: Slice, base: number, position: number | undefined): VirtualFile {
    const size = slices.sliceBytes(this.#manifest.virtualBytes, index);
    const shown = { kind: 'file' as const, size, mtimeSec: changed, inode: base + index };
    if (position === undefined) {
      return { ...shown, read: (offset, length) => this.#readOnce(index * SLICE_BYTES + offset, length) };
    }
    return {
      ...shown,
      read: (offset, length) => this.#window.read(position + offset, length),
      release: (buffers) => this.#window.release(buffers),
    };
  }

  async #readOnce(guestOffset: number, length: number): Promise<Uint8Array[]> {
    const into = Buffer.allocUnsafe(length);
    await this.#fetch(guestOffset, into);
    return [into];
  }

  /** Where on the disk a position in the window is. */
  #placeOf(position: number): number {
    const slice = this.#changed[Math.floor(position / SLICE_BYTES)];
    return (slice?.index ?? 0) * SLICE_BYTES + (position % SLICE_BYTES);
  }

  /** Reads the data, and fills up with zeroes what is none. */
  async #fetch(guestOffset: number, into: Buffer): Promise<void> {
    const { clusters } = this.#manifest;
    into.fill(0);
    const end = guestOffset + into.length;
    const lastCluster = Math.min(clusters.clusterCount, Math.ceil(end / CLUSTER_BYTES));
    const reads: Promise<void>[] = [];
    let run = clusters.nextDataRun(Math.floor(guestOffset / CLUSTER_BYTES), lastCluster);
    for (; run; run = clusters.nextDataRun(run.first + run.count, lastCluster)) {
      const from = Math.max(guestOffset, run.first * CLUSTER_BYTES);
      const to = Math.min(end, (run.first + run.count) * CLUSTER_BYTES, this.#export.size);
      if (from < to) reads.push(this.#export.read(from, into.subarray(from - guestOffset, to - guestOffset)));
    }
    // all must have ended before the buffer may be used again
    const failed = (await Promise.allSettled(reads)).find((read) => read.status === 'rejected');
    if (failed) throw failed.reason;
  }

  /** Takes the hashes while the changed slices pass in order. */
  #passed(block: Buffer): void {
    this.#hash.update(block);
    const first = this.#placeOf(this.#position) / CLUSTER_BYTES;
    this.#position += block.length;
    for (const cluster of this.#samples.wanted) {
      if (cluster < first || cluster >= first + BLOCK_CLUSTERS) continue;
      const whole = Buffer.alloc(CLUSTER_BYTES);
      block.copy(whole, 0, (cluster - first) * CLUSTER_BYTES, (cluster - first + 1) * CLUSTER_BYTES);
      this.#taken.push({ cluster, sha256: sha256Of(whole) });
    }
  }
}
