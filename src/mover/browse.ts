// Opens disks of a backup in the appliance and keeps it open until it is told to stop. The bytes do not pass through here: whoever asks
// talks to the machine's socket.
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { buildAppliance } from '../appliance/build.ts';
import { startMachine } from '../appliance/machine.ts';
import { openBackupStore } from '../datastore/all.ts';
import { CODE, OneError } from '../model/errors.ts';
import { SERVING, type BrowseResult, type BrowseTask, type MoverEvent } from '../model/mover-protocol.ts';

export async function browse(
  task: BrowseTask,
  signal: AbortSignal,
  tell: (event: MoverEvent) => void,
): Promise<BrowseResult> {
  const store = openBackupStore({ ...task.store, inUse: true });
  if (!store.mount) {
    throw new OneError(
      CODE.ACTION,
      `Files cannot be read out of backups of a datastore with DS_MAD="${task.store.driver}"; restore the disk instead.`,
    );
  }
  const undo: Array<() => Promise<unknown>> = [];
  try {
    tell({ type: 'phase', phase: 'preparing the machine' });
    const appliance = await buildAppliance(task.cache);
    await store.prepare(signal);
    undo.push(() => rm(task.directory, { recursive: true, force: true }));
    const shown = join(task.directory, 'store');
    const own = join(task.directory, 'machine');
    await mkdir(task.directory, { mode: 0o711 });
    // others cannot pass into what holds the mount, whatever the mount itself allows
    for (const path of [shown, own]) await mkdir(path, { mode: 0o700 });
    const inside = join(shown, 'mount');
    await mkdir(inside);
    const mounted = await store.mount(inside, signal);
    undo.push(() => mounted.close());
    const disks = task.disks.map(({ diskId, members }) => ({
      diskId,
      files: members.map(({ source, path }) => mounted.pathOf(source, path)),
    }));
    const machine = await startMachine(appliance, own, disks);
    const stopped = new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
    undo.push(() => {
      machine.stop();
      return machine.ended;
    });
    if (!signal.aborted) {
      tell({ type: 'phase', phase: SERVING });
      const why = await Promise.race([machine.ended, stopped.then(() => null)]);
      if (why !== null) return { ended: why || 'it ended without a word' };
    }
    return { ended: '' };
  } finally {
    for (let step = undo.pop(); step; step = undo.pop()) await step();
  }
}
