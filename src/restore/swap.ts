// Puts new files in the place of a VM's disks, and the old ones aside. Every step may be repeated: wherever a swap was cut short, it
// goes on from there. The VM must be off.
import { chmod, chown, open, rename, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { SwappedDisk } from './in-place.ts';

/** Throws what the system reports; then it is to be called again. */
export async function swapIn(disks: readonly SwappedDisk[]): Promise<void> {
  for (const disk of disks) await swapOne(disk);
}

async function swapOne({ path, fresh, aside, overlays, overlaysAside }: SwappedDisk): Promise<void> {
  if ((await exists(overlays)) && !(await exists(overlaysAside))) await rename(overlays, overlaysAside);
  if (!(await exists(fresh))) return; // it has the disk's name already
  if (!(await exists(aside))) {
    const { mode, uid, gid } = await stat(path);
    await chown(fresh, uid, gid);
    await chmod(fresh, mode & 0o777);
    await rename(path, aside);
  }
  await rename(fresh, path);
  for (const directory of new Set([dirname(path), dirname(overlays)])) await settle(directory);
}

/** Puts back what was put aside: the disks are as they were before `swapIn`, however far it came. To be repeated as that is. */
export async function swapBack(disks: readonly SwappedDisk[]): Promise<void> {
  for (const { path, aside, overlays, overlaysAside } of disks) {
    if (await exists(aside)) await rename(aside, path);
    if (await exists(overlaysAside)) await rename(overlaysAside, overlays);
    for (const directory of new Set([dirname(path), dirname(overlays)])) await settle(directory);
  }
}

/** For a restore that does not come to its swap. */
export async function removeFresh(disks: readonly SwappedDisk[]): Promise<void> {
  for (const { fresh } of disks) await rm(fresh, { force: true });
}

/** What was put aside, once the record speaks of the new files. */
export async function removeAside(disks: readonly SwappedDisk[]): Promise<void> {
  for (const { aside, overlaysAside } of disks) {
    await rm(aside, { force: true });
    await rm(overlaysAside, { recursive: true, force: true });
  }
}

async function exists(path: string): Promise<boolean> {
  try {
    await stat(path);
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return false;
    throw error;
  }
}

async function settle(directory: string): Promise<void> {
  const opened = await open(directory, 'r');
  try {
    await opened.sync();
  } finally {
    await opened.close();
  }
}
