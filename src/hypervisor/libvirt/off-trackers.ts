// Trackers of a VM that is off: persistent bitmaps in its qcow2 files, handled with qemu-img. A file that a QEMU has open is locked and
// refused, so a bitmap that is marked as in use here is one that QEMU did not live to write down.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { run, type Running } from '../../exec/exec.ts';
import { CODE, OneError, reasonOf } from '../../model/errors.ts';
import type { TaskDisk, Tracking } from '../../model/tasks/backup.ts';
import { NbdClient } from '../../nbd/client.ts';
import type { TrackerState } from '../hypervisor.ts';
import { isTrackerOf, lost, troubleOf, whyUnable, type Bitmap, type Carrier } from './bitmaps.ts';
import { serve } from './off-server.ts';
import { exists } from './run-directory.ts';

/** What QEMU takes for a disk of usual clusters by itself; one of larger clusters would get coarser bitmaps. */
const GRANULARITY = 65_536;
const DIRTY = 1;

interface Info {
  format: string;
  'format-specific'?: { data?: { compat?: string; bitmaps?: Array<{ name: string; flags: string[] }> } };
}

async function read(disk: TaskDisk): Promise<Carrier> {
  if (disk.format !== 'qcow2') return { format: disk.format, old: false, bitmaps: [] };
  const { stdout } = await image('look at the bitmaps', disk, [
    'info',
    '--output=json',
    '-f',
    disk.format,
    '--',
    disk.path,
  ]);
  const info = JSON.parse(stdout) as Info;
  const { compat, bitmaps = [] } = info['format-specific']?.data ?? {};
  const found = bitmaps.map(({ name, flags }): Bitmap => {
    return { name, recording: flags.includes('auto'), inconsistent: flags.includes('in-use'), dirtyBytes: null };
  });
  return { format: info.format, old: compat === '0.10', bitmaps: found };
}

/** The tracker of a name on each disk. */
export async function readOff(disks: TaskDisk[], name: string): Promise<TrackerState[]> {
  const states: TrackerState[] = [];
  for (const disk of disks) {
    const trouble = troubleOf(await read(disk), disk.path, name);
    const dirtyBytes = trouble === '' ? await countDirty(disk, name) : null;
    states.push({ diskId: disk.diskId, trouble, dirtyBytes });
  }
  return states;
}

/**
 * Makes ready that a tracker `next` is added. A parent that cannot be believed is TrackerLost; a disk that carries no bitmap is served
 * all the same, with a warning. Older trackers stay.
 */
export async function prepareOff(
  disks: TaskDisk[],
  tracking: Tracking | null,
): Promise<{ parent: string | null; next: string | null; warnings: string[] }> {
  if (tracking === null) return { parent: null, next: null, warnings: [] };
  const { parent, next } = tracking;
  const carriers = await Promise.all(disks.map(async (disk) => ({ disk, carrier: await read(disk) })));
  if (parent !== null) {
    const troubles = carriers.map(({ disk, carrier }) => ({ disk, trouble: troubleOf(carrier, disk.path, parent) }));
    const failure = lost(troubles);
    if (failure) throw failure;
  }
  const warnings = carriers.flatMap(({ disk, carrier }) => {
    const unable = whyUnable(carrier, disk.path);
    return unable === '' ? [] : [`No increment can follow: disk ${disk.diskId}: ${unable}.`];
  });
  if (warnings.length > 0) return { parent: null, next: null, warnings };
  await removeTracker(disks, next);
  return { parent, next, warnings };
}

/** A bitmap on every disk, or on none. */
export async function addTracker(disks: TaskDisk[], name: string): Promise<void> {
  try {
    for (const disk of disks) {
      const args = ['bitmap', '-f', disk.format, '--add', '-g', String(GRANULARITY), '--', disk.path, name];
      await image(`add bitmap ${name}`, disk, args);
    }
  } catch (error) {
    await removeTracker(disks, name).catch(() => undefined); // the first failure is the one to report
    throw error;
  }
}

export async function removeTracker(disks: TaskDisk[], name: string): Promise<string[]> {
  return removeWhere(disks, (one) => one === name);
}

/** Removes the VM's trackers of the chosen names, broken ones as well. */
export async function dropOff(disks: TaskDisk[], vmId: number, chosen: (name: string) => boolean): Promise<string[]> {
  return removeWhere(disks, (name) => isTrackerOf(vmId, name) && chosen(name));
}

async function removeWhere(disks: TaskDisk[], chosen: (name: string) => boolean): Promise<string[]> {
  const done: string[] = [];
  for (const disk of disks) {
    if (disk.format !== 'qcow2' || !(await exists(disk.path))) continue;
    const { bitmaps } = await read(disk);
    for (const { name } of bitmaps.filter((one) => chosen(one.name))) {
      await image(`remove bitmap ${name}`, disk, ['bitmap', '-f', disk.format, '--remove', '--', disk.path, name]);
      done.push(`Removed bitmap ${name} of disk ${disk.diskId} (${disk.path}).`);
    }
  }
  return done;
}

/** Nothing but QEMU reads a bitmap, and it tells its bits to who asks over NBD. */
async function countDirty(disk: TaskDisk, name: string): Promise<number> {
  const directory = await mkdtemp(join(tmpdir(), 'onevault-'));
  const servers: Running[] = [];
  try {
    const { socket, exportName, changes } = await serve(directory, disk, servers, name);
    const context = changes?.context ?? '';
    const client = await NbdClient.connect({ socket, exportName, metaContexts: [context] });
    try {
      let dirty = 0;
      for await (const { length, flags } of client.extents(context)) if (flags & DIRTY) dirty += length;
      return dirty;
    } finally {
      await client.close();
    }
  } finally {
    for (const server of servers) server.stop();
    await Promise.all(servers.map((server) => server.exit));
    await rm(directory, { recursive: true, force: true });
  }
}

async function image(attempt: string, disk: TaskDisk, args: string[]): Promise<{ stdout: string }> {
  try {
    return await run(['qemu-img', ...args]);
  } catch (cause) {
    const reason = reasonOf(cause);
    const message = `qemu-img could not ${attempt} of disk ${disk.diskId} (${disk.path}): ${reason}`;
    throw new OneError(CODE.INTERNAL, message, { cause, retry: /lock/.test(reason) });
  }
}
