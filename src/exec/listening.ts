// Whether the other side is still heard: a connection that was cut without a word, or a process that was stopped, closes nothing. Time in which this process itself did not run does not count: it was not listening.
const TICK_MS = 1000;

export class Listening {
  readonly #limitSec: number;
  readonly #lost: () => void;
  readonly #timer: NodeJS.Timeout | undefined;
  #silentSec = 0;

  /** Calls `lost` once when nothing was heard for so long; without a limit never. */
  constructor(limitSec: number | undefined, lost: () => void) {
    this.#limitSec = limitSec ?? 0;
    this.#lost = lost;
    // one tick counts as one second at most, and between two of them what came is read
    if (limitSec !== undefined) this.#timer = setInterval(() => this.#tick(), TICK_MS);
  }

  heard(): void {
    this.#silentSec = 0;
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
