// Holds what this run moves to as many bytes per second as it is allowed, which may change at any time. Who waits does so in order.
import { filled, waitMs, type Bucket } from './bucket.ts';

interface Waiting {
  bytes: number;
  pass: () => void;
}

/** Whoever has to wait looks again after this long, so that no rounding of timers lets it spin. */
const LEAST_MS = 1;

export class Pacer {
  readonly #nowMs: () => number;
  #bytesPerSec: number | null = null;
  #bucket: Bucket = { bytes: 0, atMs: 0 };
  #waiting: Waiting[] = [];
  #timer: NodeJS.Timeout | undefined;

  constructor(nowMs: () => number = () => performance.now()) {
    this.#nowMs = nowMs;
  }

  get limited(): boolean {
    return this.#bytesPerSec !== null;
  }

  /** From now on; null for as much as it can. Whoever waits waits by the new measure. */
  allow(bytesPerSec: number | null): void {
    if (bytesPerSec === this.#bytesPerSec) return;
    const now = this.#nowMs();
    // what was overdrawn stays so, counted at the old rate until now
    const before = this.#bytesPerSec === null ? { bytes: 0, atMs: now } : filled(this.#bucket, now, this.#bytesPerSec);
    this.#bytesPerSec = bytesPerSec;
    this.#bucket = before;
    this.#pass();
  }

  /** Settles when so many bytes may pass. */
  take(bytes: number): Promise<void> {
    if (this.#bytesPerSec === null) return Promise.resolve();
    return new Promise((pass) => {
      this.#waiting.push({ bytes, pass });
      if (this.#waiting.length === 1) this.#pass();
    });
  }

  #pass(): void {
    clearTimeout(this.#timer);
    while (this.#waiting.length > 0) {
      const ms = this.#waitMs();
      if (ms > 0) {
        this.#timer = setTimeout(() => this.#pass(), Math.max(LEAST_MS, ms));
        return;
      }
      const first = this.#waiting.shift();
      this.#bucket.bytes -= first?.bytes ?? 0;
      first?.pass();
    }
  }

  #waitMs(): number {
    if (this.#bytesPerSec === null) return 0;
    this.#bucket = filled(this.#bucket, this.#nowMs(), this.#bytesPerSec);
    return waitMs(this.#bucket, this.#bytesPerSec);
  }
}

/** Of this process, which has one run. */
export const pacer = new Pacer();
