// Which point of an image a request to read a backup means, and why there may be none. Pure.
import { CODE, OneError } from '../model/errors.ts';
import { IMAGE_STATE, IMAGE_TYPE, type Image } from '../model/image.ts';

/** What stands for the newest point. */
const NEWEST = -1;

/** The point's id; throws a OneError that says why it cannot be `verified`, or `drilled`. */
export function wantedPoint(
  image: Image,
  increment: number,
  done: 'verified' | 'drilled' | 'pinned' | 'unpinned' | 'looked at',
): number {
  const name = `Image ${image.id} (${image.name})`;
  const refuse = (why: string, retry = false): never => {
    throw new OneError(CODE.ACTION, `${name} ${why}.`, { objectId: image.id, retry });
  };
  if (image.type !== IMAGE_TYPE.BACKUP) refuse(`is no backup, so there is nothing to be ${done}`);
  if (image.state !== IMAGE_STATE.READY) {
    refuse(
      `is not in state rdy; what is being changed or failed cannot be ${done}`,
      image.state === IMAGE_STATE.LOCKED,
    );
  }
  const ids = image.points.map(({ id }) => id);
  const wanted = increment === NEWEST ? ids.at(-1) : ids.find((id) => id === increment);
  return wanted ?? refuse(`has no increment ${increment}; it has ${ids.join(', ') || 'none'}`);
}
