// What schedules demand, kept for a while: it takes long to find out, changes slowly, and is the same for many VMs.
import type { Schedule } from '../model/scheduled-action.ts';
import { demandedSec, type NextOccurrence } from './demand.ts';

const KEPT_SEC = 86_400;
const MOST = 20_000;

export class Demands {
  readonly #zone: string;
  readonly #next: NextOccurrence;
  readonly #known = new Map<string, { atSec: number; demand: number | undefined }>();

  constructor(zone: string, next: NextOccurrence) {
    this.#zone = zone;
    this.#next = next;
  }

  /** Seconds; undefined when nothing repeats. */
  of(schedules: readonly Schedule[], nowSec: number): number | undefined {
    if (schedules.length === 0) return undefined;
    const key = keyOf(schedules, nowSec);
    const known = this.#known.get(key);
    if (known && nowSec - known.atSec < KEPT_SEC) return known.demand;
    const demand = demandedSec(schedules, nowSec, this.#zone, this.#next);
    if (this.#known.size >= MOST) this.#known.clear();
    this.#known.set(key, { atSec: nowSec, demand });
    return demand;
  }
}

/**
 * What the gaps depend on: not on the next occurrence, nor on the time of the day unless there are several that interleave, nor to the hour on
 * when the first is, while that is to come.
 */
function keyOf(schedules: readonly Schedule[], nowSec: number): string {
  const alone = schedules.length === 1;
  return JSON.stringify(
    schedules.map(({ anchorSec, repeat, days, endType, endValue }) => [
      ...[repeat, days, endType, endValue],
      alone ? Math.max(0, Math.ceil((anchorSec - nowSec) / KEPT_SEC)) : anchorSec,
    ]),
  );
}
