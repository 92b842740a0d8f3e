// Shows files as a directory and lets the backup store keep a snapshot of it. What goes wrong on our side is the reason that is told,
// not what the backup program makes of it.
import { mkdir, rmdir } from 'node:fs/promises';
import type { BackupStore, Snapshot, SnapshotRequest } from '../datastore/backup-store.ts';
import { mountDirectory, type VirtualDirectory, type VirtualFile } from '../fuse/mount.ts';
import { pacedEntries } from './paced.ts';
import type { Undo } from './undo.ts';

const PROGRESS_MS = 500;

export interface Upload extends SnapshotRequest {
  files: VirtualDirectory['entries'];
  mtimeSec: number;
  /** Takes the mount back. */
  undo: Undo;
  /** Called every half second. */
  onProgress: () => void;
  /** Watches while the upload runs and may make it fail; returns what ends the watch. */
  watch?: (fail: (error: unknown) => void) => () => void;
}

export async function upload(store: BackupStore, options: Upload): Promise<Snapshot> {
  const { directory, files, mtimeSec, undo, vmId, operationId, signal } = options;
  const failed = new AbortController();
  let cause: unknown;
  const fail = (error: unknown): void => {
    cause ??= error;
    failed.abort();
  };
  await mkdir(directory, { recursive: true, mode: 0o755 });
  undo.push(`remove ${directory}`, () => rmdir(directory));
  const root: VirtualDirectory = { kind: 'directory', mtimeSec, entries: pacedEntries(files) };
  const mount = await mountDirectory(directory, root, { onReadError: (_path, error) => fail(error) });
  undo.push(`unmount ${directory}`, () => mount.unmount());
  const endWatch = options.watch?.(fail);
  const timer = setInterval(options.onProgress, PROGRESS_MS);
  try {
    const { background = false, parent } = options;
    return await store.backup({
      ...{ directory, vmId, operationId, background },
      ...(parent !== undefined && { parent }),
      signal: AbortSignal.any([signal, failed.signal]),
    });
  } catch (error) {
    throw cause ?? error;
  } finally {
    clearInterval(timer);
    endWatch?.();
  }
}

/** A small file that is in memory. */
export function textFile(bytes: Buffer, mtimeSec: number): VirtualFile {
  return {
    kind: 'file',
    size: bytes.length,
    mtimeSec,
    read: (offset, length) => Promise.resolve([bytes.subarray(offset, offset + length)]),
  };
}

/** A small file whose text is made when it is read first, and has grown by `growth` bytes at most since now: blanks fill it up. */
export function lateTextFile(make: () => string, growth: number, mtimeSec: number): VirtualFile {
  const size = Buffer.byteLength(make()) + growth;
  let bytes: Buffer | undefined;
  return {
    kind: 'file',
    size,
    mtimeSec,
    read: (offset, length) => {
      bytes ??= Buffer.concat([Buffer.from(make()), Buffer.alloc(size, ' ')], size);
      return Promise.resolve([bytes.subarray(offset, offset + length)]);
    },
  };
}
