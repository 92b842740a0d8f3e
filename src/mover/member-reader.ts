// How the members of a chain are read all at once. A program of the store for each would take its memory as many times as there are
// members, so the store shows its files once, and they are read there; a disk of one member is streamed, which is quicker.
import { mkdir, rmdir } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import type { BackupStore, StoreView } from '../datastore/backup-store.ts';
import { openInside } from '../datastore/inside.ts';
import type { RandomFile } from '../disk/qcow2-scattered.ts';
import { CODE, OneError } from '../model/errors.ts';
import type { Member } from '../model/tasks/served-disk.ts';

const CHUNK_BYTES = 128 * 1024;
const TRIES = 5;
const RETRY_MS = 100;

export type MemberStore = Pick<BackupStore, 'read' | 'readFolder'> & {
  /** A file at random access; only where the store shows its files. */
  openFile?: (source: string, path: string) => Promise<RandomFile>;
};

export interface MemberReader extends MemberStore {
  close(): Promise<void>;
}

/** Opens the store for disks of these members. It shows its files in `directory`, which is made, and gone after `close`. */
export async function openMembers(
  store: BackupStore,
  disks: ReadonlyArray<{ members: readonly Member[] }>,
  directory: string,
  signal: AbortSignal,
): Promise<MemberReader> {
  const read: MemberStore['read'] = (source, path) => store.read(source, path);
  const folders: Pick<MemberStore, 'readFolder'> = store.readFolder
    ? { readFolder: (source, path) => readFolder(store, source, path) }
    : {};
  if (!disks.some(isShown)) return { read, ...folders, close: () => Promise.resolve() };
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const view = await store.view(directory, signal).catch(async (error: unknown) => {
    await removeEmpty(directory);
    throw error;
  });
  let closed: Promise<void> | undefined;
  const close = (): Promise<void> => (closed ??= view.close());
  // what is being read out of a slow store would be waited for: without the view the reads end at once
  const stop = (): void => void close().catch(() => undefined);
  signal.addEventListener('abort', stop, { once: true });
  if (signal.aborted) stop();
  const chained = new Set(disks.flatMap((disk) => (isShown(disk) ? disk.members.map(keyOf) : [])));
  return {
    ...folders,
    openFile: (source, path) => openShown(view.root, view.pathOf(source, path)),
    read: (source, path) => (chained.has(keyOf({ source, path })) ? readShown(view, source, path) : read(source, path)),
    close: async () => {
      signal.removeEventListener('abort', stop);
      await close();
      await removeEmpty(directory);
    },
  };
}

/** Whether a disk is read where the store shows its files: it has several members, or one that is not read front to back. */
export function isShown({ members }: { members: readonly Member[] }): boolean {
  return members.length > 1 || members.some(({ stored }) => stored.layout === 'QEMU');
}

async function openShown(root: string, path: string): Promise<RandomFile> {
  const file = await unlessInterrupted(() => openInside(root, path));
  try {
    const { size } = await unlessInterrupted(() => file.stat());
    return {
      bytes: size,
      read: (into, at, length, position) => unlessInterrupted(() => file.read(into, at, length, position)),
      close: () => file.close(),
    };
  } catch (error) {
    await file.close();
    throw error;
  }
}

function readFolder(store: BackupStore, source: string, path: string): Readable {
  if (store.readFolder) return store.readFolder(source, path);
  throw new OneError(CODE.INTERNAL, `The store of ${path} has no folders to read.`);
}

function readShown(view: StoreView, source: string, path: string): ReturnType<BackupStore['read']> {
  return Readable.from(chunksOf(view.root, view.pathOf(source, path)), {
    objectMode: false,
    highWaterMark: CHUNK_BYTES,
  });
}

async function* chunksOf(root: string, path: string): AsyncGenerator<Buffer> {
  const file = await unlessInterrupted(() => openInside(root, path));
  try {
    for (let position = 0; ;) {
      const buffer = Buffer.allocUnsafe(CHUNK_BYTES);
      const { bytesRead } = await unlessInterrupted(() => file.read(buffer, 0, CHUNK_BYTES, position));
      if (bytesRead === 0) return;
      position += bytesRead;
      yield buffer.subarray(0, bytesRead);
    }
  } finally {
    await file.close();
  }
}

/** A mount that is served by a program may be interrupted in what it reads for somebody; the next moment it can. */
export async function unlessInterrupted<R>(work: () => Promise<R>): Promise<R> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work();
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? error.code : '';
      if (attempt === TRIES || (code !== 'EIO' && code !== 'EINTR')) throw error;
      await delay(attempt * RETRY_MS);
    }
  }
}

async function removeEmpty(directory: string): Promise<void> {
  await rmdir(directory).catch(() => undefined); // an empty directory that is left does no harm
}

function keyOf({ source, path }: Pick<Member, 'source' | 'path'>): string {
  return `${source} ${path}`;
}
