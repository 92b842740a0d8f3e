// Which backups of a VM retention drops: a point stays if any of the KEEP_ rules keeps it, and all stay where there is no rule. Pure. Backups in
// different datastores are different tiers: each keeps its own. A pinned point, and what was taken after it in its image, stays. One whose deletion began and
// failed holds nothing any more that can be relied on, so its deletion is brought to an end.
import type { KeepRules } from '../model/backup-config.ts';
import { isPinned } from '../model/pin.ts';
import { IMAGE_STATE, type BackupPoint, type Image } from '../model/image.ts';
import { hasRules, newTally, place, type Place, type Tally } from './keep-rules.ts';

export interface PointVerdict extends Place {
  point: BackupPoint;
  kept: boolean;
}

export interface Verdict {
  image: Image;
  /** `image`: all of it goes. `points`: those in `gone` go; what others stand on of their data is kept by these. */
  drop: 'nothing' | 'image' | 'points';
  /** Ids of the points that go, oldest first. */
  gone: number[];
  /** Why what goes goes; why the oldest point stays, when nothing does. */
  reason: string;
  /** Of each point of an image that is looked at, oldest first. */
  points: PointVerdict[];
}

export interface RetentionContext {
  nowSec: number;
  /** Name of the time zone whose days, weeks, months and years count. */
  zone: string;
  /** Image that the VM's next increment goes to; -1 for none. */
  chainImageId: number;
}

/** Which points of the backups of a VM go now. Order is that of the ids: clocks may have been turned. */
export function retain(images: readonly Image[], rules: KeepRules, context: RetentionContext): Verdict[] {
  return judge(images, rules, context).verdicts;
}

/** The same, and what was counted in each datastore. */
export function judge(
  images: readonly Image[],
  rules: KeepRules,
  context: RetentionContext,
): { verdicts: Verdict[]; tallies: Map<number, Tally> } {
  const tallies = new Map<number, Tally>();
  const verdicts = [...images]
    .sort((a, b) => b.id - a.id)
    .map((image): Verdict => {
      const whole = (drop: Verdict['drop'], reason: string): Verdict => {
        return {
          ...{ image, drop, reason, points: [] },
          gone: drop === 'image' ? image.points.map(({ id }) => id) : [],
        };
      };
      if (isHalfDeleted(image)) return whole('image', 'its deletion failed earlier');
      if (image.state !== IMAGE_STATE.READY) return whole('nothing', 'it is not in state rdy');
      const tally = tallies.get(image.datastoreId) ?? newTally(image.datastoreId);
      tallies.set(image.datastoreId, tally);
      return verdictOf(image, placesOf(image, tally, rules, context));
    });
  return { verdicts, tallies };
}

function verdictOf(image: Image, points: PointVerdict[]): Verdict {
  const surplus = points.filter(({ kept }) => !kept);
  const why = surplus.at(-1) ?? points[0];
  const partly: Verdict['drop'] = surplus.length === 0 ? 'nothing' : 'points';
  return {
    ...{ image, points, gone: surplus.map(({ point }) => point.id), reason: why?.reason ?? 'it has no point' },
    drop: surplus.length === points.length ? 'image' : partly,
  };
}

/** Of each point, oldest first. */
function placesOf(image: Image, tally: Tally, rules: KeepRules, context: RetentionContext): PointVerdict[] {
  const good = goodPoints(image.points);
  const used = hasRules(rules);
  const places = image.points
    .map((point, at) => ({ point, good: good[at] === true }))
    .reverse()
    .map(({ point, good: isGood }): PointVerdict => {
      const found = place(tally, point, isGood, rules, context.zone);
      if (!used) return { ...found, point, kept: true, rules: [], reason: 'no KEEP_ rule is set' };
      return { ...found, point, kept: found.rules.length > 0 };
    })
    .reverse();
  if (used) hold(image, places, context);
  return places;
}

/** What no rule keeps, and stays all the same. */
function hold(image: Image, places: PointVerdict[], { nowSec, chainImageId }: RetentionContext): void {
  const stays = (one: PointVerdict, rule: string, reason: string): void => {
    one.reason = one.kept ? `${one.reason}; ${reason}` : reason;
    one.rules.push(rule);
    one.kept = true;
  };
  const pinned = places.findIndex(({ point }) => isPinned(point, nowSec));
  places.forEach((one, at) => {
    if (image.lock) stays(one, 'LOCK', 'it is locked');
    if (pinned !== -1 && at >= pinned) stays(one, 'PIN', `increment ${places[pinned]?.point.id ?? -1} is pinned`);
  });
  const last = places.at(-1);
  if (last?.kept === false && image.id === chainImageId) stays(last, 'CHAIN', 'the next increment stands on it');
  let carries = false;
  for (const one of [...places].reverse()) {
    const damaged = one.point.verified?.good === false;
    // Folded into what stands on it, the damage would not be told any more.
    if (!one.kept && carries && damaged) stays(one, 'DAMAGED', 'it is damaged, and what stands on it is kept');
    carries = (carries || one.kept) && one.point.type !== 'FULL';
  }
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
