// How much room a directory's file system has, and how much the directory takes of it.
import { statfs } from 'node:fs/promises';
import { run } from '../exec/exec.ts';
import { CODE, OneError, reasonOf } from '../model/errors.ts';
import type { Capacity } from '../model/datastore.ts';

const MIB = 2 ** 20;

/** Total and free are the file system's; used is what the directory itself holds on disk, so that neighbours do not count. */
export async function directoryCapacity(path: string): Promise<Capacity> {
  try {
    const { bsize, blocks, bavail } = await statfs(path);
    // Files may vanish while du walks: it then ends with 1 but has the sum.
    const du = await run(['du', '-s', '--block-size=1M', '--', path], { okCodes: [1] });
    return {
      totalMb: Math.floor((blocks * bsize) / MIB),
      freeMb: Math.floor((bavail * bsize) / MIB),
      usedMb: Number.parseInt(du.stdout, 10) || 0,
    };
  } catch (cause) {
    throw new OneError(CODE.ACTION, `Could not measure the datastore directory ${path}: ${reasonOf(cause)}.`, {
      cause,
    });
  }
}

export async function freeBytes(directory: string): Promise<number> {
  const { bsize, bavail } = await statfs(directory);
  return bavail * bsize;
}

/** Throws when the file system of `directory` has less than `bytes` free; `what` names what they are for. */
export async function requireSpace(directory: string, bytes: number, what: string): Promise<void> {
  const free = await freeBytes(directory);
  if (bytes <= free) return;
  throw new OneError(
    CODE.ACTION,
    `Could not ${what}: it needs ${mb(bytes)} MB and ${directory} has ${mb(free)} MB free.`,
    { hint: 'Free some space there, or use a datastore on a larger file system.' },
  );
}

function mb(bytes: number): number {
  return Math.ceil(bytes / MIB);
}
