// VMs whose backups could not begin just now, why, and when they are tried again.

interface Held {
  untilSec: number;
  reason: string;
}

export class HeldBack {
  readonly #held = new Map<number, Held>();

  hold(vmId: number, held: Held): void {
    this.#held.set(vmId, held);
  }

  /** In words; undefined when it may be tried. */
  reason(vmId: number, nowSec: number): string | undefined {
    const held = this.#held.get(vmId);
    if (held === undefined || held.untilSec > nowSec) return held?.reason;
    this.#held.delete(vmId);
    return undefined;
  }

  /** When the next one is tried; Infinity when none waits for that. */
  nextSec(nowSec: number): number {
    let next = Infinity;
    for (const { untilSec } of this.#held.values()) if (untilSec > nowSec) next = Math.min(next, untilSec);
    return next;
  }
}
