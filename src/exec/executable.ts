// Refuses to run as root what somebody else could have put there: an executable, or a directory or link on the way to it, that others may write.
import type { Stats } from 'node:fs';
import { lstat, readlink } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { CODE, OneError } from '../model/errors.ts';

const OTHERS_WRITE = 0o022;
const STICKY = 0o1000;
const MAX_LINKS = 40;

/**
 * Throws a OneError unless `command`, an absolute path, is an executable that only root and this process's user can change. `what` it
 * is called in the error.
 */
export async function refuseUnsafe(command: string, what: string): Promise<void> {
  try {
    await follow(command);
  } catch (error) {
    if (!(error instanceof Unsafe)) throw error;
    throw new OneError(CODE.INTERNAL, `The ${what} ${command} cannot be run: ${error.message}.`, { hint: error.hint });
  }
}

class Unsafe extends Error {
  readonly hint: string;

  constructor(why: string, hint: string) {
    super(why);
    this.hint = hint;
  }
}

async function follow(command: string): Promise<void> {
  let here = '/';
  let left = wordsOf(resolve(command));
  let links = 0;
  refuseChangeable(command, here, await found(here));
  while (left.length > 0) {
    const [next = '', ...rest] = left;
    const path = join(here, next);
    const stats = await found(path);
    refuseChangeable(command, path, stats);
    if (!stats.isSymbolicLink()) {
      if (rest.length === 0) return refuseNoProgram(command, stats);
      [here, left] = [path, rest];
      continue;
    }
    links += 1;
    if (links > MAX_LINKS) throw refused('its links lead in a circle');
    left = [...wordsOf(resolve(dirname(path), await readlink(path))), ...rest];
    here = '/';
  }
  throw refused('it is a directory');
}

/** In a sticky directory nobody replaces the entries of others, so it may be open to all. */
function refuseChangeable(command: string, path: string, stats: Stats): void {
  const what = path === command ? 'it' : path;
  if (stats.uid !== 0 && stats.uid !== process.geteuid?.()) {
    throw refused(`${what} belongs to user ${stats.uid}, who could change what it does`, `chown root ${path}`);
  }
  if (stats.isSymbolicLink() || (stats.mode & OTHERS_WRITE) === 0) return;
  if (stats.isDirectory() && (stats.mode & STICKY) !== 0) return;
  throw refused(`${what} may be written by others than its owner`, `chmod go-w ${path}`);
}

function refuseNoProgram(command: string, stats: Stats): void {
  if (!stats.isFile()) throw refused('it is not a file');
  if ((stats.mode & 0o111) === 0) throw refused('it is not executable', `chmod +x ${command}`);
}

async function found(path: string): Promise<Stats> {
  try {
    return await lstat(path);
  } catch (cause) {
    throw refused(`${path} cannot be looked at: ${cause instanceof Error ? cause.message : String(cause)}`);
  }
}

function wordsOf(path: string): string[] {
  return path.split('/').filter((word) => word !== '');
}

function refused(why: string, hint = ''): Unsafe {
  return new Unsafe(why, hint);
}
