// Whose turn it is among places that all have work waiting: each gets turns in proportion to its weight (start-time fair queueing). Pure.
// Between two places that always have work, turns divided by weight never differ by more than 1/weight of the one plus 1/weight of the
// other; a place that had nothing to do, or was full, has saved nothing up.

/** What is remembered from one look to the next. Keys of places that had no turn for long are left out again. */
export interface Turns {
  /** Virtual time: the start of the turn that was given last. */
  now: number;
  /** Virtual time at which the last turn of each place ends, where that is still to come. */
  ends: Map<number, number>;
}

export const noTurns = (): Turns => ({ now: 0, ends: new Map() });

/** Virtual time at which the next turn of a place may start: the place with the smallest is next. */
export function startOf({ now, ends }: Turns, place: number): number {
  return Math.max(now, ends.get(place) ?? 0);
}

/** Gives a place a turn. */
export function giveTurn(turns: Turns, place: number, weight: number): void {
  const start = startOf(turns, place);
  turns.now = start;
  turns.ends.set(place, start + 1 / weight);
}

/** Forgets what no longer says anything. */
export function tidy(turns: Turns): void {
  for (const [place, end] of turns.ends) if (end <= turns.now) turns.ends.delete(place);
}
