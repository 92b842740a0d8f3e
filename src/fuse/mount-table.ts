// Reads the kernel's table of mounts. It is the only safe way to ask about a FUSE mount: a stat of the mount itself waits
// for its server, which may be dead, or be this very process.
import { readFileSync } from 'node:fs';
import { realpath, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { CODE, OneError } from '../model/errors.ts';

export const TYPE = 'fuse';
export const SOURCE = 'onevault';

export interface MountEntry {
  /** Device number as "major:minor". */
  device: string;
  path: string;
  type: string;
  source: string;
}

/** Entries of a /proc/<pid>/mountinfo text, lowest mount first. Lines of an unknown form are left out. */
export function parseMountInfo(text: string): MountEntry[] {
  return text.split('\n').flatMap((line) => {
    const [mount = '', filesystem = ''] = line.split(' - ');
    const [, , device, , path] = mount.split(' ');
    const [type, source] = filesystem.split(' ');
    if (!device || !path || !type || source === undefined) return [];
    return [{ device, path: unescape(path), type, source: unescape(source) }];
  });
}

/**
 * What is mounted on exactly this path: of several, the visible one. `path` must be as `mountPathOf` gives it. Synchronous
 * because it must also work when every libuv thread waits for a FUSE device; the kernel answers it from memory.
 */
export function topMount(path: string): MountEntry | undefined {
  return parseMountInfo(readFileSync('/proc/self/mountinfo', 'utf8')).findLast((entry) => entry.path === path);
}

/** Whether this module mounted it. */
export function isOurs(entry: MountEntry): boolean {
  return entry.type === TYPE && entry.source === SOURCE;
}

/** What is mounted, for a message. */
export function describe(entry: MountEntry): string {
  return `${entry.source} (${entry.type})`;
}

/**
 * The path as the table of mounts has it: absolute and without symbolic links. Only the parent is looked at, never the
 * path itself. Undefined when the parent does not exist.
 */
export async function mountPathOf(path: string): Promise<string | undefined> {
  const full = resolve(path);
  if (full === '/') return full;
  const parent = await realpath(dirname(full)).catch(absent);
  return parent === undefined ? undefined : join(parent, basename(full));
}

/**
 * The path as above when something can be mounted on it: an existing directory on which nothing is mounted. Throws OneError
 * otherwise. The table comes before any look at the path: a stat of a dead mount fails, one of an own mount waits for ever.
 */
export async function freeMountPath(path: string): Promise<string> {
  const target = await mountPathOf(path);
  const top = target === undefined ? undefined : topMount(target);
  if (top) {
    const clear = `If the backup it belonged to has ended, clear it: umount -f -l ${path}`;
    throw new OneError(CODE.ACTION, `Cannot mount on ${path}: ${describe(top)} is already mounted there.`, {
      hint: isOurs(top) ? clear : 'Use another directory.',
    });
  }
  const found = target === undefined ? undefined : await stat(target).catch(absent);
  if (target === undefined || !found?.isDirectory()) {
    throw new OneError(CODE.ACTION, `Cannot mount on ${path}: it is not an existing directory.`);
  }
  return target;
}

function absent(error: NodeJS.ErrnoException): undefined {
  if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return undefined;
  throw new OneError(CODE.ACTION, `Cannot look at the mount point: ${error.message}.`, { cause: error });
}

function unescape(field: string): string {
  return field.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(parseInt(octal, 8)));
}
