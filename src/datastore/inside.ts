// Opens files below a directory whose content somebody else has put there: never one that a link, or dots in a name, leads to elsewhere.
import { constants } from 'node:fs';
import { open, readlink, realpath, type FileHandle } from 'node:fs/promises';
import { isAbsolute, join, relative } from 'node:path';
import { CODE, OneError } from '../model/errors.ts';

const HOW = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;

/** Where a path really is, when nothing in it leads elsewhere. The directory itself may be reached through links. */
export async function placeInside(directory: string, path: string): Promise<string> {
  const rest = relative(directory, path);
  if (rest === '' || rest.split('/').includes('..') || isAbsolute(rest)) throw leadsElsewhere(directory, path);
  return join(await realpath(directory), rest);
}

/** Opens a file to be read. What was looked at is what is open, whatever happens to the names meanwhile. Throws OneError when it is elsewhere. */
export async function openInside(directory: string, path: string): Promise<FileHandle> {
  const wanted = await placeInside(directory, path);
  const file = await open(path, HOW).catch((error: unknown) => {
    throw isLink(error) ? leadsElsewhere(directory, path) : error;
  });
  try {
    const is = await readlink(`/proc/self/fd/${file.fd}`);
    const same = is === wanted || is === `${wanted} (deleted)`; // removed since: it is the right one all the same
    if (same && (await file.stat()).isFile()) return file;
    throw leadsElsewhere(directory, path);
  } catch (error) {
    await file.close();
    throw error;
  }
}

function isLink(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ELOOP';
}

function leadsElsewhere(directory: string, path: string): OneError {
  return new OneError(
    CODE.INTERNAL,
    `${path} was not opened: it is no plain file in ${directory}, but leads elsewhere, as no backup of OneVault does.`,
    { hint: 'Somebody else has written into the backup store: look at what lies there before you restore from it.' },
  );
}
