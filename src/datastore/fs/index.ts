// Images and disks as files of a directory. A file is made under a temporary name and renamed when it is whole, so what is at
// its final place is complete; what is already there is never overwritten, as it may hold a guest's data.
import { randomBytes } from 'node:crypto';
import { constants } from 'node:fs';
import { access, mkdir, open, readlink, rename, rm, stat, type FileHandle } from 'node:fs/promises';
import { dirname, extname, join, resolve } from 'node:path';
import { run } from '../../exec/exec.ts';
import type { Capacity } from '../../model/datastore.ts';
import { CODE, OneError, reasonOf } from '../../model/errors.ts';
import type { DiskFormat } from '../../model/image.ts';
import { directoryCapacity, freeBytes, requireSpace } from '../capacity.ts';
import { nameOf, refusedPlace } from '../../model/image-origin.ts';
import type { DiskData, ImageStore, ImportOptions, StoredImage } from '../image-store.ts';
import { requireDigests } from './digest.ts';
import { copyTo, measureCopy } from './disk-copy.ts';
import { download } from './download.ts';
import { createSnapshot, deleteSnapshots, revertSnapshot, snapshotsOf } from './qcow2-snapshots.ts';
import { readQcow2Header, requireSelfContained } from './qcow2-header.ts';
import { letQemuUse } from './reach.ts';
import { makeVolatile } from './volatile.ts';

const ENDINGS: Record<string, DiskFormat> = {
  '.qcow2': 'qcow2',
  '.qcow': 'qcow2',
  '.raw': 'raw',
  '.img': 'raw',
  '.iso': 'raw',
};

export class DirectoryImageStore implements ImageStore {
  readonly #path: string;

  constructor(basePath: string) {
    this.#path = resolve(basePath);
  }

  newSource(): string {
    return join(this.#path, randomBytes(16).toString('hex'));
  }

  async importFile(
    path: string,
    format: DiskFormat | '',
    source = this.newSource(),
    { digests = [], restrictedDirs = '', safeDirs = '' }: ImportOptions = {},
  ): Promise<StoredImage> {
    const given = format === '' ? formatOfName(path) : format;
    const from = await openToImport(path);
    try {
      await refuseRestricted(path, `/proc/self/fd/${from.fd}`, restrictedDirs, safeDirs);
      await refuseUnsafe(path, given); // before the copy, to save the time
      await this.#make(source, `import ${path}`, async (file) => {
        await requireSpace(this.#path, (await from.stat()).blocks * 512, `import ${path}`);
        // what was looked at is what is copied, whatever its name leads to meanwhile
        await run(['cp', '--sparse=always', '--reflink=auto', '--', `/proc/${process.pid}/fd/${from.fd}`, file]);
        await refuseUnsafe(file, given, path); // the copy counts: the file may have been changed meanwhile
        await requireDigests(file, digests, path);
        await flush(file);
      });
    } finally {
      await from.close();
    }
    return { source, virtualBytes: await this.virtualBytes(source, given), format: given };
  }

  async importUrl(
    url: string,
    format: DiskFormat | '',
    source = this.newSource(),
    { digests = [], limitBytes = Infinity, ...options }: ImportOptions = {},
  ): Promise<StoredImage> {
    const given = format === '' ? formatOfName(nameOf({ kind: 'url', url })) : format;
    await this.#make(source, `import ${url}`, async (file) => {
      const room = await freeBytes(this.#path);
      await download(file, {
        ...{ url, limitBytes: Math.min(room, limitBytes), publicOnly: options.publicOnly ?? false },
        ...{
          signal: options.signal ?? new AbortController().signal,
          onProgress: options.onProgress ?? (() => undefined),
        },
      });
      await requireDigests(file, digests, url);
      await refuseUnsafe(file, given, url);
      await flush(file);
    });
    return { source, virtualBytes: await this.virtualBytes(source, given), format: given };
  }

  async create(virtualBytes: number, format: DiskFormat, source = this.newSource(), fs = ''): Promise<StoredImage> {
    const what = `create an image of ${Math.ceil(virtualBytes / 2 ** 20)} MB`;
    await this.#make(source, what, async (file) => {
      await requireSpace(this.#path, virtualBytes, what);
      await makeVolatile(file, virtualBytes, format, 'fs', fs);
    });
    return { source, virtualBytes: await this.virtualBytes(source, format), format };
  }

  async virtualBytes(source: string, format: DiskFormat): Promise<number> {
    if (format === 'qcow2') return (await readQcow2Header(source)).virtualBytes;
    return (await stat(source)).size;
  }

  async remove(source: string): Promise<void> {
    if (source === '') return; // an image that never got data
    if (dirname(source) !== this.#path) {
      throw new OneError(CODE.INTERNAL, `${source} is not an image of the datastore in ${this.#path}, so it stays.`);
    }
    await rm(source, { force: true });
    await rm(`${source}.part`, { force: true });
  }

  async capacity(): Promise<Capacity> {
    return directoryCapacity(this.#path);
  }

  async overlay(base: Parameters<ImageStore['overlay']>[0], path: string, virtualBytes?: number): Promise<void> {
    const size = virtualBytes === undefined ? [] : [String(virtualBytes)];
    const unseen = base.later === true ? ['-u'] : [];
    const argv = ['qemu-img', 'create', '-q', ...unseen, '-f', 'qcow2', '-F', base.format, '-b', base.path];
    await this.#make(path, `make a disk on top of ${base.path}`, async (file) => {
      await run([...argv, file, ...size]);
    });
  }

  async copyDisk(from: DiskData, format: DiskFormat, source: string): Promise<StoredImage> {
    const what = 'path' in from ? `copy the disk ${from.path}` : 'copy a disk';
    await this.#make(source, what, async (file) => {
      await requireSpace(this.#path, await measureCopy(from, format), what);
      await copyTo(file, from, format);
      await flush(file);
    });
    return { source, virtualBytes: await this.virtualBytes(source, format), format };
  }

  async grow(path: string, format: DiskFormat, virtualBytes: number): Promise<void> {
    const what = `let ${path} grow to ${Math.ceil(virtualBytes / 2 ** 20)} MB`;
    await attempt(what, async () => {
      if ((await this.virtualBytes(path, format)) >= virtualBytes) return;
      await run(['qemu-img', 'resize', '-q', '-f', format, path, String(virtualBytes)]);
    });
  }

  async snapshots(path: string): Promise<string[]> {
    return attempt(`read the snapshots in ${path}`, () => snapshotsOf(path));
  }

  async createSnapshot(path: string, name: string): Promise<void> {
    await attempt(`make snapshot ${name} of ${path}`, () => createSnapshot(path, name));
  }

  async revertSnapshot(path: string, name: string): Promise<void> {
    await attempt(`revert ${path} to snapshot ${name}`, () => revertSnapshot(path, name));
  }

  async deleteSnapshots(path: string, names: readonly string[]): Promise<void> {
    await attempt(`delete snapshots of ${path}`, () => deleteSnapshots(path, names));
  }

  async volatile(
    path: string,
    virtualBytes: number,
    format: DiskFormat,
    kind: 'fs' | 'swap',
    fs: string,
  ): Promise<void> {
    const what = `make the volatile disk ${path}`;
    await this.#make(path, what, async (file) => {
      await requireSpace(dirname(path), virtualBytes, what);
      await makeVolatile(file, virtualBytes, format, kind, fs);
    });
  }

  /** Lets `fill` write a temporary file and puts it at `path`. A file that is there already is left as it is. */
  async #make(path: string, what: string, fill: (file: string) => Promise<void>): Promise<void> {
    const part = `${path}.part`;
    try {
      await mkdir(dirname(path), { recursive: true, mode: 0o755 });
      if (await exists(path)) return;
      await fill(part);
      await letQemuUse(part);
      await rename(part, path);
    } catch (cause) {
      await rm(part, { force: true });
      throw failure(what, cause);
    }
  }
}

async function attempt<R>(what: string, work: () => Promise<R>): Promise<R> {
  try {
    return await work();
  } catch (cause) {
    throw failure(what, cause);
  }
}

function failure(what: string, cause: unknown): OneError {
  if (cause instanceof OneError && cause.code === CODE.ACTION) return cause;
  return new OneError(CODE.ACTION, `Could not ${what}: ${reasonOf(cause)}`, { cause });
}

function formatOfName(path: string): DiskFormat {
  const format = ENDINGS[extname(path).toLowerCase()];
  if (format) return format;
  throw new OneError(CODE.ACTION, `The format of ${path} cannot be told from its name, and it is never guessed.`, {
    hint: 'Give FORMAT="qcow2" or FORMAT="raw".',
  });
}

/** Nothing but a file; a pipe without a writer would be waited for. */
async function openToImport(path: string): Promise<FileHandle> {
  const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK).catch((cause: unknown) => {
    throw new OneError(CODE.ACTION, `Could not import ${path}: ${reasonOf(cause)}.`, { cause });
  });
  if ((await file.stat()).isFile()) return file;
  await file.close();
  throw new OneError(CODE.ACTION, `Could not import ${path}: it is not a file.`);
}

/** `opened` tells where the file is that is open: links are how one would seem to be elsewhere. */
async function refuseRestricted(path: string, opened: string, restricted: string, safe: string): Promise<void> {
  const why = refusedPlace(await readlink(opened), restricted, safe);
  if (why === undefined) return;
  throw new OneError(CODE.ACTION, `Could not import ${path}: ${why}.`);
}

async function refuseUnsafe(path: string, format: DiskFormat, calledBy = path): Promise<void> {
  if (format === 'raw') return;
  requireSelfContained(await readQcow2Header(path), calledBy);
}

async function flush(path: string): Promise<void> {
  const file = await open(path, 'r+');
  await file.datasync().finally(() => file.close());
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
