// One disk of the VM as a file of the virtual backup directory: its qcow2 layout in front, the blocks of the NBD export behind
// it, fetched as they are read. Nothing is stored here. An increment holds what changed and stands on a tracker that was tested.
import { createHash } from 'node:crypto';
import type { ClusterMap } from '../disk/cluster-map.ts';
import { Qcow2Layout } from '../disk/qcow2-layout.ts';
import { SampleHasher } from '../disk/sample-hasher.ts';
import { chooseSamples, type SampleChoice } from '../disk/samples.ts';
import type { VirtualFile } from '../fuse/mount.ts';
import type { DiskExport } from '../hypervisor/hypervisor.ts';
import type { Sample, StoredDisk } from '../model/image.ts';
import type { TaskDisk } from '../model/tasks/backup.ts';
import type { DiskProgress } from '../model/operation.ts';
import type { BackupDisk } from './backup-disk.ts';
import { BlockWindow } from './block-window.ts';
import { ALLOCATION, changedParts, wholeDisk, type Changes } from './changes.ts';
import { CountedExport } from './counted-export.ts';
import { believedChanges } from './tracker-test.ts';

const BLOCK_BYTES = 1024 * 1024;
/** Blocks fetched ahead for each file that is being read; restic reads two at a time. */
const AHEAD = 8;

interface Content {
  clusters: ClusterMap;
  samples: SampleChoice;
}

export class DiskFile implements BackupDisk {
  readonly #disk: TaskDisk;
  readonly #export: CountedExport;
  readonly #layout: Qcow2Layout;
  readonly #window: BlockWindow;
  readonly #hash = createHash('sha256');
  readonly #samples: SampleChoice;
  readonly #hasher: SampleHasher;
  #bytesDone = 0;

  /**
   * Connects to the export and lays the disk out from its block status. `parent` is the tracker of the parent point, null for a
   * full backup. Throws TrackerLost when it is not to be believed.
   */
  static async open(disk: TaskDisk, from: DiskExport, parent: string | null, signal: AbortSignal): Promise<DiskFile> {
    const { changes } = from;
    const contexts = changes === undefined ? [ALLOCATION] : [ALLOCATION, changes.context];
    const opened = await CountedExport.connect(from, contexts, signal);
    try {
      const content = parent === null ? await whole(opened) : await changed(disk, opened, parent, changes);
      return new DiskFile(disk, opened, content);
    } catch (error) {
      await opened.close();
      throw error;
    }
  }

  private constructor(disk: TaskDisk, from: CountedExport, { clusters, samples }: Content) {
    const layout = new Qcow2Layout({ virtualBytes: from.size, clusters });
    this.#disk = disk;
    this.#export = from;
    this.#layout = layout;
    this.#samples = samples;
    this.#hasher = new SampleHasher(clusters, layout.metadataBytes, samples.wanted);
    this.#window = new BlockWindow({
      fileBytes: layout.fileBytes,
      blockBytes: BLOCK_BYTES,
      ahead: AHEAD,
      fetch: (offset, into) => this.#fetch(offset, into),
      inOrder: (block) => {
        this.#hash.update(block);
        this.#hasher.add(block);
        this.#bytesDone += block.length;
      },
    });
  }

  entries(mtimeSec: number): Map<string, VirtualFile> {
    return new Map([[this.#disk.file, this.virtualFile(mtimeSec)]]);
  }

  virtualFile(mtimeSec: number): VirtualFile {
    return {
      kind: 'file',
      size: this.#layout.fileBytes,
      mtimeSec,
      read: (offset, length) => this.#window.read(offset, length),
      release: (buffers) => this.#window.release(buffers),
    };
  }

  progress(): DiskProgress {
    return { diskId: this.#disk.diskId, bytesDone: this.#bytesDone, bytesTotal: this.#layout.fileBytes };
  }

  stored(): StoredDisk {
    return {
      diskId: this.#disk.diskId,
      file: this.#disk.file,
      virtualBytes: this.#layout.virtualBytes,
      fileBytes: this.#layout.fileBytes,
      sha256: this.#window.complete ? this.#hash.copy().digest('hex') : '',
      originalFormat: this.#disk.format,
      samples: this.#knownClusters(),
    };
  }

  readBytes(): number {
    return this.#export.readBytes;
  }

  close(): Promise<void> {
    return this.#export.close();
  }

  #knownClusters(): Sample[] {
    const { kept, zeroes } = this.#samples;
    if (!this.#window.complete) return kept;
    return [...kept, ...zeroes, ...this.#hasher.samples()].sort((a, b) => a.cluster - b.cluster);
  }

  async #fetch(offset: number, into: Buffer): Promise<void> {
    const reads: Promise<void>[] = [];
    for (const piece of this.#layout.pieces(offset, into.length)) {
      const part = into.subarray(piece.fileOffset - offset, piece.fileOffset - offset + piece.length);
      if (piece.kind === 'metadata') this.#layout.metadata(piece.fileOffset, part);
      else if (piece.kind === 'padding') part.fill(0);
      else reads.push(this.#export.read(piece.guestOffset, part));
    }
    // all must have ended before the buffer may be used again
    const failed = (await Promise.allSettled(reads)).find((read) => read.status === 'rejected');
    if (failed) throw failed.reason;
  }
}

async function whole(from: CountedExport): Promise<Content> {
  const clusters = await wholeDisk(from);
  return { clusters, samples: chooseSamples(clusters, [], true) };
}

async function changed(disk: TaskDisk, from: CountedExport, parent: string, changes?: Changes): Promise<Content> {
  const { dirty, clean } = await believedChanges(disk, from, parent, changes);
  const clusters = await changedParts(from, dirty);
  return { clusters, samples: chooseSamples(clusters, clean, false) };
}
