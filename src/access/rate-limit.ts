// How often calls come from one address and from one user: each has a bucket of so many calls that fills up again evenly.
// Pure but for what it remembers, which is of a bounded number of them.
import { CODE, OneError } from '../model/errors.ts';
import type { RateLimitSettings } from '../model/rate-limit.ts';

const MAX_BUCKETS = 10_000;
/** Everybody on this machine shares these, so they tell nobody apart. */
const LOOPBACK = /^(127\.|::1$|::ffff:127\.)/;

export interface Bucket {
  calls: number;
  atMs: number;
}

/** The bucket after one more call, and for how long there is none to be had: 0 when the call may be made. */
export function taken(
  before: Bucket | undefined,
  { calls, periodSec }: RateLimitSettings,
  nowMs: number,
): { bucket: Bucket; waitMs: number } {
  const perMs = calls / (periodSec * 1000);
  const passed = before ? Math.max(0, nowMs - before.atMs) : 0;
  const there = before ? Math.min(calls, before.calls + passed * perMs) : calls;
  if (there >= 1) return { bucket: { calls: there - 1, atMs: nowMs }, waitMs: 0 };
  return { bucket: { calls: there, atMs: nowMs }, waitMs: Math.ceil((1 - there) / perMs) };
}

/** A call that was not looked at because there were too many before it. */
export class TooOften extends OneError {
  readonly waitSec: number;

  constructor(who: string, { calls, periodSec }: RateLimitSettings, waitMs: number) {
    const waitSec = Math.max(1, Math.ceil(waitMs / 1000));
    super(
      CODE.ACTION,
      `The call was not carried out: ${who} has made more than ${calls} calls in ${periodSec} seconds, which is all that RATE_LIMIT of the configuration allows.`,
      { retry: true, hint: `Try again in ${waitSec} seconds.` },
    );
    this.name = 'TooOften';
    this.waitSec = waitSec;
  }
}

export class RateLimit {
  readonly #settings: RateLimitSettings;
  readonly #clock: () => number;
  readonly #maxBuckets: number;
  /** Who called last is last. */
  readonly #buckets = new Map<string, Bucket>();

  constructor(settings: RateLimitSettings, clock: () => number, maxBuckets = MAX_BUCKETS) {
    this.#settings = settings;
    this.#clock = clock;
    this.#maxBuckets = maxBuckets;
  }

  /** Throws TooOften. */
  address(from: string): void {
    if (from !== '' && !LOOPBACK.test(from)) this.#take(`address ${from}`);
  }

  /** Throws TooOften. */
  user(id: number): void {
    this.#take(`user ${id}`);
  }

  #take(who: string): void {
    const { bucket, waitMs } = taken(this.#buckets.get(who), this.#settings, this.#clock());
    this.#buckets.delete(who);
    this.#buckets.set(who, bucket);
    const [oldest] = this.#buckets.keys();
    if (oldest !== undefined && this.#buckets.size > this.#maxBuckets) this.#buckets.delete(oldest);
    if (waitMs > 0) throw new TooOften(who, this.#settings, waitMs);
  }
}
