// New files that are written past the page cache where the file system can: a restored disk is read next by a guest, if at all, and in the
// cache it would only be copied once more and push out what others need.
import { constants } from 'node:fs';
import { open, rm, type FileHandle } from 'node:fs/promises';

/** What is written past the cache begins and ends at multiples of this, in the file and in memory. */
export const DIRECT_BYTES = 4096;

/** Zeroed memory that may be written past the cache: of buffers that can be resized, Node begins each at a page. */
export function alignedBuffer(bytes: number): Buffer {
  return Buffer.from(new ArrayBuffer(bytes, { maxByteLength: bytes }), 0, bytes);
}

/** Up to the next multiple of DIRECT_BYTES. */
export function directLength(bytes: number): number {
  return Math.ceil(bytes / DIRECT_BYTES) * DIRECT_BYTES;
}

/** Creates a file for reading and writing; fails when there is one of this name. Throws what the system reports. */
export async function createDirect(path: string): Promise<FileHandle> {
  const flags = constants.O_RDWR | constants.O_CREAT | constants.O_EXCL;
  const direct = await open(path, flags | constants.O_DIRECT, 0o600).catch((error: unknown) => {
    if (isRefusal(error)) return undefined;
    throw error;
  });
  if (direct === undefined) {
    await rm(path, { force: true }); // some systems make the file before they refuse
    return open(path, flags, 0o600);
  }
  if (await takesWrites(direct)) return direct;
  await direct.close();
  return open(path, constants.O_RDWR);
}

/** Whether the blocks of the file's device are as small as ours: only a write tells. */
async function takesWrites(file: FileHandle): Promise<boolean> {
  try {
    await file.write(alignedBuffer(DIRECT_BYTES), 0, DIRECT_BYTES, 0);
    return true;
  } catch (error) {
    if (isRefusal(error)) return false;
    await file.close();
    throw error;
  } finally {
    await file.truncate(0).catch(() => undefined); // a file that cannot be shortened meets its error when it gets its length
  }
}

function isRefusal(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? error.code : '';
  return code === 'EINVAL' || code === 'EOPNOTSUPP' || code === 'ENOTSUP';
}
