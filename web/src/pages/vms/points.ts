// The points in time that a backup image holds: its increments, or the one point of a full backup. Pure.
import type { Image } from '../../api/documents.ts';

type Increment = Image['BACKUP_INCREMENTS']['INCREMENT'][number];

export interface Point {
  imageId: number;
  image: string;
  /** -1 in an image that is one full backup. */
  id: number;
  date: number;
  type: 'FULL' | 'INCREMENT';
  sizeMb: number;
  reason: string;
  consistency: Increment['CONSISTENCY'];
  /** Epoch seconds, 0 for never. */
  verified: number;
  verifyError: string;
  proven: number;
  drillError: string;
}

type Told = Pick<Increment, 'DATE' | 'SIZE' | 'REASON' | 'CONSISTENCY' | 'VERIFIED'> &
  Partial<Pick<Increment, 'VERIFY_ERROR' | 'PROVEN' | 'DRILL_ERROR'>>;

/** The newest last. */
export function pointsOf(image: Image): Point[] {
  const of = (told: Told, id: number, type: Point['type']): Point => ({
    ...{ imageId: image.ID, image: image.NAME, id, type },
    ...{ date: told.DATE, sizeMb: told.SIZE, reason: told.REASON, consistency: told.CONSISTENCY },
    ...{ verified: told.VERIFIED, verifyError: told.VERIFY_ERROR ?? '' },
    ...{ proven: told.PROVEN ?? 0, drillError: told.DRILL_ERROR ?? '' },
  });
  const increments = image.BACKUP_INCREMENTS.INCREMENT;
  if (increments.length > 0) return increments.map((each) => of(each, each.ID, each.TYPE));
  const point = image.BACKUP_POINT;
  return point ? [of({ ...point, SIZE: image.SIZE }, -1, 'FULL')] : [];
}
