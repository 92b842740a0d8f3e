// The door to where disk images and the disks of running VMs live. Formats are given by the caller, never probed.
import type { Capacity } from '../model/datastore.ts';
import type { DiskFormat } from '../model/image.ts';
import type { Digest } from '../model/image-origin.ts';

export interface StoredImage {
  source: string;
  virtualBytes: number;
  format: DiskFormat;
}

/** Bytes of a disk: a file that nobody writes to, as it is or as a snapshot in it was, or an NBD export of raw bytes. */
export type DiskData = { path: string; format: DiskFormat; snapshot?: string } | { socket: string; exportName: string };

/** What an import must come to, and who is told how far it is. */
export interface ImportOptions {
  /** Hashes of the file as it is there. */
  digests?: readonly Digest[];
  /** Directories of which images may not be made, and those of which they may be nevertheless; with blanks between. */
  restrictedDirs?: string;
  safeDirs?: string;
  /** Only from addresses of the internet. */
  publicOnly?: boolean;
  /** What a download may have at most, beside what there is room for. */
  limitBytes?: number;
  signal?: AbortSignal;
  onProgress?: (bytes: number, wholeBytes: number | undefined) => void;
}

export interface ImageStore {
  /** A new name in the store for an image's data; nothing is created. */
  newSource(): string;
  /**
   * Copies a file of the given format into the store, sparsely. A format of '' is read from the file name's ending. With a
   * `source` of newSource() that is where it goes, so that an import which died half-way can be removed.
   */
  importFile(path: string, format: DiskFormat | '', source?: string, options?: ImportOptions): Promise<StoredImage>;
  /** The same of what is at an http or https URL. */
  importUrl(url: string, format: DiskFormat | '', source?: string, options?: ImportOptions): Promise<StoredImage>;
  /** An empty image, formatted when `fs` names ext2, ext3 or ext4. */
  create(virtualBytes: number, format: DiskFormat, source?: string, fs?: string): Promise<StoredImage>;
  /** Virtual size in bytes of a file of known format. */
  virtualBytes(source: string, format: DiskFormat): Promise<number>;
  /** Removes the image's data; what is already gone is no error. */
  remove(source: string): Promise<void>;
  capacity(): Promise<Capacity>;
  /**
   * A qcow2 at `path` on top of `base`, for a non-persistent image; larger than it when `virtualBytes` says so, and of just that size when
   * the base is still to come (`later`). A file already there is kept: a guest may have written it.
   */
  overlay(
    base: { path: string; format: DiskFormat; later?: boolean },
    path: string,
    virtualBytes?: number,
  ): Promise<void>;
  /** A volatile disk at `path`; swap is formatted, fs when `fs` names ext2, ext3 or ext4. A file already there is kept. */
  volatile(path: string, virtualBytes: number, format: DiskFormat, kind: 'fs' | 'swap', fs: string): Promise<void>;
  /** An image with what a disk holds now, whatever the disk stands on. What was read must not change meanwhile. */
  copyDisk(from: DiskData, format: DiskFormat, source: string): Promise<StoredImage>;
  /** Lets the disk of a machine that is off grow; one that is as large already is left alone. */
  grow(path: string, format: DiskFormat, virtualBytes: number): Promise<void>;
  /** Names of the snapshots inside a qcow2. */
  snapshots(path: string): Promise<string[]>;
  /** Keeps what a qcow2 holds now, under a name in it. One of that name that is there is kept. The machine must be off. */
  createSnapshot(path: string, name: string): Promise<void>;
  /** The qcow2 holds again what it held at the snapshot; the snapshot stays. The machine must be off. */
  revertSnapshot(path: string, name: string): Promise<void>;
  /** Forgets snapshots; those that are not there are no error. The machine must be off. */
  deleteSnapshots(path: string, names: readonly string[]): Promise<void>;
}
