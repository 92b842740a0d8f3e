// What of a backup image its copy in another datastore is to get: the points that are newer than the newest it has, each with the layers
// that lie over that. Pure. A layer holds all that changed since the point below it, so it may lie on any state from there on.
import { layersOf, pointsTo } from '../model/chain.ts';
import { CODE, OneError } from '../model/errors.ts';
import type { BackupPoint, Image, Layer } from '../model/image.ts';

/** One point that is missing in the copy. */
export interface PointToCopy {
  point: BackupPoint;
  /** What is read of the image, oldest first; the copy has it as one layer. */
  layers: Layer[];
  /** Whether the layers stand on nothing: then so does the copied point. */
  whole: boolean;
  /** The point of the copy that it stands on, -1 when it is whole. */
  parentId: number;
}

/** The oldest point that is missing; undefined when none is. Points that the copy has had and dropped are older than what it has. */
export function nextToCopy(
  image: Pick<Image, 'id' | 'points'>,
  copied: readonly BackupPoint[],
): PointToCopy | undefined {
  const last = copied.at(-1);
  const point = [...image.points].sort((a, b) => a.id - b.id).find(({ id }) => id > (last?.id ?? -1));
  if (point === undefined) return undefined;
  const chain = pointsTo(image, point.id);
  if (typeof chain === 'string') {
    throw new OneError(CODE.ACTION, `Image ${image.id} cannot be copied: the backup ${chain}.`, { objectId: image.id });
  }
  const all = layersOf(chain);
  const layers = all.filter(({ pointId }) => pointId > (last?.id ?? -1));
  const whole = last === undefined || layers.length === all.length;
  return { point, layers, whole, parentId: whole ? -1 : last.id };
}

/** The point as the copy has it, when the mover has written its layer. */
export function copiedPoint({ point, whole, parentId }: PointToCopy, layer: Layer): BackupPoint {
  const { verified: _, drill: __, pin: ___, ...same } = point;
  const { source, sizeMb } = layer;
  return {
    ...same,
    ...{ parentId, type: whole ? 'FULL' : 'INCREMENT', source, sizeMb, layers: [layer], tracker: '' },
  };
}

/** A backup image, as far as it matters here. */
export interface KnownBackup {
  id: number;
  vmId: number;
  datastoreId: number;
  /** -1 without a point. */
  lastPointId: number;
  /** The image that it is a copy of. */
  copyOf?: number;
  /** Its copy failed. */
  failed: boolean;
}

/**
 * What is to be copied of all that is there, by what each datastore says: images whose copy failed, and the newest of each VM when points
 * of it are missing. Older images may have been copied and dropped.
 */
export function copiesDue(
  backups: readonly KnownBackup[],
  copyTo: (datastoreId: number) => number | undefined,
): Array<{ imageId: number; datastoreId: number }> {
  const copied = new Map<string, number>();
  const newest = new Map<string, number>();
  for (const { id, vmId, datastoreId, lastPointId, copyOf } of backups) {
    if (copyOf !== undefined) copied.set(`${copyOf} ${datastoreId}`, lastPointId);
    else newest.set(`${vmId} ${datastoreId}`, Math.max(id, newest.get(`${vmId} ${datastoreId}`) ?? -1));
  }
  return backups.flatMap(({ id, vmId, datastoreId, lastPointId, copyOf, failed }) => {
    const to = copyOf === undefined ? copyTo(datastoreId) : undefined;
    if (to === undefined || lastPointId === -1) return [];
    const behind = newest.get(`${vmId} ${datastoreId}`) === id && lastPointId > (copied.get(`${id} ${to}`) ?? -1);
    return failed || behind ? [{ imageId: id, datastoreId: to }] : [];
  });
}
