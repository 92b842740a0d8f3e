// The door to the files of VMs on a host: directories, what disks are called, and memory that was saved. Everything may be repeated: what is
// there already, or gone already, is no error. Here for the machine that this process runs on.
import { chmod, chown, mkdir, open, readdir, readFile, rename, rm, rmdir, stat, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { unmount } from './unmount.ts';

export interface FileFacts {
  isFile: boolean;
  /** Permissions alone. */
  mode: number;
  uid: number;
  gid: number;
  mtimeMs: number;
  bytes: number;
  /** What it takes on the disk. */
  allocatedBytes: number;
}

/** What is not there is undefined or an empty list, never an error. */
export interface HostFiles {
  stat(path: string): Promise<FileFacts | undefined>;
  /** Names in a directory. */
  list(path: string): Promise<string[]>;
  read(path: string): Promise<Uint8Array | undefined>;
  /** Makes the file, and its directory. */
  write(path: string, content: Uint8Array, mode: number): Promise<void>;
  mkdir(path: string, mode: number): Promise<void>;
  /** A file, or a directory with all that is in it. */
  remove(path: string): Promise<void>;
  /** A directory that is empty; another one stays. */
  removeEmpty(path: string): Promise<void>;
  rename(from: string, to: string): Promise<void>;
  /** Gives a file the owner and the permissions of another. */
  makeLike(path: string, model: string): Promise<void>;
  /** Names in this directory survive a power cut from here on. */
  settle(path: string): Promise<void>;
  /** Takes away what is mounted there, and the directory. */
  clearMount(path: string): Promise<void>;
}

export class LocalFiles implements HostFiles {
  async stat(path: string): Promise<FileFacts | undefined> {
    const found = await stat(path).catch(absent);
    if (!found) return undefined;
    const { mode, uid, gid, mtimeMs, size, blocks } = found;
    const facts = { isFile: found.isFile(), mode: mode & 0o777, uid, gid, mtimeMs };
    return { ...facts, bytes: size, allocatedBytes: blocks * 512 };
  }

  async list(path: string): Promise<string[]> {
    return (await readdir(path).catch(absent)) ?? [];
  }

  async read(path: string): Promise<Uint8Array | undefined> {
    return readFile(path).catch(absent);
  }

  async write(path: string, content: Uint8Array, mode: number): Promise<void> {
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, content, { mode });
  }

  async mkdir(path: string, mode: number): Promise<void> {
    await mkdir(path, { recursive: true, mode });
  }

  async remove(path: string): Promise<void> {
    await rm(path, { recursive: true, force: true });
  }

  async removeEmpty(path: string): Promise<void> {
    await rmdir(path).catch(() => undefined); // an empty directory that is left does no harm
  }

  async rename(from: string, to: string): Promise<void> {
    await rename(from, to);
  }

  async makeLike(path: string, model: string): Promise<void> {
    const { mode, uid, gid } = await stat(model);
    await chown(path, uid, gid);
    await chmod(path, mode & 0o777);
  }

  async settle(path: string): Promise<void> {
    const opened = await open(path, 'r');
    try {
      await opened.sync();
    } finally {
      await opened.close();
    }
  }

  async clearMount(path: string): Promise<void> {
    // a dead mount is somewhere, though it cannot be looked at
    const gone = await stat(path).then(
      () => false,
      (error: unknown) => isAbsent(error),
    );
    if (gone) return;
    await unmount(path);
    await rmdir(path);
  }
}

function absent(error: unknown): undefined {
  if (isAbsent(error)) return undefined;
  throw error;
}

function isAbsent(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}
