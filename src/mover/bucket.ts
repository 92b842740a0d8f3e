// How much may pass now at so many bytes per second: what was not used is saved up for a moment, and what is larger than that passes at once
// and is made up for by waiting afterwards. Pure.

export interface Bucket {
  /** May be below 0: then nothing passes before it is filled up again. */
  bytes: number;
  atMs: number;
}

/** So much is saved up at most: bursts even out what the reader's own pauses cost. */
const SAVED_MS = 250;

export function filled({ bytes, atMs }: Bucket, nowMs: number, bytesPerSec: number): Bucket {
  const more = (Math.max(0, nowMs - atMs) * bytesPerSec) / 1000;
  return { bytes: Math.min(bytes + more, (SAVED_MS * bytesPerSec) / 1000), atMs: nowMs };
}

/** Milliseconds until something may pass; 0 for now. */
export function waitMs({ bytes }: Bucket, bytesPerSec: number): number {
  return bytes >= 0 ? 0 : (-bytes * 1000) / bytesPerSec;
}
