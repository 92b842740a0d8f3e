// The present file of a disk that is restored in place, as a beginning of its new one: where the file system lets files share their
// blocks, the new file begins as a copy that takes no room, and only what differs is written to it. The present file stays untouched.
import { constants, copyFile, rm } from 'node:fs/promises';
import { Bitmap } from '../disk/bitmap.ts';
import type { Range } from '../disk/extent.ts';
import { PresentPlace } from '../disk/present-write.ts';
import { WINDOW_BYTES, RawWriter } from '../disk/raw-write.ts';
import { run } from '../exec/exec.ts';
import { CODE, OneError, reasonOf } from '../model/errors.ts';
import type { RestoreDisk } from '../model/tasks/restore.ts';

export interface Beginning {
  writer: RawWriter;
  place: PresentPlace;
}

/** What the new file begins with, or in words why all of it has to be written. */
export async function presentBeginning({
  present,
  target,
  targetFormat,
  stored,
}: RestoreDisk): Promise<Beginning | string> {
  if (present === undefined) return 'there is no disk to compare with';
  if (targetFormat !== 'raw') return `a ${targetFormat} file is made anew`;
  try {
    await copyFile(present, target, constants.COPYFILE_FICLONE_FORCE | constants.COPYFILE_EXCL);
  } catch (error) {
    return `its file system does not let files share their blocks (${codeOf(error)})`;
  }
  try {
    const place = new PresentPlace({
      path: target,
      used: await usedWindows(target, stored.virtualBytes),
      clear: (ranges) => clear(target, ranges),
    });
    return { writer: await RawWriter.over(target, stored.virtualBytes, place), place };
  } catch (error) {
    await rm(target, { force: true });
    return `what it holds cannot be told: ${reasonOf(error)}`;
  }
}

/** Windows of the disk in which a raw file has data; what its map leaves out is a hole. */
async function usedWindows(path: string, virtualBytes: number): Promise<Bitmap> {
  const used = new Bitmap(Math.ceil(virtualBytes / WINDOW_BYTES));
  const { stdout } = await run(['qemu-img', 'map', '--output=json', '-f', 'raw', '--', path]);
  for (const { start, length, zero } of JSON.parse(stdout) as Array<{ start: number; length: number; zero: boolean }>) {
    if (zero) continue;
    used.set(Math.floor(start / WINDOW_BYTES), Math.min(used.length, Math.ceil((start + length) / WINDOW_BYTES)));
  }
  return used;
}

/** Makes holes, or writes zeroes where there can be none. */
async function clear(path: string, ranges: readonly Range[]): Promise<void> {
  const orders = ranges.map(({ offset, length }) => `write -z -u ${offset} ${length}\n`);
  const argv = ['qemu-io', '-f', 'raw', '-d', 'unmap', '--', path];
  const { stdout, stderr } = await run(argv, { input: `${orders.join('')}flush\nquit\n` });
  const failed = /^.*failed.*$/m.exec(stdout + stderr)?.[0];
  if (failed !== undefined) throw new OneError(CODE.INTERNAL, `Could not make holes in ${path}: ${failed}.`);
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : reasonOf(error);
}
