// How often calls come from one address and from one user: each has a bucket of so many calls that fills up again evenly.
// Pure but for what it remembers, which is of a bounded number of them.
import { CODE, OneError } from '../model/errors.ts';
import type { RateLimitSettings } from '../model/rate-limit.ts';

const MAX_BUCKETS = 10_000;

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
  readonly #addresses: Buckets;
  /** By themselves: whoever calls from many addresses has no user forgotten. */
  readonly #users: Buckets;

  constructor(settings: RateLimitSettings, clock: () => number, maxBuckets = MAX_BUCKETS) {
    this.#addresses = new Buckets(settings, clock, maxBuckets);
    this.#users = new Buckets(settings, clock, maxBuckets);
  }

  /** How many addresses and users are remembered. */
  get remembered(): number {
    return this.#addresses.size + this.#users.size;
  }

  /** Throws TooOften. */
  address(from: string): void {
    const who = counted(from);
    if (who !== undefined) this.#addresses.take(`address ${who}`);
  }

  /** Throws TooOften. */
  user(id: number): void {
    this.#users.take(`user ${id}`);
  }
}

class Buckets {
  readonly #settings: RateLimitSettings;
  readonly #clock: () => number;
  readonly #most: number;
  /** Who called last is last. */
  readonly #buckets = new Map<string, Bucket>();

  constructor(settings: RateLimitSettings, clock: () => number, most: number) {
    this.#settings = settings;
    this.#clock = clock;
    this.#most = most;
  }

  get size(): number {
    return this.#buckets.size;
  }

  take(who: string): void {
    const { bucket, waitMs } = taken(this.#buckets.get(who), this.#settings, this.#clock());
    this.#buckets.delete(who);
    this.#buckets.set(who, bucket);
    const [oldest] = this.#buckets.keys();
    if (oldest !== undefined && this.#buckets.size > this.#most) this.#buckets.delete(oldest);
    if (waitMs > 0) throw new TooOften(who, this.#settings, waitMs);
  }
}

/**
 * The address, or network, that a call counts for: of IPv6 the first 64 bits, the rest of which each client chooses. Undefined for this machine's own,
 * which all programs on it share.
 */
export function counted(from: string): string | undefined {
  const address = from.replace(/^::ffff:(?=\d+\.)/i, '').replace(/%.*$/, '');
  if (address === '' || address === '::1' || address.startsWith('127.')) return undefined;
  if (!address.includes(':')) return address;
  const [head = '', tail] = address.toLowerCase().split('::');
  const first = head === '' ? [] : head.split(':');
  const last = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros = tail === undefined ? 0 : Math.max(0, 8 - first.length - last.length);
  const groups = [...first, ...Array<string>(zeros).fill('0'), ...last].slice(0, 4);
  return `${groups.map((group) => group.replace(/^0+(?=.)/, '')).join(':')}::/64`;
}
