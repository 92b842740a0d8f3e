// One disk of the VM as a file of the virtual backup directory: its qcow2 layout in front, the blocks of the NBD export behind
// it, fetched as they are read. Nothing is stored here.
import { createHash } from 'node:crypto';
import { clusterMapFrom } from '../disk/cluster-map-builder.ts';
import type { Extent } from '../disk/extent.ts';
import { Qcow2Layout } from '../disk/qcow2-layout.ts';
import type { VirtualFile } from '../fuse/mount.ts';
import { NbdClient } from '../nbd/client.ts';
import { STATE } from '../nbd/constants.ts';
import type { DiskExport } from '../hypervisor/hypervisor.ts';
import type { StoredDisk } from '../model/image.ts';
import type { TaskDisk } from '../model/mover-protocol.ts';
import type { DiskProgress } from '../model/operation.ts';
import { BlockWindow } from './block-window.ts';

const ALLOCATION = 'base:allocation';
const BLOCK_BYTES = 1024 * 1024;
/** Blocks fetched ahead for each file that is being read; restic reads two at a time. */
const AHEAD = 8;

export class DiskFile {
  readonly #disk: TaskDisk;
  readonly #client: NbdClient;
  readonly #layout: Qcow2Layout;
  readonly #window: BlockWindow;
  readonly #hash = createHash('sha256');
  #bytesDone = 0;

  /** Connects to the export and lays the disk out from its block status. */
  static async open(disk: TaskDisk, from: DiskExport, signal: AbortSignal): Promise<DiskFile> {
    const client = await NbdClient.connect({ ...from, metaContexts: [ALLOCATION], signal });
    try {
      const clusters = await clusterMapFrom(client.size, allocated(client));
      return new DiskFile(disk, client, new Qcow2Layout({ virtualBytes: client.size, clusters }));
    } catch (error) {
      await client.close();
      throw error;
    }
  }

  private constructor(disk: TaskDisk, client: NbdClient, layout: Qcow2Layout) {
    this.#disk = disk;
    this.#client = client;
    this.#layout = layout;
    this.#window = new BlockWindow({
      fileBytes: layout.fileBytes,
      blockBytes: BLOCK_BYTES,
      ahead: AHEAD,
      fetch: (offset, into) => this.#fetch(offset, into),
      inOrder: (block) => {
        this.#hash.update(block);
        this.#bytesDone += block.length;
      },
    });
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

  /** What is recorded of the disk when the backup program has read it all. */
  stored(): StoredDisk {
    return {
      diskId: this.#disk.diskId,
      file: this.#disk.file,
      virtualBytes: this.#layout.virtualBytes,
      fileBytes: this.#layout.fileBytes,
      sha256: this.#window.complete ? this.#hash.copy().digest('hex') : '',
      originalFormat: this.#disk.format,
    };
  }

  close(): Promise<void> {
    return this.#client.close();
  }

  async #fetch(offset: number, into: Buffer): Promise<void> {
    const reads: Promise<void>[] = [];
    for (const piece of this.#layout.pieces(offset, into.length)) {
      const part = into.subarray(piece.fileOffset - offset, piece.fileOffset - offset + piece.length);
      if (piece.kind === 'metadata') this.#layout.metadata(piece.fileOffset, part);
      else if (piece.kind === 'padding') part.fill(0);
      else reads.push(this.#client.read(piece.guestOffset, part));
    }
    // all must have ended before the buffer may be used again
    const failed = (await Promise.allSettled(reads)).find((read) => read.status === 'rejected');
    if (failed) throw failed.reason;
  }
}

/** In a full backup what reads as zeroes is simply not there. */
async function* allocated(client: NbdClient): AsyncIterable<Extent> {
  for await (const { offset, length, flags } of client.extents(ALLOCATION)) {
    yield { offset, length, kind: (flags & STATE.ZERO) !== 0 ? 'absent' : 'data' };
  }
}
