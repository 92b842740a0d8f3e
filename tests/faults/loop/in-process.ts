// The mover inside the test's process, without FUSE: what it would show is written out. Everything else of it is the real one.
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { FuseMount, VirtualDirectory } from '../../../src/fuse/mount.ts';
import { openHypervisor } from '../../../src/hypervisor/all.ts';
import { CleanStop, CODE, OneError, TrackerLost, reasonOf } from '../../../src/model/errors.ts';
import type { MoverEvent, MoverTask } from '../../../src/model/mover-protocol.ts';
import { asCall } from './calls.ts';

/** In the place of `moverResult`. */
export function moverHere(task: MoverTask, signal: AbortSignal, tell: (event: MoverEvent) => void): Promise<unknown> {
  return asCall(`mover.${task.kind}`, () => Promise.resolve())
    .then(() => work(task, signal, tell))
    .catch((error: unknown) => {
      // as it comes over the wire
      if (error instanceof TrackerLost || error instanceof CleanStop || error instanceof OneError) throw error;
      throw new OneError(CODE.INTERNAL, reasonOf(error), { retry: true });
    });
}

async function work(task: MoverTask, signal: AbortSignal, tell: (event: MoverEvent) => void): Promise<unknown> {
  switch (task.kind) {
    case 'backup':
      return (await import('../../../src/mover/backup.ts')).backup(task, signal, tell);
    case 'restore':
      return (await import('../../../src/mover/restore.ts')).restore(task, signal, tell);
    case 'cleanup':
      return (await import('../../../src/mover/cleanup.ts')).cleanup(task);
    case 'flatten':
      return (await import('../../../src/mover/flatten.ts')).flatten(task, signal, tell);
    case 'verify':
      return (await import('../../../src/mover/verify.ts')).verify(task, signal, tell);
    case 'settle':
      return { done: await openHypervisor(task.hypervisor).settleTrackers(task) };
    default:
      throw new Error(`The fault loop has no mover for ${task.kind}.`);
  }
}

/** In the place of `mountDirectory`. */
export async function writtenOut(path: string, root: VirtualDirectory): Promise<FuseMount> {
  for (const [name, entry] of root.entries) {
    const inside = join(path, name);
    if (entry.kind === 'directory') {
      await mkdir(inside);
      await writtenOut(inside, entry);
      continue;
    }
    const pieces = entry.size === 0 ? [] : await entry.read(0, entry.size);
    await writeFile(inside, Buffer.concat(pieces));
    entry.release?.(pieces);
  }
  return {
    path,
    closed: new Promise(() => undefined),
    unmount: async () => {
      for (const name of root.entries.keys()) await rm(join(path, name), { recursive: true, force: true });
    },
  };
}

/** In the place of `clearMount`: whether something was shown. */
export async function clearedOut(path: string): Promise<boolean> {
  await rm(path, { recursive: true, force: true });
  return false;
}
