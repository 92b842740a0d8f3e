// One disk of merged layers as a file: its size is known from the tables of the layers, its data comes from their streams when the
// file is read.
import type { BackupStore } from '../datastore/backup-store.ts';
import { Qcow2Layout } from '../disk/qcow2-layout.ts';
import { qcow2Stream } from '../disk/qcow2-stream.ts';
import type { VirtualFile } from '../fuse/mount.ts';
import { CODE, OneError } from '../model/errors.ts';
import type { StoredDisk } from '../model/image.ts';
import type { Member } from '../model/tasks/served-disk.ts';
import type { DiskProgress } from '../model/operation.ts';
import { ForwardFile } from './forward-file.ts';
import { openMerged, type StoredContent } from './merged-disk.ts';

export class FlattenedDisk {
  readonly #members: MemberReader;
  readonly #top: StoredDisk;
  readonly #layout: Qcow2Layout;
  readonly #file: ForwardFile;
  /** Opened and not yet read. */
  #ready: StoredContent | undefined;

  /** Reads the tables of the members, oldest first. `whole` says that the first holds the whole disk. */
  static async open(
    store: BackupStore,
    members: readonly Member[],
    whole: boolean,
    signal: AbortSignal,
  ): Promise<FlattenedDisk> {
    const top = members.at(-1)?.stored;
    if (top === undefined) throw new OneError(CODE.INTERNAL, 'A disk cannot be merged of nothing.');
    const reader = new MemberReader(store, members, whole, signal);
    return new FlattenedDisk(reader, top, await reader.open());
  }

  private constructor(members: MemberReader, top: StoredDisk, merged: StoredContent) {
    const { virtualBytes, clusters } = merged;
    this.#members = members;
    this.#top = top;
    this.#ready = merged;
    this.#layout = new Qcow2Layout({ virtualBytes, clusters });
    this.#file = new ForwardFile(top.file, this.#layout.fileBytes, () => this.#stream());
  }

  /** Name of the file: that of the newest layer. */
  get name(): string {
    return this.#top.file;
  }

  /** Bytes that came out of the store for it. */
  get readBytes(): number {
    return this.#members.readBytes;
  }

  virtualFile(mtimeSec: number): VirtualFile {
    return this.#file.virtualFile(mtimeSec);
  }

  progress(): DiskProgress {
    return { diskId: this.#top.diskId, bytesDone: this.#members.bytesDone, bytesTotal: this.#members.bytesTotal };
  }

  /** What is recorded of it; undefined until it was read to its end. The newest layer's samples hold for it as well. */
  stored(): StoredDisk | undefined {
    return this.#file.sha256() === undefined ? undefined : this.known();
  }

  /** The same at any time: without its hash until it was read to its end. Whatever it was stored as, it is a qcow2 now. */
  known(): StoredDisk {
    const { layout: _, changedSha256: __, ...top } = this.#top;
    return { ...top, fileBytes: this.#layout.fileBytes, sha256: this.#file.sha256() ?? '' };
  }

  /** Lets go of the streams until the file is read; then they are opened anew. */
  async rest(): Promise<void> {
    const ready = this.#ready;
    this.#ready = undefined;
    await ready?.close();
  }

  async close(): Promise<void> {
    await this.rest();
    await this.#file.close();
  }

  async *#stream(): AsyncGenerator<Uint8Array, void, undefined> {
    const merged = this.#ready ?? (await this.#members.open());
    this.#ready = undefined;
    try {
      yield* qcow2Stream(this.#layout, merged.data());
    } finally {
      await merged.close();
    }
  }
}

/** Opens members, more than once if need be, and counts what comes out of the store. */
class MemberReader {
  /** Of all times. */
  readBytes = 0;
  /** Of the last time. */
  bytesDone = 0;
  readonly bytesTotal: number;
  readonly open: () => Promise<StoredContent>;

  constructor(store: BackupStore, members: readonly Member[], whole: boolean, signal: AbortSignal) {
    this.bytesTotal = members.reduce((sum, { stored }) => sum + stored.fileBytes, 0);
    const passed = (bytes: number): void => {
      this.readBytes += bytes;
      this.bytesDone += bytes;
    };
    this.open = () => {
      this.bytesDone = 0;
      return openMerged(store, members, { whole, signal, passed });
    };
  }
}
