// Which backups of a VM KEEP_LAST drops. Pure. Backups in different datastores are different tiers: each keeps its own. One whose
// deletion began and failed holds nothing any more that can be relied on, so its deletion is brought to an end.
import { IMAGE_STATE, type Image } from '../model/image.ts';

export interface Kept {
  image: Image;
  keep: boolean;
  reason: string;
}

/** `images` are the backups of one VM; newest are kept. A keepLast of 0 keeps all. */
export function retain(images: Image[], keepLast: number): Kept[] {
  const rank = new Map<number, number>();
  return [...images]
    .sort((a, b) => b.regtime - a.regtime || b.id - a.id)
    .map((image) => {
      if (isHalfDeleted(image)) return { image, keep: false, reason: 'its deletion failed earlier' };
      if (image.state !== IMAGE_STATE.READY) return { image, keep: true, reason: 'it is not in state rdy' };
      const place = (rank.get(image.datastoreId) ?? 0) + 1;
      rank.set(image.datastoreId, place);
      if (keepLast === 0) return { image, keep: true, reason: 'KEEP_LAST is not set' };
      const keep = place <= keepLast;
      const which = `number ${place} of its datastore, newest first; KEEP_LAST is ${keepLast}`;
      return { image, keep, reason: which };
    });
}

function isHalfDeleted(image: Image): boolean {
  return image.state === IMAGE_STATE.ERROR && image.prevState === IMAGE_STATE.DELETE;
}
