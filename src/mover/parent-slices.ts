// What the last point holds of disks that are backed up as slices: read back out of its own snapshot, so that what is believed of it is
// what is there.
import type { BackupStore } from '../datastore/backup-store.ts';
import type { SliceManifest } from '../disk/slices.ts';
import { OneError, reasonOf, TrackerLost } from '../model/errors.ts';
import type { BackupTask } from '../model/tasks/backup.ts';
import { readManifest } from './slice-manifest.ts';

export interface ParentSlices {
  /** The snapshot that files may be taken from; undefined when all is read. */
  source: string | undefined;
  /** By disk. */
  manifests: Map<number, SliceManifest>;
}

/** Throws TrackerLost when the last point cannot be read: then all is. A store that is out of reach is another error. */
export async function openParent(
  store: BackupStore,
  task: BackupTask,
  prepared: Promise<void>,
  signal: AbortSignal,
): Promise<ParentSlices> {
  const parent = task.slices?.parent ?? null;
  const manifests = new Map<number, SliceManifest>();
  if (parent === null || (task.tracking?.parent ?? null) === null) return { source: undefined, manifests };
  await prepared;
  const { number } = task.slices ?? { number: 0 };
  const { source, path } = parent;
  for (const stored of parent.disks) {
    try {
      const member = { source, path: `${path}/${stored.file}`, stored };
      const manifest = await readManifest(store, member, signal);
      // a number that was there before would make what changed look unchanged
      if (manifest.number >= number) throw new Error(`it is of backup ${manifest.number}, and this one is ${number}`);
      manifests.set(stored.diskId, manifest);
    } catch (error) {
      signal.throwIfAborted();
      if (error instanceof OneError && error.retry) throw error;
      throw new TrackerLost(`What the last point holds of disk ${stored.diskId} cannot be told: ${reasonOf(error)}`);
    }
  }
  return { source, manifests };
}
