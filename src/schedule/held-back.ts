// VMs whose backups could not begin just now, why, and when they are tried again.
import { NotYet } from '../backup/not-yet.ts';
import { ConnectionLost, OneError } from '../model/errors.ts';
import { Busy } from './busy.ts';

/** Where another control node was quicker there may be room again after this long. */
const ROOM_AGAIN_SEC = 2;
/** What may go well without anybody's help is tried again after this long, and given up after the other. */
const AGAIN_SEC = 10;
const AGAIN_LIMIT_SEC = 1800;

interface Held {
  untilSec: number;
  reason: string;
}

/** How long the backup of a VM that is due since then waits after that error; undefined when it has failed. */
export function heldAfter(error: unknown, vmId: number, sinceSec: number, nowSec: number): Held | undefined {
  if (error instanceof NotYet) return { untilSec: nowSec + ROOM_AGAIN_SEC, reason: error.message };
  // its host is away, for as long as it takes
  if (error instanceof ConnectionLost) return { untilSec: nowSec + AGAIN_SEC, reason: error.message };
  if (!(error instanceof OneError) || !error.retry || nowSec - sinceSec >= AGAIN_LIMIT_SEC) return undefined;
  const reason = error instanceof Busy ? `VM ${vmId} is busy with something else` : error.message;
  return { untilSec: nowSec + AGAIN_SEC, reason };
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
