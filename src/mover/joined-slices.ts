// Disks that are stored as slices, each shown as the one raw file that its slices make up: QEMU reads it like any other. What is asked
// for is read from the slices where the store shows them; nothing is kept.
import { mkdir, rm, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import type { BackupStore, StoreView } from '../datastore/backup-store.ts';
import { openInside } from '../datastore/inside.ts';
import { unmount } from '../datastore/unmount.ts';
import { SLICE_BYTES, SLICE_CLUSTERS, slicePath, type SliceManifest } from '../disk/slices.ts';
import { mountDirectory, type VirtualFile } from '../fuse/mount.ts';
import { CODE, OneError } from '../model/errors.ts';
import type { ServedDisk } from '../model/tasks/served-disk.ts';
import { unlessInterrupted } from './member-reader.ts';
import { readManifest } from './slice-manifest.ts';

/** Slices of a disk that are kept open. */
const MOST_OPEN = 32;

export interface JoinedDisks {
  /** Undefined for a disk that is not made of slices. */
  pathOf(diskId: number): string | undefined;
  /** Settles, with the reason in words, when they are shown no longer. */
  readonly lost: Promise<string>;
  close(): Promise<void>;
}

interface ToJoin {
  store: BackupStore;
  view: StoreView;
  disks: readonly ServedDisk[];
  /** Where the files are shown; made, and gone after `close`. */
  directory: string;
}

/** Undefined when none of the disks is made of slices. */
export async function joinDisks(
  { store, view, disks, directory }: ToJoin,
  signal: AbortSignal,
): Promise<JoinedDisks | undefined> {
  const joined = new Map<number, JoinedDisk>();
  for (const { diskId, members } of disks) {
    const member = members.at(-1);
    if (member?.stored.layout !== 'SLICES') continue;
    const manifest = await readManifest(store, member, signal);
    joined.set(diskId, new JoinedDisk(manifest, view.root, view.pathOf(member.source, member.path)));
  }
  if (joined.size === 0) return undefined;
  await unmount(directory); // of a process that died
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const entries = new Map([...joined].map(([diskId, disk]) => [nameOf(diskId), disk.file()]));
  const mount = await mountDirectory(directory, { kind: 'directory', mtimeSec: 0, entries });
  return {
    pathOf: (diskId) => (joined.has(diskId) ? join(directory, nameOf(diskId)) : undefined),
    lost: mount.closed.then(() => `The disks in ${directory} are shown no longer.`),
    close: async () => {
      await mount.unmount();
      await Promise.all([...joined.values()].map((disk) => disk.close()));
      await rm(directory, { recursive: true, force: true }).catch(() => undefined); // it is only an empty directory
    },
  };
}

const nameOf = (diskId: number): string => `disk.${diskId}.raw`;

/** A slice that is open. */
interface OpenSlice {
  handle: Promise<FileHandle>;
  /** Reads that go on: it is closed when there are none. */
  users: number;
}

class JoinedDisk {
  readonly #manifest: SliceManifest;
  readonly #root: string;
  readonly #folder: string;
  /** The longest unused first. */
  readonly #open = new Map<number, OpenSlice>();
  #closed = false;
  #most = MOST_OPEN;

  constructor(manifest: SliceManifest, root: string, folder: string) {
    this.#manifest = manifest;
    this.#root = root;
    this.#folder = folder;
  }

  file(): VirtualFile {
    const { virtualBytes } = this.#manifest;
    return { kind: 'file', size: virtualBytes, mtimeSec: 0, read: (offset, length) => this.#read(offset, length) };
  }

  /** What is still being read closes with its last read. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#most = 0;
    await this.#trim(0);
  }

  async #read(offset: number, length: number): Promise<Uint8Array[]> {
    const into = Buffer.alloc(length);
    const { clusters } = this.#manifest;
    for (let at = offset; at < offset + length;) {
      const index = Math.floor(at / SLICE_BYTES);
      const end = Math.min(offset + length, (index + 1) * SLICE_BYTES);
      const first = index * SLICE_CLUSTERS;
      const isThere = clusters.hasAny(first, Math.min(first + SLICE_CLUSTERS, clusters.clusterCount));
      const part = into.subarray(at - offset, end - offset);
      if (isThere) await this.#using(index, (handle) => this.#fill(handle, index, at - index * SLICE_BYTES, part));
      at = end;
    }
    return [into];
  }

  async #fill(handle: FileHandle, index: number, position: number, into: Buffer): Promise<void> {
    for (let filled = 0; filled < into.length;) {
      const { bytesRead } = await unlessInterrupted(() =>
        handle.read(into, filled, into.length - filled, position + filled),
      );
      if (bytesRead > 0) filled += bytesRead;
      else throw new OneError(CODE.INTERNAL, `Slice ${slicePath(index)} in ${this.#folder} ends too early.`);
    }
  }

  async #using(index: number, work: (handle: FileHandle) => Promise<void>): Promise<void> {
    if (this.#closed) throw new OneError(CODE.INTERNAL, `${this.#folder} is shown no longer.`);
    const path = join(this.#folder, slicePath(index));
    const opened = (): OpenSlice => ({ handle: unlessInterrupted(() => openInside(this.#root, path)), users: 0 });
    const slice = this.#open.get(index) ?? opened();
    this.#open.delete(index);
    this.#open.set(index, slice);
    slice.users += 1;
    try {
      await work(await slice.handle);
    } catch (error) {
      this.#open.delete(index); // the next reader tries it anew
      if (slice.users === 1) void closeQuietly(slice);
      throw error;
    } finally {
      slice.users -= 1;
      await this.#trim(this.#most);
    }
  }

  async #trim(most: number): Promise<void> {
    const closing: Promise<void>[] = [];
    for (const [index, slice] of this.#open) {
      if (this.#open.size <= most) break;
      if (slice.users > 0) continue;
      this.#open.delete(index);
      closing.push(closeQuietly(slice));
    }
    await Promise.all(closing);
  }
}

async function closeQuietly({ handle }: OpenSlice): Promise<void> {
  await handle.then((file) => file.close()).catch(() => undefined); // one that could not be opened has told its reader
}
