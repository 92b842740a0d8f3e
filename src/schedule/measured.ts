// What runs make of what they are allowed: measured over some seconds in which that stayed the same. Pure.

/** How far a run is. */
interface Sample {
  bytesDone: number;
  atMs: number;
}

export interface Measure {
  /** Bytes per second; undefined while that is not known. */
  moves: number | undefined;
  /** What it was allowed meanwhile. */
  allowed: number | undefined;
}

interface Run extends Measure {
  from: Sample;
  /** What it is allowed now. */
  now: number | undefined;
}

/** Shorter than that a rate is chance: data goes in large pieces. */
const LEAST_MS = 6000;
/** So much another measure is the same. */
const SAME = 0.02;

export class Measured {
  readonly #runs = new Map<string, Run>();

  /** Notes how far a run is. */
  look(id: string, sample: Sample): Measure {
    const run = this.#runs.get(id) ?? { from: sample, now: undefined, moves: undefined, allowed: undefined };
    this.#runs.set(id, run);
    const { from } = run;
    if (sample.bytesDone < from.bytesDone)
      run.from = sample; // another phase
    else if (sample.atMs - from.atMs >= LEAST_MS) {
      run.moves = ((sample.bytesDone - from.bytesDone) * 1000) / (sample.atMs - from.atMs);
      run.allowed = run.now;
      run.from = sample;
    }
    return { moves: run.moves, allowed: run.allowed };
  }

  /** What is measured begins anew where that is another. */
  allow(id: string, bytesPerSec: number | undefined, sample: Sample): void {
    const run = this.#runs.get(id);
    if (!run) return;
    const same =
      run.now !== undefined && bytesPerSec !== undefined && Math.abs(bytesPerSec - run.now) <= SAME * run.now;
    if (same) return;
    run.now = bytesPerSec;
    run.from = sample;
  }

  /** Forgets all others, and tells of them. */
  keep(ids: ReadonlySet<string>, forgotten: (id: string) => void): void {
    for (const id of this.#runs.keys()) {
      if (ids.has(id)) continue;
      this.#runs.delete(id);
      forgotten(id);
    }
  }
}
