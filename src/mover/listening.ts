// Whether anybody still waits for this run: a connection that was cut without a word, or a daemon that was stopped, closes no
// stdin. Time in which this process itself did not run does not count: it was not listening.
import type { Beat } from '../model/mover-protocol.ts';

const TICK_MS = 1000;

export class Listening {
  readonly #limitSec: number;
  readonly #lost: () => void;
  readonly #timer: NodeJS.Timeout | undefined;
  #silentSec = 0;
  #bytesPerSec: number | null = null;

  /** Calls `lost` once when nothing was heard for so long; without a limit never. */
  constructor(limitSec: number | undefined, lost: () => void) {
    this.#limitSec = limitSec ?? 0;
    this.#lost = lost;
    // one tick counts as one second at most, and between two of them what came is read
    if (limitSec !== undefined) this.#timer = setInterval(() => this.#tick(), TICK_MS);
  }

  /** What the run may move a second, as the last beat said; null for as much as it can. */
  get bytesPerSec(): number | null {
    return this.#bytesPerSec;
  }

  /** A line after the task. */
  heard(line: string): void {
    this.#silentSec = 0;
    this.#bytesPerSec = (JSON.parse(line) as Beat).bytesPerSec;
  }

  end(): void {
    clearInterval(this.#timer);
  }

  #tick(): void {
    this.#silentSec += 1;
    if (this.#silentSec < this.#limitSec) return;
    this.end();
    this.#lost();
  }
}
