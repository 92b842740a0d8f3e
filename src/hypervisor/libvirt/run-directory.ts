// The private directory of one backup run: sockets, copy-before-write scratch files and the notes that tell a later
// clean-up what a dead run was doing. Only files with these names are ever removed, never what somebody else put there.
import { access, chmod, chown, mkdir, readdir, rm, rmdir, stat, statfs } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { run } from '../../exec/exec.ts';
import { CODE, OneError } from '../../model/errors.ts';
import { unreachableError, unreachableFor } from './reach.ts';

const OWN_NAMES = /^(backup\.sock|scratch\.\d+|disk\.\d+\.(sock|pid))$/;
/** The kernel's limit for the path of a unix socket, without its final zero. */
const SOCKET_PATH_MAX = 107;
const MIB = 1024 * 1024;
const LEAST_SCRATCH_BYTES = 256 * MIB;

export const socketFile = (directory: string): string => join(directory, 'backup.sock');
export const scratchFile = (directory: string, diskId: number): string => join(directory, `scratch.${diskId}`);
export const diskSocketFile = (directory: string, diskId: number): string => join(directory, `disk.${diskId}.sock`);
export const pidFile = (directory: string, diskId: number): string => join(directory, `disk.${diskId}.pid`);
/** Written before a guest is frozen or suspended, removed after it goes on. */
export const noteFile = (directory: string, what: 'frozen' | 'suspended'): string => join(directory, what);
/** Name of the bitmap that an export shows. */
export const bitmapName = (diskId: number): string => `changes.${diskId}`;
export const exportName = (diskId: number): string => `disk.${diskId}`;

/** Creates the directory so that only this process and the given user (QEMU's) can use it. */
export async function makeRunDirectory(directory: string, user?: { uid: number; gid: number }): Promise<void> {
  const longest = diskSocketFile(directory, 1000);
  if (Buffer.byteLength(longest) > SOCKET_PATH_MAX) {
    throw new OneError(CODE.ACTION, `The run directory ${directory} is too long a path for a unix socket.`, {
      hint: 'Keep run directories under a shorter path.',
    });
  }
  await mkdir(directory, { recursive: true, mode: 0o711 });
  await chmod(directory, 0o700);
  if (user === undefined || user.uid === process.getuid?.()) return;
  const blocked = await unreachableFor(String(user.uid), directory);
  if (blocked.length > 0) throw await unreachableError(String(user.uid), directory, blocked);
  // The superuser may enter anyway; others share the directory, and what QEMU creates in it, through ACLs.
  if (process.getuid?.() === 0) await chown(directory, user.uid, user.gid);
  else await run(['setfacl', '-m', sharedAcl(user.uid, process.getuid?.() ?? 0), directory]);
}

function sharedAcl(qemu: number, own: number): string {
  return `u:${qemu}:rwx,d:u:${qemu}:rwx,d:u:${own}:rwx`;
}

/**
 * Refuses to begin when the guest could soon fill the file system with overwritten blocks. A backup needs as much as the
 * guest overwrites meanwhile, which nobody knows; a running one is ended when half of the least number is left.
 */
export async function checkScratchSpace(directory: string, virtualBytes: number): Promise<void> {
  const { bavail, bsize } = await statfs(directory);
  const needed = Math.max(LEAST_SCRATCH_BYTES, Math.ceil(virtualBytes / 100));
  const free = bavail * bsize;
  if (free >= needed) return;
  const numbers = `${toMib(free)} MiB are free, ${toMib(needed)} MiB are needed (1 % of the disks, ${toMib(LEAST_SCRATCH_BYTES)} MiB at least)`;
  throw new OneError(
    CODE.ACTION,
    `There is too little room in ${directory} for blocks that the guest overwrites: ${numbers}.`,
    {
      retry: true,
      hint: 'Make room on that file system or put run directories on another one.',
    },
  );
}

/**
 * Makes the files for the blocks that the guest overwrites. libvirt would make them by a job of QEMU's: whoever asks QEMU about its block
 * nodes while that is opening one, as any reading of statistics does, meets one that is half open, and QEMU 7.2 ends on that, the guest
 * with it.
 */
export async function makeScratchFiles(
  directory: string,
  virtualBytes: ReadonlyMap<number, number>,
  user?: { uid: number; gid: number },
): Promise<void> {
  for (const [diskId, bytes] of virtualBytes) {
    const file = scratchFile(directory, diskId);
    await run(['qemu-img', 'create', '-q', '-f', 'qcow2', file, String(bytes)]);
    if (user && process.getuid?.() === 0) await chown(file, user.uid, user.gid); // others share the directory through ACLs
  }
}

function toMib(bytes: number): number {
  return Math.floor(bytes / MIB);
}

/** Bytes on disk of the scratch files; one that is gone counts nothing. */
export async function scratchBytesOf(directory: string, diskIds: number[]): Promise<number> {
  const sizes = diskIds.map((id) =>
    stat(scratchFile(directory, id)).then(
      (file) => file.blocks * 512,
      () => 0,
    ),
  );
  return (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0);
}

/** Removes this product's files and the directory when it is empty then. Returns the names of what was removed. */
export async function removeRunFiles(directory: string): Promise<string[]> {
  const names = (await readdir(directory).catch(() => [])).filter((name) => OWN_NAMES.test(name));
  for (const name of names) await rm(join(directory, name), { force: true });
  await rmdir(directory).catch((cause: unknown) => {
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : '';
    if (!['ENOENT', 'ENOTEMPTY', 'EEXIST'].includes(code)) throw cause;
  });
  return names;
}

export async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

/** Whether `path` lies inside `directory`. */
export function isInside(path: string, directory: string): boolean {
  return path !== '' && dirname(path) === resolve(directory);
}
