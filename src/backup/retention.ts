// Which backups of a VM KEEP_LAST drops: the newest points are kept, whether they are full backups or increments. Pure. Backups in
// different datastores are different tiers: each keeps its own. A pinned point, and what was taken after it in its image, stays. One whose deletion began and
// failed holds nothing any more that can be relied on, so its deletion is brought to an end.
import { isPinned } from '../model/pin.ts';
import { IMAGE_STATE, type BackupPoint, type Image } from '../model/image.ts';

export interface Verdict {
  image: Image;
  /** `image`: all of it goes. `points`: the points before `keepFrom` go; what it stands on of their data is kept below it. */
  drop: 'nothing' | 'image' | 'points';
  /** Id of the oldest point that is kept, when points go. */
  keepFrom: number;
  reason: string;
}

/** `images` are the backups of one VM. A keepLast of 0 keeps all. Order is that of the ids: clocks may have been turned. */
export function retain(images: readonly Image[], keepLast: number, nowSec: number): Verdict[] {
  const good = new Map<number, number>();
  return [...images]
    .sort((a, b) => b.id - a.id)
    .map((image): Verdict => {
      const keep = (reason: string): Verdict => ({ image, drop: 'nothing', keepFrom: -1, reason });
      if (isHalfDeleted(image)) return { ...keep('its deletion failed earlier'), drop: 'image' };
      if (image.state !== IMAGE_STATE.READY) return keep('it is not in state rdy');
      const { surplus: notKept, total } = countPoints(image, good.get(image.datastoreId) ?? 0, keepLast);
      good.set(image.datastoreId, total);
      if (keepLast === 0) return keep('KEEP_LAST is not set');
      if (notKept.length === 0) return keep(`it is among the newest ${keepLast} of its datastore (KEEP_LAST)`);
      if (image.lock) return keep('it is locked');
      const pinned = notKept.findIndex((point) => isPinned(point, nowSec));
      const surplus = pinned === -1 ? notKept : notKept.slice(0, pinned);
      if (surplus.length === 0) return keep(`increment ${notKept[0]?.id ?? -1} is pinned`);
      const reason = `KEEP_LAST is ${keepLast}, and ${keepLast} newer good ones are in datastore ${image.datastoreId}`;
      const oldestKept = image.points[surplus.length];
      if (oldestKept === undefined) return { ...keep(reason), drop: 'image' };
      return { ...keep(reason), drop: 'points', keepFrom: oldestKept.id };
    });
}

/** Points that are not needed for `keepLast` good ones, counted from the newest; `before` are those in newer images. */
function countPoints(image: Image, before: number, keepLast: number): { surplus: BackupPoint[]; total: number } {
  const good = goodPoints(image.points);
  let total = before;
  let kept = image.points.length;
  while (kept > 0 && (total < keepLast || keepLast === 0)) {
    kept -= 1;
    if (good[kept] === true) total += 1;
  }
  return { surplus: image.points.slice(0, kept), total };
}

/** Of each point, whether it is: what stands on a damaged point is damaged, and a full one stands on none. */
function goodPoints(points: readonly BackupPoint[]): boolean[] {
  let good = true;
  return points.map(({ type, verified }) => {
    if (type === 'FULL') good = true;
    if (verified?.good === false) good = false;
    return good;
  });
}

function isHalfDeleted(image: Image): boolean {
  return image.state === IMAGE_STATE.ERROR && image.prevState === IMAGE_STATE.DELETE;
}
