// Disks as a point of a chain has them, at random access and without copying a byte: the store shows its files, and one read-only
// qemu-nbd for each disk reads them together. Instant restores, drills and the reading of single files stand on this.
import { chmod, mkdir, realpath, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { openBackupStore } from '../datastore/all.ts';
import type { StoreView } from '../datastore/backup-store.ts';
import { openInside, placeInside } from '../datastore/inside.ts';
import { unmount } from '../datastore/unmount.ts';
import type { Running } from '../exec/exec.ts';
import { listening, startQemuNbd, type NbdServer } from '../exec/qemu-nbd.ts';
import { readQcow2Header, requireStored } from '../disk/qcow2-read.ts';
import { CODE, OneError, reasonOf } from '../model/errors.ts';
import type { BackupStoreConfig } from '../model/backup-store-config.ts';
import type { Member, ServedDisk } from '../model/tasks/served-disk.ts';
import type { Qcow2Header } from '../disk/qcow2-format.ts';
import { scatteredRefusal } from '../disk/qcow2-scattered.ts';
import { joinDisks, type JoinedDisks } from './joined-slices.ts';
import { unlessInterrupted } from './member-reader.ts';
import { nameOf } from './merged-disk.ts';
import { strangeFiles } from './opened-files.ts';

const TRIES = 5;
const RETRY_MS = 100;

export interface PointToServe {
  store: BackupStoreConfig;
  disks: ServedDisk[];
  /** Directory for the sockets and what the store shows; made when it is not there. Others than its owner are kept out. */
  directory: string;
}

export interface ServedPoint {
  disks: Array<{ diskId: number; socket: string; exportName: string }>;
  /** Settles, with the reason in words, when it can be read no longer. */
  readonly lost: Promise<string>;
  close(): Promise<void>;
}

/** Where the socket of a disk is, in the directory of a point. */
export function servedSocket(directory: string, diskId: number): string {
  return join(directory, `disk.${diskId}.sock`);
}

/** Where the store shows its files, in the directory of a point. */
const shownIn = (directory: string): string => join(directory, 'store');

/** Where disks that are stored as slices are shown as files. */
const joinedIn = (directory: string): string => join(directory, 'slices');

/** Takes away what a process that died has left mounted there; nobody reads it any more. Returns whether there was anything. */
export async function clearServed(directory: string): Promise<boolean> {
  const joined = await unmount(joinedIn(directory));
  return (await unmount(shownIn(directory))) || joined;
}

/** Serves disks until `close`. Throws OneError when the store or a disk cannot be opened; then nothing is left but the directory. */
export async function servePoint({ store, disks, directory }: PointToServe, signal: AbortSignal): Promise<ServedPoint> {
  const undo: Array<() => Promise<unknown>> = [];
  const close = async (): Promise<void> => {
    for (let step = undo.pop(); step; step = undo.pop()) await step();
  };
  try {
    const backups = openBackupStore({ ...store, inUse: true });
    await backups.prepare(signal);
    const shown = shownIn(directory);
    await mkdir(directory, { recursive: true, mode: 0o700 });
    await mkdir(shown, { recursive: true, mode: 0o700 }).catch(ifThere);
    const view = await backups.view(shown, signal);
    undo.push(() => rm(shown, { recursive: true, force: true }).catch(() => undefined)); // it is only an empty directory
    const servers: Running[] = [];
    const whole: { disks?: JoinedDisks | undefined } = {};
    const hide = async (): Promise<void> => {
      await whole.disks?.close();
      await view.close();
    };
    undo.push(() => Promise.all([stopAll(servers), hide()])); // a server that waits for a slow store ends with the view
    const joined = await joinDisks({ store: backups, view, disks, directory: joinedIn(directory) }, signal);
    whole.disks = joined;
    const losses = [view.lost];
    if (joined) losses.push(joined.lost);
    const served: ServedPoint['disks'] = [];
    for (const { diskId, members } of disks) {
      signal.throwIfAborted();
      const server = { socket: servedSocket(directory, diskId), exportName: `disk.${diskId}` };
      const file = joined?.pathOf(diskId);
      const files = file === undefined ? await storedFiles(view, diskId, members) : [await realpath(file)];
      const chain = file === undefined ? chainOf(files) : rawOf(file);
      undo.push(() => rm(server.socket, { force: true }));
      const running = await startServer(
        { ...server, image: ['--', `json:${JSON.stringify(chain)}`], name: `Disk ${diskId} of the backup`, files },
        servers,
      );
      await chmod(server.socket, 0o666); // what keeps others out is the directory
      losses.push(running.exit.then(({ stderr }) => `The server of disk ${diskId} has ended: ${stderr.trim()}`));
      served.push({ diskId, ...server });
    }
    return { disks: served, lost: Promise.race(losses), close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** restic's mount answers with an error when the kernel interrupts a request, which it does to a program that has just begun. */
async function startServer(server: NbdServer & { files: string[] }, servers: Running[]): Promise<Running> {
  for (let attempt = 1; ; attempt++) {
    const running = await startQemuNbd(server);
    servers.push(running);
    try {
      await listening(running, server);
      await refuseStrangers(server, running);
      return running;
    } catch (error) {
      if (attempt === TRIES || !/Input\/output error|Interrupted/.test(reasonOf(error))) throw error;
      running.stop();
      await running.exit;
      await delay(attempt * RETRY_MS);
    }
  }
}

/** The files of the members, each looked at before QEMU is: it would follow what their headers say. */
async function storedFiles(view: StoreView, diskId: number, members: ServedDisk['members']): Promise<string[]> {
  const files: string[] = [];
  for (const member of members) {
    const path = view.pathOf(member.source, member.path);
    const file = await unlessInterrupted(() => openInside(view.root, path)).catch((cause: unknown) => {
      if (cause instanceof OneError) throw cause;
      throw new OneError(CODE.INTERNAL, `Disk ${diskId} of the backup could not be opened: ${reasonOf(cause)}.`, {
        cause,
      });
    });
    try {
      refuseLeading(await unlessInterrupted(() => readQcow2Header(file, nameOf(member))), member);
    } finally {
      await file.close();
    }
    files.push(await placeInside(view.root, path));
  }
  return files;
}

/** What stands in the store may name another file for its data, which QEMU would open: such a disk is not served. */
function refuseLeading(header: Qcow2Header, member: Member): void {
  const name = nameOf(member);
  if (member.stored.layout !== 'QEMU') requireStored(header, name);
  const refused = scatteredRefusal(header);
  if (refused !== undefined) throw new OneError(CODE.INTERNAL, `${name} cannot be served: ${refused}.`);
}

/** A store whose files change between two looks gains nothing by it: what QEMU has open decides, and it opens no other later. */
async function refuseStrangers({ name, files }: NbdServer & { files: string[] }, running: Running): Promise<void> {
  const strange = await strangeFiles(running.pid, new Set(files));
  if (strange.length === 0) return;
  running.stop();
  await running.exit;
  throw new OneError(
    CODE.INTERNAL,
    `${name} was not served: it leads to ${strange.join(', ')}, which is none of its files.`,
    {
      hint: 'Somebody else has written into the backup store: look at what lies there before you restore from it.',
    },
  );
}

interface ChainNode {
  driver: 'qcow2';
  file: { driver: 'file'; filename: string };
  /** Null for the lowest: whatever its header says, nothing is below. */
  backing: ChainNode | null;
}

/** Whole disk first, then increments: the specification QEMU opens them with as one. Their own headers are not asked. */
export function chainOf(files: readonly string[]): ChainNode {
  const chain = files.reduce<ChainNode | null>(
    (backing, filename) => ({ driver: 'qcow2', file: { driver: 'file', filename }, backing }),
    null,
  );
  if (chain) return chain;
  throw new OneError(CODE.INTERNAL, 'A disk of a backup is made of no files.');
}

/** The specification of a disk that is one raw file. */
function rawOf(filename: string): object {
  return { driver: 'raw', file: { driver: 'file', filename } };
}

async function stopAll(servers: Running[]): Promise<void> {
  for (const server of servers) server.stop();
  await Promise.all(servers.map(({ exit }) => exit));
}

/** A dead mount is there, and cannot be looked at. */
function ifThere(cause: NodeJS.ErrnoException): void {
  if (cause.code !== 'EEXIST' && cause.code !== 'ENOTCONN') throw cause;
}
