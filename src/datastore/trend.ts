// How fast a datastore fills up, and when it is full at that. Pure: what was measured is given.
import type { Fill } from '../model/datastore.ts';

export interface Trend {
  /** Negative when it becomes emptier. */
  mbPerDay: number;
  /** Epoch seconds; undefined when it does not become full, or nobody can say yet. */
  fullSec: number | undefined;
}

const DAY_SEC = 86_400;
/** Over less than this a slope is chance. */
const SHORTEST_SEC = DAY_SEC;
/** Further ahead nobody can see. */
const HORIZON_SEC = 10 * 366 * DAY_SEC;

/** The straight line through what was used, by least squares; the room that is left is that of the last one. */
export function trendOf(fills: readonly Fill[]): Trend {
  const [first, last] = [fills[0], fills.at(-1)];
  if (!first || !last || last.atSec - first.atSec < SHORTEST_SEC) return { mbPerDay: 0, fullSec: undefined };
  const days = fills.map(({ atSec }) => (atSec - first.atSec) / DAY_SEC);
  const used = fills.map(({ usedMb }) => usedMb);
  const [meanDay, meanUsed] = [mean(days), mean(used)];
  const spread = days.reduce((sum, day) => sum + (day - meanDay) ** 2, 0);
  const together = days.reduce((sum, day, index) => sum + (day - meanDay) * ((used[index] ?? meanUsed) - meanUsed), 0);
  const mbPerDay = spread === 0 ? 0 : together / spread;
  const leftSec = mbPerDay > 0 ? (last.freeMb / mbPerDay) * DAY_SEC : Infinity;
  return { mbPerDay, fullSec: leftSec <= HORIZON_SEC ? Math.round(last.atSec + leftSec) : undefined };
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);
}
