// How the stream of changes stands, and when it is tried again: soon at first, then ever more rarely. Pure.

/** `opening` before it was ever there, `live`, `lost` since a moment, `ended` when the session is over. */
export type ConnectionState = 'opening' | 'live' | 'lost' | 'ended';

const FIRST_MS = 500;
const MOST_MS = 15_000;

/** The pause before try number `tried` (from 0). `chance` (0..1) keeps many pages from coming back in the same moment. */
export function pauseMs(tried: number, chance: number): number {
  const pause = Math.min(FIRST_MS * 2 ** Math.min(tried, 10), MOST_MS);
  return Math.round(pause * (0.75 + 0.5 * chance));
}
