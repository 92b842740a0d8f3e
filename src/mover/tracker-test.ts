// Tests what notes the changes of a disk before it is believed: the disk has the size that it had, and clusters that are called
// clean hold what they held at the parent point. One that does not is lost: an increment on it would be a silently broken chain.
import type { Bitmap } from '../disk/bitmap.ts';
import { CLUSTER_BYTES } from '../disk/cluster-map.ts';
import { sha256Of } from '../disk/samples.ts';
import { TrackerLost } from '../model/errors.ts';
import type { Sample } from '../model/image.ts';
import type { TaskDisk } from '../model/tasks/backup.ts';
import { changedClusters, type Changes, type Mapped } from './changes.ts';

export interface Tested {
  size: number;
  read(offset: number, into: Uint8Array): Promise<void>;
}

/**
 * The clusters that changed since the parent point, whose tracker `parent` is, and the samples that still hold. Throws TrackerLost when
 * nothing says what changed, or what says it is not to be believed.
 */
export async function believedChanges(
  disk: TaskDisk,
  from: Tested & Mapped & { offers(context: string): boolean },
  parent: string,
  changes: Changes | undefined,
): Promise<{ dirty: Bitmap; clean: Sample[] }> {
  if (changes === undefined) throw new TrackerLost(`Disk ${disk.diskId}: nothing says what changed since ${parent}.`);
  requireSameSize(disk, from.size);
  if (!from.offers(changes.context)) {
    throw new TrackerLost(
      `Disk ${disk.diskId}: its export does not say what changed since ${parent}: it has no ${changes.context}.`,
    );
  }
  const dirty = await changedClusters(from, changes);
  return { dirty, clean: await testSamples(disk, from, dirty, { name: parent, kind: changes.kind }) };
}

/** Throws TrackerLost unless the disk has the size of the last backup. A size of the parent is a whole number of sectors. */
export function requireSameSize({ diskId, known }: TaskDisk, size: number): void {
  if (known === undefined)
    throw new TrackerLost(`Disk ${diskId}: nothing is known of what the last backup holds of it.`);
  if (Math.ceil(size / 512) * 512 === known.virtualBytes) return;
  throw new TrackerLost(`Disk ${diskId}: its size is ${size} bytes, the last backup had ${known.virtualBytes}.`);
}

/**
 * Reads the samples that are called clean and throws TrackerLost unless they are. Returns those: they still hold.
 * `tracker` is the name of what called them so.
 */
export async function testSamples(
  disk: TaskDisk,
  from: Tested,
  changed: Bitmap,
  tracker: { name: string; kind: Changes['kind'] },
): Promise<Sample[]> {
  const clean = (disk.known?.samples ?? []).filter(({ cluster }) => cluster < changed.length && !changed.has(cluster));
  const cluster = Buffer.alloc(CLUSTER_BYTES);
  for (const sample of clean) {
    const offset = sample.cluster * CLUSTER_BYTES;
    cluster.fill(0);
    await from.read(offset, cluster.subarray(0, Math.min(CLUSTER_BYTES, from.size - offset)));
    if (sha256Of(cluster) !== sample.sha256) throw changedUnseen(disk, sample, tracker);
  }
  return clean;
}

function changedUnseen(
  { diskId }: TaskDisk,
  { cluster }: Sample,
  { name, kind }: { name: string; kind: Changes['kind'] },
): TrackerLost {
  const what = kind === 'dirty-bitmap' ? `the bitmap ${name} calls` : `the layer begun with ${name} calls`;
  return new TrackerLost(
    `Disk ${diskId}: ${what} cluster ${cluster} (byte ${cluster * CLUSTER_BYTES}) clean, but it changed: something wrote to the disk behind QEMU's back.`,
  );
}
