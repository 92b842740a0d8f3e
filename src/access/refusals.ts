// How many refused calls the audit log keeps: of each user a number at once and then one a minute, so that whoever guesses cannot fill the
// database. How many were left out is told with the next one that is kept. Pure.

const AT_ONCE = 60;
const MINUTE_MS = 60_000;
const MOST_KEYS = 10_000;

interface Bucket {
  left: number;
  atMs: number;
  omitted: number;
}

export class Refusals {
  readonly #clock: () => number;
  readonly #buckets = new Map<string, Bucket>();

  constructor(clock: () => number) {
    this.#clock = clock;
  }

  /** Whether one may be kept now. */
  hasRoom(key: string): boolean {
    return this.#bucket(key).left >= 1;
  }

  /** How many were left out before the one that may be kept now; undefined when it may not. */
  take(key: string): number | undefined {
    const bucket = this.#bucket(key);
    if (bucket.left < 1) {
      bucket.omitted++;
      return undefined;
    }
    const { omitted } = bucket;
    bucket.left--;
    bucket.omitted = 0;
    return omitted;
  }

  #bucket(key: string): Bucket {
    const nowMs = this.#clock();
    let bucket = this.#buckets.get(key);
    if (!bucket) {
      if (this.#buckets.size >= MOST_KEYS) this.#forgetFull(nowMs);
      bucket = { left: AT_ONCE, atMs: nowMs, omitted: 0 };
      this.#buckets.set(key, bucket);
    }
    const minutes = Math.max(0, nowMs - bucket.atMs) / MINUTE_MS;
    bucket.left = Math.min(AT_ONCE, bucket.left + minutes);
    bucket.atMs = nowMs;
    return bucket;
  }

  #forgetFull(nowMs: number): void {
    for (const [key, { left, atMs, omitted }] of this.#buckets) {
      if (omitted === 0 && left + (nowMs - atMs) / MINUTE_MS >= AT_ONCE) this.#buckets.delete(key);
    }
  }
}
