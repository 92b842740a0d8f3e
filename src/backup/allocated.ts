// How much the disks of a backup take on their host now, which is about what a full backup of them brings.
import type { HostFiles } from '../datastore/files.ts';
import type { VmDisk } from '../vm/disks.ts';
import { isInPlace } from '../vm/disks.ts';

/** Bytes of the disks with what they stand on; undefined when one of them is no file that can be seen from here. */
export async function allocatedBytes(
  files: HostFiles,
  disks: ReadonlyArray<{ path: string; disk: VmDisk }>,
): Promise<number | undefined> {
  const paths = disks.flatMap(({ path, disk }) =>
    isInPlace(disk) || disk.source === '' ? [path] : [path, disk.source],
  );
  const sizes = await Promise.all(paths.map((path) => bytesOf(files, path)));
  return sizes.reduce((sum, size) => (sum === undefined || size === undefined ? undefined : sum + size), 0);
}

async function bytesOf(files: HostFiles, path: string): Promise<number | undefined> {
  const found = await files.stat(path).catch(() => undefined); // elsewhere, or to be told of by the backup itself
  return found?.isFile === true ? found.allocatedBytes : undefined;
}
