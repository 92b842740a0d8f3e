// Whether there is room for what a restore is about to write: asked before the first byte, for each file system together.
import { stat, statfs } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { CODE, OneError } from '../model/errors.ts';

export interface Need {
  /** File that is to be made; its directory is there. */
  path: string;
  bytes: number;
}

interface Place {
  directory: string;
  neededBytes: number;
}

/** Throws OneError that names the file system, what is needed and what is free. */
export async function requireRoom(needs: readonly Need[]): Promise<void> {
  const places = new Map<number, Place>();
  for (const { path, bytes } of needs) {
    const directory = dirname(path);
    const { dev } = await stat(directory);
    const place = places.get(dev) ?? { directory, neededBytes: 0 };
    place.neededBytes += bytes;
    places.set(dev, place);
  }
  for (const { directory, neededBytes } of places.values()) {
    const { bavail, bsize } = await statfs(directory);
    const freeBytes = bavail * bsize;
    if (neededBytes <= freeBytes) continue;
    throw new OneError(
      CODE.ACTION,
      `There is no room for the restored disks: the file system at ${await mountPoint(directory)} has ${mib(freeBytes)} MiB free, and ${mib(neededBytes)} MiB are needed in ${directory}.`,
      { hint: 'Free some space there, or restore to another datastore.' },
    );
  }
}

/** The highest directory above it that is of the same file system. */
async function mountPoint(directory: string): Promise<string> {
  const { dev } = await stat(directory);
  for (let at = directory; ;) {
    const above = dirname(at);
    if (above === at || (await stat(join(above, '.'))).dev !== dev) return at;
    at = above;
  }
}

function mib(bytes: number): string {
  return (bytes / 2 ** 20).toFixed(bytes < 100 * 2 ** 20 ? 1 : 0);
}
