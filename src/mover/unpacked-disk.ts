// A disk that the store's program unpacks into a directory of ours: what it writes there goes to its place in the target at once, and
// nothing is written beside that.
import { mkdir, rmdir } from 'node:fs/promises';
import type { BackupStore } from '../datastore/backup-store.ts';
import { refuseDifferent } from '../disk/checked-stream.ts';
import { ScatteredWriter } from '../disk/scattered-write.ts';
import { mountDirectory, type VirtualDirectory, type VirtualFile } from '../fuse/mount.ts';
import type { RestoreDisk } from '../model/tasks/restore.ts';
import type { Member } from '../model/tasks/served-disk.ts';
import { nameOf } from './merged-disk.ts';
import { pacer } from './pacer.ts';
import { requireOwnHeader, type Written, type WriteOptions } from './restored-disk.ts';

export type Unpack = NonNullable<BackupStore['unpack']>;

export interface UnpackOptions extends Pick<WriteOptions, 'signal' | 'passed'> {
  /** Where the directory is shown: made for it, and gone afterwards. */
  directory: string;
}

/** The target is new, and left as it is when this throws. */
export async function restoreUnpacked(
  unpack: Unpack,
  disk: RestoreDisk,
  member: Member,
  options: UnpackOptions,
): Promise<Written> {
  const { stored, target: path, targetFormat: format } = disk;
  const { fileBytes, virtualBytes } = stored;
  const name = nameOf(member);
  const writer = await ScatteredWriter.create({ path, format, fileBytes, virtualBytes, name });
  try {
    await receive(unpack, member, writer, options);
    const sha256 = await writer.finish();
    refuseDifferent(name, stored, { fileBytes, sha256 });
    if (format === 'qcow2') await requireOwnHeader(disk);
    return { writtenBytes: writer.writtenBytes, sha256 };
  } finally {
    await writer.close();
  }
}

async function receive(unpack: Unpack, member: Member, writer: ScatteredWriter, options: UnpackOptions): Promise<void> {
  const { directory, signal, passed } = options;
  const failed = new AbortController();
  const stopped = AbortSignal.any([signal, failed.signal]);
  const file: VirtualFile = {
    ...{ kind: 'file', size: 0, mtimeSec: 0, mode: 0o600 },
    read: () => Promise.resolve([]),
    write: async (offset, data) => {
      await unlessStopped(pacer.take(data.length), stopped);
      await writer.write(offset, data);
      passed(data.length);
    },
  };
  signal.throwIfAborted();
  await mkdir(directory, { recursive: true, mode: 0o700 });
  try {
    const onWriteError = (_path: string, error: unknown): void => failed.abort(error);
    const mount = await mountDirectory(directory, treeOf(member.path, file), { onWriteError });
    try {
      // who is stopped is refused all that it still writes, but has the mount to its end: without it, it would write beside the target
      await unpack(member.source, member.path, mount.path, stopped);
    } finally {
      await mount.unmount();
    }
    failed.signal.throwIfAborted();
  } catch (error) {
    signal.throwIfAborted();
    throw failed.signal.aborted ? failed.signal.reason : error;
  } finally {
    await rmdir(directory).catch(() => undefined); // an empty directory that is left does no harm
  }
}

/** Rejects at once when it is stopped, also while it waits. */
async function unlessStopped(waited: Promise<void>, stopped: AbortSignal): Promise<void> {
  stopped.throwIfAborted();
  const { promise, reject } = Promise.withResolvers<never>();
  const stop = (): void => reject(stopped.reason);
  stopped.addEventListener('abort', stop, { once: true });
  await Promise.race([waited, promise]).finally(() => stopped.removeEventListener('abort', stop));
}

/** The file under all the directories of its path. */
function treeOf(path: string, file: VirtualFile): VirtualDirectory {
  const names = path.split('/').filter(Boolean);
  const inner = names.reduceRight<VirtualDirectory | VirtualFile>(
    (entry, name) => ({ kind: 'directory', mtimeSec: 0, entries: new Map([[name, entry]]) }),
    file,
  );
  return inner as VirtualDirectory;
}
