// How fast a run goes now and how long it will take at that, from what it had done over the last quarter minute. Pure: whoever
// samples brings the time.

interface Amount {
  bytesDone: number;
  bytesTotal: number;
}

export interface PaceSample extends Amount {
  atMs: number;
}

export interface Pace {
  bytesPerSec: number;
  leftSec: number;
}

const WINDOW_MS = 15_000;
/** Over less than this a rate is chance. */
const SHORTEST_MS = 1000;

/** The samples with a new one; what is too old to count is left out, and all of them when the work began anew. */
export function withSample(samples: readonly PaceSample[], sample: PaceSample): PaceSample[] {
  const last = samples.at(-1);
  if (last && sample.bytesDone < last.bytesDone) return [sample];
  const kept = [...samples, sample];
  const first = kept.findIndex(({ atMs }) => sample.atMs - atMs <= WINDOW_MS);
  // with what is before the window as well when nothing else is left to compare with
  return kept.slice(Math.max(0, Math.min(first, kept.length - 2)));
}

/** undefined while nothing can be said: too short a time, nothing moved, or no end in sight. */
export function paceOf(samples: readonly PaceSample[]): Pace | undefined {
  const [first, last] = [samples[0], samples.at(-1)];
  if (!first || !last || last.atMs - first.atMs < SHORTEST_MS) return undefined;
  const bytesPerSec = ((last.bytesDone - first.bytesDone) * 1000) / (last.atMs - first.atMs);
  if (bytesPerSec <= 0 || last.bytesTotal <= 0) return undefined;
  return { bytesPerSec, leftSec: Math.max(0, last.bytesTotal - last.bytesDone) / bytesPerSec };
}

/** All disks of a run as one sample. */
export function sampleOf(disks: readonly Amount[], atMs: number): PaceSample {
  const sum = (of: keyof Amount): number => disks.reduce((all, disk) => all + disk[of], 0);
  return { atMs, bytesDone: sum('bytesDone'), bytesTotal: sum('bytesTotal') };
}
