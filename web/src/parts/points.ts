// The points in time that a backup image holds: its increments, or the one point of a full backup. Pure.
import type { Image } from '../api/documents.ts';

type Increment = Image['BACKUP_INCREMENTS']['INCREMENT'][number];

export interface Point {
  imageId: number;
  image: string;
  /** What the daemon's methods call it: -1 in an image that is one full backup. */
  id: number;
  /** Its number in the image, also of a full backup. */
  at: number;
  date: number;
  type: 'FULL' | 'INCREMENT';
  sizeMb: number;
  reason: string;
  consistency: Increment['CONSISTENCY'];
  /** Epoch seconds, 0 for never. */
  verified: number;
  verifyError: string;
  proven: number;
  /** Milliseconds until the guest was up. */
  provenTime: number;
  provenBy: string;
  /** Epoch seconds of the last drill that failed, 0 for none. */
  drillFailed: number;
  drillError: string;
  hasScreen: boolean;
  /** Why it stays whatever the rules say; empty when it is not pinned. */
  pinReason: string;
  /** Epoch seconds, 0 for ever. */
  pinUntil: number;
}

type Told = Omit<Increment, 'ID' | 'PARENT_ID' | 'SOURCE' | 'TYPE'>;

/** The newest last. */
export function pointsOf(image: Image): Point[] {
  const of = (told: Told, id: number, at: number, type: Point['type']): Point => ({
    ...{ imageId: image.ID, image: image.NAME, id, at, type },
    ...{ date: told.DATE, sizeMb: told.SIZE, reason: told.REASON, consistency: told.CONSISTENCY },
    ...{ verified: told.VERIFIED, verifyError: told.VERIFY_ERROR ?? '' },
    ...{ proven: told.PROVEN ?? 0, provenTime: told.PROVEN_TIME ?? 0, provenBy: told.PROVEN_BY ?? '' },
    ...{ drillFailed: told.DRILL_FAILED ?? 0, drillError: told.DRILL_ERROR ?? '' },
    hasScreen: told.DRILL_SCREEN === 'YES',
    ...{ pinReason: told.PIN_REASON ?? '', pinUntil: told.PIN_UNTIL ?? 0 },
  });
  const increments = image.BACKUP_INCREMENTS.INCREMENT;
  if (increments.length > 0) return increments.map((each) => of(each, each.ID, each.ID, each.TYPE));
  const point = image.BACKUP_POINT;
  return point ? [of({ ...point, SIZE: image.SIZE }, -1, point.ID, 'FULL')] : [];
}

/** How a point stands as to its proofs: what failed counts more than what went well before. */
export function proofOf(point: Point): 'damaged' | 'failed' | 'proven' | 'verified' | 'unproven' {
  if (point.verifyError !== '') return 'damaged';
  if (point.drillError !== '' && point.drillFailed >= point.proven) return 'failed';
  if (point.proven > 0) return 'proven';
  return point.verified > 0 ? 'verified' : 'unproven';
}
