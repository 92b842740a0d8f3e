// How long somebody who has signed in to the console stays signed in.

export interface SessionLimits {
  /** After so long a session ends, whatever is done with it. */
  lifetimeSec: number;
  /** After so long without anything that its owner did; 0 for no such limit. */
  idleSec: number;
}

export const DEFAULT_SESSION_LIMITS: SessionLimits = { lifetimeSec: 12 * 3600, idleSec: 0 };
