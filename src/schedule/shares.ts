// How the bandwidth of a place is shared among the runs that move data through it: by weight, and what one does not use goes to the others.
// Pure.

export interface Mover {
  id: string;
  weight: number;
  /** Bytes per second that it moves now; undefined while that is not known. */
  moves: number | undefined;
  /** What it was allowed until now; undefined: as much as it could. */
  allowed: number | undefined;
}

/** A run that comes this close to what it may is held back by it, and would take more. */
const HELD_BACK = 0.85;
/** One that does not may grow so much until it is looked at again, and is left this much at least. */
const GROWTH = 1.25;
const LEAST_BYTES_PER_SEC = 2 ** 20;

/**
 * Bytes per second for each. Nobody gets more than it would use while another is held back; what is left when all have what they would use
 * goes to all, so that the sum is always the whole.
 */
export function sharesOf(bytesPerSec: number, movers: readonly Mover[]): Map<string, number> {
  const shares = new Map<string, number>();
  let left = bytesPerSec;
  let open = movers.map((mover) => ({ mover, wants: wants(mover) }));
  for (;;) {
    const perWeight = left / weights(open);
    const content = open.filter(({ mover, wants }) => wants <= perWeight * mover.weight);
    if (content.length === 0) break;
    for (const { mover, wants } of content) {
      shares.set(mover.id, wants);
      left -= wants;
    }
    open = open.filter((one) => !content.includes(one));
    if (open.length === 0) break;
  }
  const heirs = open.length > 0 ? open : movers.map((mover) => ({ mover }));
  const perWeight = Math.max(0, left) / weights(heirs);
  for (const { mover } of heirs) shares.set(mover.id, (shares.get(mover.id) ?? 0) + perWeight * mover.weight);
  return shares;
}

/** What a run would use of what it could get. */
function wants({ moves, allowed }: Mover): number {
  if (moves === undefined || allowed === undefined || moves >= HELD_BACK * allowed) return Infinity;
  return Math.max(moves * GROWTH, LEAST_BYTES_PER_SEC);
}

function weights(movers: ReadonlyArray<{ mover: Mover }>): number {
  return movers.reduce((sum, { mover }) => sum + mover.weight, 0);
}
