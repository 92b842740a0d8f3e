// Whether something that was looked at again and again grows: by the median of the slopes between all pairs of samples (Theil and Sen),
// which neither a peak nor a few outliers move. Pure.
import { median } from '../../bench/report.ts';

export interface Sample {
  atMs: number;
  value: number;
}

export interface Steadiness {
  first: number;
  median: number;
  last: number;
  most: number;
  /** What the slope comes to over the time that was looked at. */
  growth: number;
  limit: number;
  steady: boolean;
}

/** `warmUp`: the share of the time that does not count. Grows by more than `share` of its median, and by more than `least`: not steady. */
export function steadiness(all: readonly Sample[], { warmUp = 0.25, share = 0.1, least = 0 }): Steadiness {
  const begin = all[0]?.atMs ?? 0;
  const span = (all.at(-1)?.atMs ?? 0) - begin;
  const counted = all.filter(({ atMs }) => atMs - begin >= span * warmUp);
  const values = counted.map(({ value }) => value);
  const counts = (counted.at(-1)?.atMs ?? 0) - (counted[0]?.atMs ?? 0);
  const growth = counted.length < 2 ? 0 : slope(counted) * counts;
  const middle = median(values);
  const limit = Math.max(least, Math.abs(middle) * share);
  return {
    first: all[0]?.value ?? NaN,
    median: middle,
    last: all.at(-1)?.value ?? NaN,
    most: Math.max(...all.map(({ value }) => value)),
    growth,
    limit,
    steady: growth <= limit,
  };
}

function slope(samples: readonly Sample[]): number {
  const slopes = samples.flatMap((one, index) =>
    samples.slice(index + 1).map((other) => (other.value - one.value) / (other.atMs - one.atMs)),
  );
  return median(slopes.filter(Number.isFinite));
}

/** The value below which this share of them is; NaN of nothing. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.max(0, Math.ceil(sorted.length * share) - 1))] ?? NaN;
}
