// Puts new files in the place of a VM's disks, and the old ones aside. Every step may be repeated: wherever a swap was cut short, it
// goes on from there. The VM must be off.
import { dirname } from 'node:path';
import type { HostFiles } from '../datastore/files.ts';
import type { SwappedDisk } from './in-place.ts';

/** Throws what the system reports; then it is to be called again. */
export async function swapIn(files: HostFiles, disks: readonly SwappedDisk[]): Promise<void> {
  for (const disk of disks) await swapOne(files, disk);
}

async function swapOne(files: HostFiles, { path, fresh, aside, overlays, overlaysAside }: SwappedDisk): Promise<void> {
  const exists = async (one: string): Promise<boolean> => (await files.stat(one)) !== undefined;
  if ((await exists(overlays)) && !(await exists(overlaysAside))) await files.rename(overlays, overlaysAside);
  if (!(await exists(fresh))) return; // it has the disk's name already
  if (!(await exists(aside))) {
    await files.makeLike(fresh, path);
    await files.rename(path, aside);
  }
  await files.rename(fresh, path);
  for (const directory of new Set([dirname(path), dirname(overlays)])) await files.settle(directory);
}

/** Puts back what was put aside: the disks are as they were before `swapIn`, however far it came. To be repeated as that is. */
export async function swapBack(files: HostFiles, disks: readonly SwappedDisk[]): Promise<void> {
  for (const { path, aside, overlays, overlaysAside } of disks) {
    if (await files.stat(aside)) await files.rename(aside, path);
    if (await files.stat(overlaysAside)) await files.rename(overlaysAside, overlays);
    for (const directory of new Set([dirname(path), dirname(overlays)])) await files.settle(directory);
  }
}

/** For a restore that does not come to its swap. */
export async function removeFresh(files: Pick<HostFiles, 'remove'>, disks: readonly SwappedDisk[]): Promise<void> {
  await removeAll(
    files,
    disks.map(({ fresh }) => fresh),
  );
}

/** What was put aside, once the record speaks of the new files. */
export async function removeAside(files: Pick<HostFiles, 'remove'>, disks: readonly SwappedDisk[]): Promise<void> {
  await removeAll(
    files,
    disks.flatMap(({ aside, overlaysAside }) => [aside, overlaysAside]),
  );
}

/** Nobody else would remove them: what fails once is tried again, and one that stays does not keep the others. */
async function removeAll(files: Pick<HostFiles, 'remove'>, paths: readonly string[]): Promise<void> {
  const failures: unknown[] = [];
  for (const path of paths) {
    await files
      .remove(path)
      .catch(() => files.remove(path))
      .catch((error: unknown) => failures.push(error));
  }
  if (failures.length > 0) throw failures[0];
}
