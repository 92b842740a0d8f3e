// Makes the points of a backup image anew from the records of its snapshots. Pure. A snapshot holds what changed after the point that it
// stands on up to its own; where layers were merged and the old ones are still there too, the finer ones win, as they tell more points.
import type { BackupRecord } from '../model/backup-record.ts';
import { withLayers } from '../model/chain.ts';
import type { BackupPoint, Layer } from '../model/image.ts';

/** A snapshot that says what it is. */
export interface DescribedSnapshot {
  source: string;
  /** Path of the virtual directory inside the snapshot. */
  directory: string;
  /** Epoch seconds. */
  storedAt: number;
  record: BackupRecord;
}

export interface Rebuilt {
  /** Oldest first. */
  points: BackupPoint[];
  /** Snapshots that no point is made of, and why, in words. */
  left: Array<{ source: string; why: string }>;
}

/** All snapshots of one backup image. */
export function rebuild(snapshots: readonly DescribedSnapshot[]): Rebuilt {
  const whole = resolvable(snapshots, -1);
  return rebuiltOf(stacks(whole, -1), snapshots, undefined, (one) => whyLeft(one, whole));
}

/** Points that may follow the last one of an image that is known: their snapshots stand on it, one on the other, or hold whole disks. */
export function continued(last: BackupPoint | undefined, snapshots: readonly DescribedSnapshot[]): Rebuilt {
  const id = last?.id ?? -1;
  const whole =
    last === undefined
      ? []
      : resolvable(
          snapshots.filter(({ record }) => record.point.id > id),
          id,
        );
  const unknown = `it does not stand on point ${id}, the newest that is known`;
  return rebuiltOf(stacks(whole, id), snapshots, last, (one) => (whole.includes(one) ? whyLeft(one, whole) : unknown));
}

/** The snapshots that points are made of, oldest first: the newest with all that it stands on, the one before those, down to point `id`. */
function stacks(whole: readonly DescribedSnapshot[], id: number): DescribedSnapshot[] {
  const taken: DescribedSnapshot[] = [];
  for (let below = Infinity; ;) {
    const top = best(whole.filter(({ record }) => record.point.id < below));
    if (top === undefined) return taken;
    const stack = stackUnder(top, whole);
    taken.unshift(...stack);
    const lowest = (stack[0] ?? top).record.point;
    if (id !== -1 && lowest.below === id) return taken;
    below = lowest.id;
  }
}

function rebuiltOf(
  taken: readonly DescribedSnapshot[],
  snapshots: readonly DescribedSnapshot[],
  last: BackupPoint | undefined,
  why: (one: DescribedSnapshot) => string,
): Rebuilt {
  const points: BackupPoint[] = [];
  for (const one of taken) points.push(pointOf(one, points.at(-1) ?? last));
  const left = snapshots.filter((one) => !taken.includes(one));
  return { points, left: left.map((one) => ({ source: one.source, why: why(one) })) };
}

/** Snapshots that stand on whole disks or on point `id` in the end. */
function resolvable(snapshots: readonly DescribedSnapshot[], id: number): DescribedSnapshot[] {
  const ids = new Set([-1, id]);
  return [...snapshots]
    .sort((a, b) => a.record.point.id - b.record.point.id)
    .filter(({ record: { point } }) => {
      if (!ids.has(point.below)) return false;
      ids.add(point.id);
      return true;
    });
}

/** The newest point; of several snapshots of it the one that holds the least, and of those the one stored last. */
function best(snapshots: readonly DescribedSnapshot[]): DescribedSnapshot | undefined {
  return [...snapshots].sort(
    (a, b) =>
      b.record.point.id - a.record.point.id ||
      b.record.point.below - a.record.point.below ||
      b.storedAt - a.storedAt ||
      (a.source < b.source ? -1 : 1),
  )[0];
}

function stackUnder(top: DescribedSnapshot, whole: readonly DescribedSnapshot[]): DescribedSnapshot[] {
  const stack = [top];
  for (let { below } = top.record.point; below !== -1;) {
    const wanted = below;
    const next = best(whole.filter(({ record }) => record.point.id === wanted));
    if (next === undefined) break;
    stack.unshift(next);
    below = next.record.point.below;
  }
  return stack;
}

function whyLeft(one: DescribedSnapshot, whole: readonly DescribedSnapshot[]): string {
  const { below, id } = one.record.point;
  if (whole.includes(one)) return `what it holds of point ${id} is in another snapshot too`;
  return `it stands on point ${below}, which is not there`;
}

function pointOf({ source, directory, record }: DescribedSnapshot, parent: BackupPoint | undefined): BackupPoint {
  const { point, disks, vmTemplate } = record;
  const stored = disks.map(({ target: _, ...disk }) => disk);
  const full = point.below === -1;
  // what a later point of slices added to the repository is not known any more, and is little beside the first
  const adds = full && parent !== undefined && stored.every(({ layout }) => layout === 'SLICES');
  const sizeMb = adds ? 0 : Math.ceil(stored.reduce((sum, { fileBytes }) => sum + fileBytes, 0) / 2 ** 20);
  const layer: Layer = { source, path: directory, pointId: point.id, sizeMb, disks: stored };
  const made: BackupPoint = {
    id: point.id,
    parentId: full ? -1 : (parent?.id ?? -1),
    type: full ? 'FULL' : 'INCREMENT',
    date: point.date,
    sizeMb,
    source,
    layers: [],
    consistency: point.consistency,
    tracker: '',
    reason: `found in the repository; taken because: ${point.reason}`,
    vmTemplate,
  };
  return withLayers(made, [layer]);
}
