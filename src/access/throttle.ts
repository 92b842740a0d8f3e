// Failed logins are slowed: after a few, each makes the next wait longer. Nobody is locked out, and it is forgotten after a while.
// Pure but for what it remembers.

const FREE_FAILURES = 5;
const FIRST_MS = 500;
const LONGEST_MS = 30_000;
const FORGET_MS = 15 * 60_000;
const MAX_NAMES = 10_000;
const MAX_NAME_LENGTH = 128;
/** More failures than these change nothing any more. */
const MAX_FAILURES = FREE_FAILURES + 1 + Math.ceil(Math.log2(LONGEST_MS / FIRST_MS));

/** How long the next answer is held back after failures at these times, the newest last. */
export function heldBackMs(failures: readonly number[], nowMs: number): number {
  const recent = failures.filter((time) => nowMs - time < FORGET_MS);
  const last = recent.at(-1);
  if (last === undefined || recent.length <= FREE_FAILURES) return 0;
  const wait = Math.min(LONGEST_MS, FIRST_MS * 2 ** (recent.length - FREE_FAILURES - 1));
  return Math.max(0, Math.min(wait, last + wait - nowMs));
}

/** Remembers failures by name, of as many names as an attack may not exceed. */
export class LoginThrottle {
  readonly #clock: () => number;
  readonly #maxNames: number;
  /** The name that failed last is last. */
  readonly #failures = new Map<string, number[]>();

  constructor(clock: () => number, maxNames = MAX_NAMES) {
    this.#clock = clock;
    this.#maxNames = maxNames;
  }

  /** How long to wait before the password is looked at. */
  heldBackMs(name: string): number {
    return heldBackMs(this.#failures.get(keyOf(name)) ?? [], this.#clock());
  }

  failed(name: string): void {
    const key = keyOf(name);
    const times = [...(this.#failures.get(key) ?? []), this.#clock()].slice(-MAX_FAILURES);
    this.#failures.delete(key);
    this.#failures.set(key, times);
    const [oldest] = this.#failures.keys();
    if (oldest !== undefined && this.#failures.size > this.#maxNames) this.#failures.delete(oldest);
  }

  succeeded(name: string): void {
    this.#failures.delete(keyOf(name));
  }
}

/** Names come from anybody, so they may be of any length. */
function keyOf(name: string): string {
  return name.slice(0, MAX_NAME_LENGTH);
}
