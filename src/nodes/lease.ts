// The times of leases: how long one holds, how often it is renewed, and until when its node may act on it. Pure.

/** A node that has not been heard of for so long is dead to the others. */
export const LEASE_MS = 8000;
export const RENEW_MS = 2000;
/** A node stops so long before the others may begin: that much its clock may be slow, and so long it may take to stop. */
export const MARGIN_MS = 1000;
/** How often a node looks whether its time is up, and what is free. */
export const WATCH_MS = 250;
export const ROUND_MS = 2000;

/**
 * Until when a node may act whose lease was renewed, by its own steady clock. It counts from before it asked: the database may have answered
 * at any time since.
 */
export function actsUntilMs(askedAtMs: number): number {
  return askedAtMs + LEASE_MS - MARGIN_MS;
}

export function mayAct(nowMs: number, askedAtMs: number): boolean {
  return nowMs < actsUntilMs(askedAtMs);
}
