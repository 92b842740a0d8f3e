// Mounts a directory of virtual files, read-only unless one of them can be written, and lets go of it again. A mount never outlives its use: unmounting always
// ends, and what a killed process left behind can be cleared. This process never touches its own mount, which would wait
// for itself.
//
// Each mount holds one libuv thread for as long as it lives. A process that mounts sets UV_THREADPOOL_SIZE in its
// environment, before it starts, to the mounts it wants plus a few for its own file work (the default is 4 in all).
import { closeSync } from 'node:fs';
import { ExecError, run, runAtExit } from '../exec/exec.ts';
import { CODE, OneError, reasonOf } from '../model/errors.ts';
import { abortConnection, CONNECTIONS, openDevice, setReadAhead } from './device.ts';
import {
  describe,
  freeMountPath,
  isOurs,
  type MountEntry,
  mountPathOf,
  SOURCE,
  topMount,
  TYPE,
} from './mount-table.ts';
import { FuseServer } from './server.ts';
import { numberTree, type VirtualDirectory } from './tree.ts';

export type { VirtualDirectory, VirtualFile } from './tree.ts';

const PROGRAM_TIMEOUT_MS = 30_000;
/** A reader has up to two windows of this under way; four and eight times as much made nothing faster. */
const READ_AHEAD_KB = 4096;
const MAX_READS = 64;
const DEFAULT_THREADS = 4;

export interface FuseMount {
  readonly path: string;
  /** Settles when the kernel has let go of the mount, whoever unmounted it. Never rejects. */
  readonly closed: Promise<void>;
  /**
   * Lets go of the mount, also when it is busy or a source never answers: it vanishes from its path at once, and whoever
   * still has a file of it open gets ECONNABORTED or ENOTCONN. Idempotent.
   */
  unmount(): Promise<void>;
}

export interface MountOptions {
  /** Told of each read that became EIO: the file's path inside the mount, and what its source threw. */
  onReadError?: (path: string, error: unknown) => void;
  /** Told of what a file threw for bytes that were written to it. */
  onWriteError?: (path: string, error: unknown) => void;
  /** Reads of sources under way at the same time, up to 1 MiB each: the bound of the memory they may need. 64 by default. */
  maxReads?: number;
}

/** Paths of the mounts of this process. */
const mounted = new Set<string>();

/**
 * Shows `root` at `path`, an existing directory on which nothing is mounted. Names, sizes and times are taken once, now.
 * Throws OneError when the path or the tree will not do, when /dev/fuse is missing, or without the right to mount.
 */
export async function mountDirectory(
  path: string,
  root: VirtualDirectory,
  options: MountOptions = {},
): Promise<FuseMount> {
  const tree = numberTree(root);
  const target = await freeMountPath(path);
  const release = reserve(target);
  const fd = await attach(target, tree.writable).catch((error: unknown) => {
    release();
    throw error;
  });
  const { maxReads = MAX_READS, onReadError, onWriteError } = options;
  const server = new FuseServer(fd, tree, {
    maxReads,
    maxReadaheadBytes: READ_AHEAD_KB * 1024,
    onReadError,
    onWriteError,
  });
  void server.closed.then(release);
  const entry = topMount(target);
  let ending: Promise<void> | undefined;
  const unmount = (): Promise<void> => (ending ??= letGo(target, entry, server));
  try {
    await server.ready;
  } catch (error) {
    await unmount();
    throw error;
  }
  if (entry) setReadAhead(entry.device, READ_AHEAD_KB);
  return { path: target, closed: server.closed, unmount };
}

/**
 * Clears what an earlier process left mounted on `path`, dead (ENOTCONN) or alive. True when there was something, false
 * when nothing is mounted there or the path does not exist. Throws OneError when it is not a mount of this module.
 */
export async function clearMount(path: string): Promise<boolean> {
  const target = await mountPathOf(path);
  if (target === undefined) return false;
  let cleared = false;
  for (let top = topMount(target); top; top = topMount(target)) {
    if (!isOurs(top)) {
      throw new OneError(CODE.ACTION, `Cannot clear the mount on ${target}: ${describe(top)} is not from OneVault.`);
    }
    await detach(target);
    cleared = true;
  }
  return cleared;
}

/**
 * Books the path and a libuv thread for a mount until the returned function is called. Also sees to it that the mount is
 * dropped when this process exits: exit() waits for the thread that waits on the device, and that one for the kernel, so
 * a process with a mount left over would hang, and with it every reader.
 */
function reserve(target: string): () => void {
  const threads = Number(process.env['UV_THREADPOOL_SIZE'] ?? DEFAULT_THREADS);
  if (mounted.has(target)) {
    throw new OneError(CODE.ACTION, `Cannot mount on ${target}: another mount there is under way.`);
  }
  if (mounted.size + 1 >= threads) {
    const why = `each of the ${mounted.size + 1} mounts of this process needs one of its ${threads} file threads`;
    throw new OneError(CODE.INTERNAL, `Cannot mount on ${target}: ${why}, and one must be left.`, {
      hint: `Start it with UV_THREADPOOL_SIZE=${mounted.size + 1 + DEFAULT_THREADS} or more.`,
    });
  }
  if (mounted.size === 0) process.on('exit', dropAll);
  mounted.add(target);
  return () => {
    mounted.delete(target);
    if (mounted.size === 0) process.off('exit', dropAll);
  };
}

function dropAll(): void {
  for (const target of mounted) {
    if (!runAtExit(umountArgv(target))) process.kill(process.pid, 'SIGKILL');
  }
}

/** Opens the device and mounts it on the path. Returns the descriptor that the kernel's requests come from. */
async function attach(target: string, writable: boolean): Promise<number> {
  const fd = await openDevice();
  const way = writable ? 'rw' : 'ro';
  const options = `fd=3,rootmode=40000,user_id=0,group_id=0,allow_other,default_permissions,${way},nosuid,nodev,noexec`;
  try {
    await run(['mount', '-i', '-t', TYPE, '-o', options, SOURCE, target], { fds: [fd], timeoutMs: PROGRAM_TIMEOUT_MS });
    return fd;
  } catch (cause) {
    closeSync(fd);
    throw notMounted(target, cause);
  }
}

function notMounted(target: string, cause: unknown): OneError {
  const denied = cause instanceof ExecError && /superuser|permission|permitted/i.test(cause.exit.stderr);
  const hint = denied ? 'Mounting needs root (CAP_SYS_ADMIN).' : 'See that the kernel has FUSE: modprobe fuse';
  const message = `Cannot mount a virtual directory on ${target}: ${reasonOf(cause)}`;
  return new OneError(CODE.INTERNAL, message, { hint, cause });
}

/** -f breaks the connection off, so nobody waits for its server any longer; -l takes away a mount that is busy. */
function umountArgv(target: string): string[] {
  return ['umount', '-i', '-c', '-f', '-l', target];
}

async function detach(target: string): Promise<void> {
  await run(umountArgv(target), { timeoutMs: PROGRAM_TIMEOUT_MS });
}

async function letGo(target: string, entry: MountEntry | undefined, server: FuseServer): Promise<void> {
  if (!server.ended && entry) {
    const visible = (): boolean => topMount(target)?.device === entry.device;
    if (!visible()) await breakOff(entry.device);
    else {
      await detach(target).catch(async (error: unknown) => {
        if (visible()) throw error;
        await breakOff(entry.device); // somebody else was quicker
      });
    }
  }
  await server.closed;
}

/** For a mount that is no longer to be seen at its path while a file of it is open: there is no path left to name it. */
async function breakOff(device: string): Promise<void> {
  if (abortConnection(device)) return;
  const { code } = await run(['mount', '-i', '-t', 'fusectl', 'fusectl', CONNECTIONS], { okCodes: [32] });
  abortConnection(device);
  if (code === 0) await run(['umount', '-i', CONNECTIONS], { okCodes: [32] });
}
